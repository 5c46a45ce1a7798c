"""The reader against FRR itself: random texts, and what bgpd, zebra, staticd and isisd run then.

`make fuzz` tries thousands (`python -m tests.oracle.fuzz`).
"""

import pytest

from tests.oracle.fuzz import differences, told

SEEDS = range(200)


@pytest.mark.lab
def test_what_is_understood_is_what_the_daemons_take() -> None:
    found = [f"seed {seed}\n{told(each)}" for seed, each in differences(SEEDS) if each is not None]
    assert found == [], "\n".join(found)

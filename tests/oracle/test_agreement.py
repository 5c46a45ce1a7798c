"""The reader against FRR itself: random texts, and what bgpd, zebra, staticd and isisd run then.

`make fuzz` tries thousands (`python -m tests.oracle.fuzz`).
"""

import pytest

from tests.oracle import members, policy_meaning
from tests.oracle.fuzz import differences, told

SEEDS = range(200)


@pytest.mark.lab
def test_what_is_understood_is_what_the_daemons_take() -> None:
    found = [f"seed {seed}\n{told(each)}" for seed, each in differences(SEEDS) if each is not None]
    assert found == [], "\n".join(found)


@pytest.mark.lab
def test_what_bgpd_lets_through_the_proof_does() -> None:
    found = [each for each in policy_meaning.differences(range(12), places=1) if each[2]]
    assert found == []


@pytest.mark.lab
def test_members_have_what_bgpd_says_they_have() -> None:
    """Those that differed once, and others."""
    seeds = (76, 93, 128, 152, 240, *range(7))
    assert [each for each in members.differences(seeds, places=1) if each[2]] == []

"""Exit codes: when several hold, the most severe."""

from itertools import combinations

import pytest

from egovnet.playbooks.results.outcome import Exit, most_severe

#: As the command line promises: "When several hold, the most severe: 1, 4, 5, 3."
ORDER = (1, 2, 4, 5, 3, 0)


def test_every_exit_code_has_its_place() -> None:
    assert sorted(ORDER) == sorted(Exit)


@pytest.mark.parametrize("size", range(1, len(ORDER) + 1))
def test_the_gravest_of_any_that_hold(size: int) -> None:
    for chosen in combinations(ORDER, size):
        assert most_severe(Exit(code) for code in reversed(chosen)) == chosen[0]


def test_nothing_held_is_done() -> None:
    assert most_severe([]) is Exit.DONE

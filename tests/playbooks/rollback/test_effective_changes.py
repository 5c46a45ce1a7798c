"""Which changes are in force, told as rows of (number, what it undoes, state)."""

import pytest

from egovnet.playbooks.journal.records import DONE, FAILED, OPEN, UNDONE, Change
from egovnet.playbooks.rollback.effective_changes import in_force, in_force_after, undone_by

Row = tuple[int, int | None, str]


def changes(*rows: Row) -> list[Change]:
    return [
        Change(
            id=number,
            kind="rollback" if undoes else "apply",
            author="li",
            created="now",
            network="net",
            plan_hash="0" * 64,
            summary="",
            undoes=undoes,
            state=state,
            ticket=None,
            stop_after=None,
        )
        for number, undoes, state in rows
    ]


@pytest.mark.parametrize(
    ("rows", "standing"),
    [
        ([(1, None, DONE), (2, None, UNDONE), (3, None, FAILED), (4, None, OPEN)], [1]),
        ([(1, None, DONE), (2, None, DONE), (3, 2, DONE)], [1, 3]),
        ([(1, None, DONE), (2, None, DONE), (3, 2, UNDONE)], [1, 2]),
        ([(1, None, DONE), (2, None, DONE), (3, 2, DONE), (4, 3, DONE)], [1, 2, 4]),
        ([(1, None, DONE), (2, 1, DONE), (3, 2, DONE), (4, 3, DONE)], [2, 4]),
    ],
)
def test_a_change_is_in_force_unless_a_rollback_in_force_undid_it(
    rows: list[Row], standing: list[int]
) -> None:
    assert [change.id for change in in_force(changes(*rows))] == standing


def test_a_change_and_its_rollback_are_none_for_what_came_before_them() -> None:
    rows = changes((1, None, DONE), (2, None, DONE), (3, 2, DONE), (4, None, DONE), (5, 1, UNDONE))
    assert [change.id for change in in_force_after(rows, 1)] == [4]
    assert [change.id for change in in_force_after(rows, 2)] == [3, 4]
    assert (undone_by(rows, 2), undone_by(rows, 1), undone_by(rows, 4)) == (3, None, None)

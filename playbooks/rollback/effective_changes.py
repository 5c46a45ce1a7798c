"""Which changes of the history are in force: done, and not undone by a rollback in force."""

from collections.abc import Iterable

from egovnet.playbooks.journal.records import DONE, Change


def in_force(changes: Iterable[Change]) -> list[Change]:
    """The changes in force, oldest first. A rollback that was rolled back is not."""
    undone: set[int] = set()
    standing: list[Change] = []
    for change in sorted(changes, key=lambda change: change.id, reverse=True):
        if change.state == DONE and change.id not in undone:
            standing.append(change)
            if change.undoes is not None:
                undone.add(change.undoes)
    return standing[::-1]


def undone_by(changes: Iterable[Change], number: int) -> int | None:
    """The rollback in force of a change."""
    return next((change.id for change in in_force(changes) if change.undoes == number), None)


def in_force_after(changes: Iterable[Change], number: int) -> list[Change]:
    """The changes in force after `number`; one of them and its rollback are none."""
    return [
        change
        for change in in_force(changes)
        if change.id > number and (change.undoes is None or change.undoes <= number)
    ]

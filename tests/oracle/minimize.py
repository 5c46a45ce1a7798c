"""The smallest text that shows a difference: lines are taken out while it stays."""

from egovnet.templates.model.errors import ConfigTextError
from tests.oracle.agreement import Difference, compare, understood
from tests.oracle.frr_daemons import FrrDaemons


def minimize(daemons: FrrDaemons, found: Difference) -> Difference:
    """`found` with as few lines as show a difference still."""
    lines = found.text.splitlines(keepends=True)
    size = max(1, len(lines) // 2)
    while True:
        at, shrunk = 0, False
        while at < len(lines):
            fewer = "".join(lines[:at] + lines[at + size :])
            smaller = compare(daemons, fewer) if _is_understood(daemons, fewer) else None
            if smaller is None:
                at += size
            else:
                found, lines, shrunk = smaller, fewer.splitlines(keepends=True), True
        if size == 1 and not shrunk:
            return found
        size = max(1, size // 2)


def _is_understood(daemons: FrrDaemons, text: str) -> bool:
    """Whether the reader takes all of it; without its last lines a text may be cut."""
    try:
        return understood(text, daemons.release) == text
    except ConfigTextError:
        return False

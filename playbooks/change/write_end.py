"""Write a change's end to the journal, where that can be done."""

from collections.abc import Callable

from egovnet.playbooks.journal.errors import JournalError
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.records import FAILED


def write_end(journal: Journal, change: int, state: str, write: Callable[[], None]) -> bool:
    """Call `write`, after which the journal has the change in `state`; False when it stays open.

    Tried twice: a database that was restarted meanwhile answers the second time, and a connection
    that broke when all was written but the answer has written it.

    Raises:
        LockLostError: another controller took the change over.
    """
    try:
        write()
    except JournalError:
        try:
            # one that failed before may be written as failed again
            if state == FAILED or journal.change(change).state != state:
                write()
        except JournalError:
            return False
    return True

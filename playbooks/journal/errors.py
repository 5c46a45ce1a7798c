"""What can go wrong with the journal.

EgovnetError
|-- JournalError              it cannot be opened, read or written (exit code 1)
|   |-- JournalAddressError   EGOVNET_JOURNAL is no address of a database (2)
|   |-- JournalReplacedError  its file went away while it was open (1)
|   |-- AlteredValueError     it holds what egovnet never writes: nothing to act upon (4)
|   |-- AuthorError           nobody can be named as who is at the keyboard (2)
|   |-- NoSuchChangeError     it has no change of that number (2)
|   `-- ChangeEndedError      that change is at its end: nothing is to be recovered (2)
|-- DevicesLockedError        another change holds devices (5)
`-- LockLostError             another controller took the change over (5)
"""

from collections.abc import Iterable

from egovnet.inventory.errors import EgovnetError
from egovnet.playbooks.journal.locks import Lock


class JournalError(EgovnetError):
    """The journal cannot be opened, read or written."""

    exit_code = 1


class JournalAddressError(JournalError):
    """EGOVNET_JOURNAL is not an address of a database."""

    exit_code = 2


class JournalReplacedError(JournalError):
    """The journal's file was removed or replaced while it was open: what is written is lost."""

    def __init__(self, path: object) -> None:
        super().__init__(
            f"journal {path}: the file was removed or replaced while it was open, and nothing is "
            "written to what is gone: put it back, or restore it from a backup, then run egovnet "
            "recover"
        )


class AlteredValueError(JournalError):
    """A value of another kind than egovnet writes: somebody else wrote it."""

    exit_code = 4

    def __init__(self, what: str) -> None:
        super().__init__(
            f"the journal is not as it was written: {what}; nothing was done: restore the database "
            "from a backup"
        )


class AuthorError(JournalError):
    """Nobody can be named as who is at the keyboard."""

    exit_code = 2


class NoSuchChangeError(JournalError):
    """The journal has no change of that number."""

    exit_code = 2


class ChangeEndedError(JournalError):
    """The change is at its end: nothing is to be recovered."""

    exit_code = 2


class DevicesLockedError(EgovnetError):
    """Another change holds devices; nothing was begun."""

    exit_code = 5

    def __init__(self, locks: Iterable[Lock]) -> None:
        self.locks = {lock.device: lock for lock in locks}
        gone = sorted({lock.change for lock in self.locks.values() if lock.stale})
        self.remedy = (
            "run: egovnet recover"
            if gone
            else "wait for it to end, or ask to wait with --wait SECONDS"
        )
        held = "; ".join(f"{name} by {lock}" for name, lock in sorted(self.locks.items())[:5])
        super().__init__(f"held by another change: {held}; {self.remedy}")


class LockLostError(EgovnetError):
    """Another controller took the change over: this one must touch nothing more."""

    exit_code = 5

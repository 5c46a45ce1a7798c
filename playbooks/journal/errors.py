"""What can go wrong with the journal.

EgovnetError
|-- JournalError         it cannot be opened or written, or has no such change
|-- DevicesLockedError   another change holds devices
`-- LockLostError        another controller took the change over
"""

from collections.abc import Iterable

from egovnet.inventory.model.errors import EgovnetError
from egovnet.playbooks.journal.locks import Lock


class JournalError(EgovnetError):
    """The journal cannot be opened or written, or has no such change."""


class DevicesLockedError(EgovnetError):
    """Another change holds devices; nothing was begun (exit code 5)."""

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

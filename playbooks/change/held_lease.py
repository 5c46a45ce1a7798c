"""Hold on to a change's locks while its devices are worked on."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from egovnet.playbooks.journal import device_locks
from egovnet.playbooks.journal.errors import JournalError, LockLostError
from egovnet.playbooks.journal.journal import Journal

#: Renewals in the time of a lease.
RENEWALS = 3


@contextmanager
def held_lease(journal: Journal, change: Callable[[], int]) -> Iterator[None]:
    """Renew the leases of the change of that number, once it is not 0, until the end."""
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(device_locks.LEASE_SECONDS / RENEWALS):
            # Who comes to write learns of a lost lock by itself.
            with suppress(JournalError, LockLostError):
                if number := change():
                    journal.renew(number)

    thread = threading.Thread(target=renew, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()

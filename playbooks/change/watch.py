"""`recover --watch`: change after change whose controller is gone is brought to its end.

Several may watch one journal: a change is taken over in one transaction with it, by one of them.
One that was not brought to its end, as a device does not answer, is tried again, later each time.
A journal that is away is waited for. Ends when it is asked to; a change that it is at comes first.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import NoReturn

from egovnet.inventory.errors import EgovnetError, ProblemsError
from egovnet.playbooks.archive.catch_up import catch_up
from egovnet.playbooks.archive.journal_check import JournalAlteredError, require_whole_journal
from egovnet.playbooks.change.approval.recoverable import NotAppliedByAnybodyError
from egovnet.playbooks.change.recover import finish_change
from egovnet.playbooks.change.transaction_options import PATIENCE
from egovnet.playbooks.core.devices import connected
from egovnet.playbooks.core.interrupts import Interrupted
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.remembered import able_to_recover
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.errors import (
    ChangeEndedError,
    DevicesLockedError,
    JournalAddressError,
    JournalError,
    JournalReplacedError,
)
from egovnet.playbooks.journal.locks import Lock, this_host, this_process
from egovnet.playbooks.journal.records import Change
from egovnet.playbooks.results.ends import End
from egovnet.playbooks.results.watch import Happening, WatchEvent

#: Seconds between two looks at the journal.
DEFAULT_EVERY = 5
#: Seconds after which a change that does not come to its end is tried again at the latest.
_LONGEST = 300.0


def watch(
    workspace: Workspace,
    progress: Progress,
    tell: Callable[[WatchEvent], None],
    *,
    every: float = DEFAULT_EVERY,
    patience: float = PATIENCE,
) -> None:
    """Watch until a signal comes; `tell` hears of every event.

    Raises:
        InventoryError: the network's name cannot be read at the beginning.
        JournalAddressError: EGOVNET_JOURNAL is no address of a database.
        JournalReplacedError: its file is another than was opened; who starts again sees that one.
        JournalAlteredError: what the journal says is nothing to act upon.
    """
    watcher = _Watcher(workspace, progress, tell, every, patience)
    try:
        watcher.run()
    except (Interrupted, KeyboardInterrupt) as error:
        watcher.say(Happening.STOPPED, f"{error or 'interrupted'}")


@dataclass
class _Watcher:
    workspace: Workspace
    progress: Progress
    tell: Callable[[WatchEvent], None]
    every: float
    patience: float
    #: Why the journal cannot be used; "": it can.
    away: str = ""
    #: The journal is the one that the network had.
    believed: bool = False
    #: Why nothing can be taken over; "": it can.
    hindered: str = ""
    #: Change -> (how often it was tried, when it is tried again by time.monotonic).
    tried: dict[int, tuple[int, float]] = field(default_factory=dict)

    def run(self) -> NoReturn:
        name = self.workspace.on_disk.name
        self.say(
            Happening.WATCHING,
            f"network {name}, every {self.every:g} s, for changes whose controller is gone",
        )
        while True:
            try:
                self.look()
                self.back()
            except (JournalAddressError, JournalReplacedError):
                raise
            except JournalError as error:
                if not self.away:
                    self.say(Happening.JOURNAL_AWAY, f"{error}; tried again every {self.every:g} s")
                self.away = str(error)
            self.workspace.interrupts.check()
            time.sleep(self.every)

    def look(self) -> None:
        """Finish what is to be finished."""
        if not self.believed:  # one that was emptied has nothing to finish
            require_whole_journal(self.workspace)
            self.believed = True
        journal = self.workspace.journal
        found = journal.unfinished()
        self.back()
        if not found:
            self.tried.clear()
            return
        held: dict[int, list[Lock]] = {}
        for lock in journal.locks():
            held.setdefault(lock.change, []).append(lock)
        for change in found:
            self.workspace.interrupts.check()
            locks = held.get(change.id, [])
            _, due = self.tried.get(change.id, (0, 0.0))
            if all(lock.stale or _own(lock) for lock in locks) and time.monotonic() >= due:
                self.finish(change, locks)

    def finish(self, change: Change, locks: list[Lock]) -> None:
        """Take one change over, if what it needs is there, and bring it to its end."""
        try:
            workspace, remembered = able_to_recover(self.workspace.read_again())
            notes = [*remembered, *require_whole_journal(workspace)]
            with connected(workspace, workspace.network.routers):
                pass  # the inventory and the credentials can be used
        except (JournalError, JournalAlteredError):
            raise
        except EgovnetError as error:
            if str(error) != self.hindered:
                self.say(Happening.CANNOT_WORK, f"change {change.id} waits: {error}", change.id)
            self.hindered = str(error)
            return
        self.hindered = ""
        who = f"of {change.author}" + (f" on {locks[0].host}" if locks else "")
        words = f"change {change.id} {who} ({change.summary}), {change.state}"
        taken = partial(self.say, Happening.TAKES_OVER, words, change.id)
        try:
            done = finish_change(workspace, self.progress, change, self.patience, taken)
        except (DevicesLockedError, ChangeEndedError):
            return  # another watcher, or a person, was quicker
        except ProblemsError as error:
            self.postpone(change.id)
            self.say(Happening.CANNOT_WORK, f"change {change.id} waits: {error}", change.id)
            return
        except NotAppliedByAnybodyError as error:
            self.postpone(change.id)
            self.say(Happening.CANNOT_WORK, str(error), change.id)
            return
        finally:
            self.progress.finish()
        if done.result in (End.DONE, End.UNDONE):
            self.tried.pop(change.id, None)
            self.say(Happening.ENDED, done.end, change.id, done.result)
        else:
            wait = self.postpone(change.id)
            words = f"{done.end}; it is tried again in {wait:g} s"
            self.say(Happening.UNFINISHED, words, change.id, done.result)
        for note in (*notes, *catch_up(workspace)):
            self.say(Happening.NOTE, note)

    def postpone(self, change: int) -> float:
        """Seconds until the change is tried again: twice as many each time."""
        times, _ = self.tried.get(change, (0, 0.0))
        wait = min(float(self.every * 2 ** min(times, 16)), _LONGEST)
        self.tried[change] = (times + 1, time.monotonic() + wait)
        return wait

    def back(self) -> None:
        """The journal answers."""
        if self.away:
            self.away = ""
            self.say(Happening.JOURNAL_BACK, "the journal can be used again")

    def say(
        self, event: Happening, words: str, change: int | None = None, result: End | None = None
    ) -> None:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        self.tell(WatchEvent(at, event, words, change, None if result is None else str(result)))


def _own(lock: Lock) -> bool:
    """Whether it is left of a take-over by this watcher, which the journal's fault broke off."""
    return lock.host == this_host() and lock.process == this_process(os.getpid())

"""`recover`: finish what a dead controller left, the whole change forward or the whole change back.

What is decided stands in the journal before it is done, and each device is asked what became of
exactly this change's commit; so `recover` itself may be killed anywhere and run again.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from egovnet.playbooks.archive.catch_up import catch_up
from egovnet.playbooks.archive.journal_check import require_whole_journal
from egovnet.playbooks.change.approval.recoverable import (
    NotAppliedByAnybodyError,
    require_applied,
)
from egovnet.playbooks.change.finish_devices import Resolution, Resolver, device_changes
from egovnet.playbooks.change.held_lease import RENEWALS, held_lease
from egovnet.playbooks.change.transaction_options import PATIENCE
from egovnet.playbooks.change.write_end import write_end
from egovnet.playbooks.core.devices import connected
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.remembered import able_to_recover
from egovnet.playbooks.core.run_on_devices import run
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal import device_locks
from egovnet.playbooks.journal.errors import (
    ChangeEndedError,
    DevicesLockedError,
    JournalError,
    LockLostError,
)
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.records import DONE, FAILED, OPEN, UNDONE, Change
from egovnet.playbooks.results.ends import End, end_of
from egovnet.playbooks.results.outcome import Exit, Outcome, most_severe
from egovnet.playbooks.results.recovery import RecoveredChange, RecoveredDevice, RecoveryResult
from egovnet.tasks.commit_status import CommitStatus, commit_status
from egovnet.tasks.confirm_or_rollback import DeviceChange, Direction

#: Seconds between two looks at a lease.
_PAUSE = 0.2


@dataclass
class _Case:
    """One unfinished change: what its devices say, and what is to be done."""

    change: Change
    devices: dict[str, DeviceChange] = field(default_factory=dict)
    surveys: dict[str, CommitStatus] = field(default_factory=dict)
    unreachable: dict[str, str] = field(default_factory=dict)
    direction: Direction = Direction.BACK
    why: str = ""
    resolution: Resolution | None = None
    #: What the journal has of it since this process took it over; None: it only looks.
    result: End | None = None

    def recovered(self) -> RecoveredChange:
        """What is reported of it."""
        return RecoveredChange(
            change=self.change.id,
            author=self.change.author,
            summary=self.change.summary,
            direction=str(self.direction),
            why=self.why,
            result=self.result or End.TO_DO,
            devices={
                name: RecoveredDevice(str(seen.commit), seen.seconds_left, seen.runs)
                for name, seen in self.surveys.items()
            },
            left=self.resolution.left if self.resolution else self.unreachable,
        )

    @property
    def pushes(self) -> bool:
        """Whether a device may be given a text: not where all of them are seen to run the one that
        they go back to."""
        settled = all(seen.runs in ("old", "both") for seen in self.surveys.values())
        return bool(self.devices) and not (
            self.direction is Direction.BACK and settled and not self.unreachable
        )

    def standing(self) -> str:
        """What comes of it when a signal asks this process to end now."""
        number = self.change.id
        return (
            f"change {number} is brought to its end first, {self.direction}. Another Ctrl-C does "
            "not end this sooner; who is killed meanwhile leaves it to the next: "
            f"egovnet recover {number}"
        )


def recover(
    workspace: Workspace,
    progress: Progress,
    number: int | None = None,
    *,
    yes: bool = False,
    patience: float = PATIENCE,
) -> Outcome[RecoveryResult]:
    """Finish change `number`, or every unfinished one, newest first; without `yes` only say how.

    Of several, those whose controllers are at work are left alone, with a note. Exit 0 nothing is
    left to do; 3 shown only; 5 devices do not answer or are not at their end.

    Raises:
        UsageError: the change is finished.
        ChangeEndedError: somebody else has finished it meanwhile.
        DevicesLockedError: its controller is alive, or may be.
        Interrupted: by a signal, between two changes; what was done is in the workspace's `ends`.
        JournalAlteredError: what the journal says of it is nothing to act upon.
        NotAppliedByAnybodyError: nor is what it says of that change, under a policy.
    """
    workspace, remembered = able_to_recover(workspace)
    notes = [*remembered, *require_whole_journal(workspace)]
    changes = unfinished(workspace, number)
    if not yes:
        cases = [_look(workspace, progress, _Case(change)) for change in changes]
        codes = [Exit.DEVICES_FAILED if case.unreachable else Exit.CHANGES for case in cases]
        refused = [error for case in cases if (error := _not_applied(workspace, case))]
        notes += map(str, refused)
        codes += [Exit.LEAK_OR_FAILED_VERIFICATION] * len(refused)
        progress.finish()
        result = RecoveryResult(tuple(case.recovered() for case in cases))
        return Outcome("recover", result, most_severe(codes), tuple(notes))
    done: list[RecoveredChange] = []
    alive: list[DevicesLockedError] = []
    refused = []
    for change in changes:
        workspace.interrupts.check()
        try:
            done.append(finish_change(workspace, progress, change, patience))
        except DevicesLockedError as error:
            alive.append(error)
            notes.append(f"change {change.id} is left to its controller: {error}")
        except NotAppliedByAnybodyError as error:
            if number is not None:
                raise
            refused.append(error)
            notes.append(str(error))
        except ChangeEndedError as error:
            if number is not None:
                raise
            notes.append(str(error))
    if alive and not done:
        raise alive[0]
    progress.finish()
    codes = [_exit(case) for case in done] + [Exit.DEVICES_FAILED] * bool(alive)
    codes += [Exit.LEAK_OR_FAILED_VERIFICATION] * bool(refused)
    notes += catch_up(workspace) if done else ()
    return Outcome("recover", RecoveryResult(tuple(done)), most_severe(codes), tuple(notes))


def unfinished(workspace: Workspace, number: int | None = None) -> list[Change]:
    """The unfinished changes, newest first, or change `number`.

    Raises:
        UsageError: that one is finished.
    """
    journal = workspace.journal
    if number is None:
        return journal.unfinished()
    change = journal.change(number)
    if change.state not in (OPEN, FAILED):
        raise UsageError(f"change {number} is {change.state}: there is nothing to recover")
    return [change]


def _await_late(journal: Journal, change: Change) -> None:
    """Let a living controller of this host renew its lease: where the clock was set forward, it ran
    out at once."""
    until = time.monotonic() + 1.5 * device_locks.LEASE_SECONDS / RENEWALS
    while any(lock.seems_late for lock in journal.locks() if lock.change == change.id):
        if time.monotonic() >= until:
            return
        time.sleep(_PAUSE)


def finish_change(
    workspace: Workspace,
    progress: Progress,
    change: Change,
    patience: float = PATIENCE,
    taken: Callable[[], None] = lambda: None,
) -> RecoveredChange:
    """Take a change over, call `taken`, and bring it to its end; no signal interrupts that.

    Raises:
        DevicesLockedError: its controller is alive, or may be.
        ChangeEndedError: somebody else has finished it meanwhile.
        JournalError: the journal failed; the change stays as it is, or open.
        NotAppliedByAnybodyError: under a policy, nobody applied the texts that it would give.
    """
    journal, case = workspace.journal, _Case(change)
    _await_late(journal, change)
    with workspace.interrupts.shielded(case.standing):
        journal.take_over(change.id)
        case.result = End.OPEN
        _note(workspace, case)
        taken()
        try:
            with held_lease(journal, lambda: change.id):
                _look(workspace, progress, case)
                if case.pushes:
                    require_applied(workspace, change.id)
                _finish(workspace, progress, case, patience)
        except LockLostError:
            case.result = End.TAKEN_OVER
        except BaseException:
            # not ours to finish: nobody has to wait for the lease to end
            with suppress(JournalError, LockLostError):
                journal.let_go(change.id)
            raise
        return _note(workspace, case)


def _not_applied(workspace: Workspace, case: _Case) -> NotAppliedByAnybodyError | None:
    try:
        if case.pushes:
            require_applied(workspace, case.change.id)
    except NotAppliedByAnybodyError as error:
        return error
    return None


def _note(workspace: Workspace, case: _Case) -> RecoveredChange:
    found = case.recovered()
    outcome = Outcome("recover", RecoveryResult((found,)), _exit(found))
    workspace.ends[case.change.id] = outcome
    return found


def _exit(found: RecoveredChange) -> Exit:
    return Exit.DONE if found.result in (End.DONE, End.UNDONE) else Exit.DEVICES_FAILED


def _look(workspace: Workspace, progress: Progress, case: _Case) -> _Case:
    """Ask the devices of an unfinished change, and decide."""
    journal, change = workspace.journal, case.change
    decision = journal.decision(change.id)
    if decision is not None:
        concerned = set(decision.devices)
    else:
        # Devices that no commit was meant for yet are as they were.
        concerned = {s.device for s in journal.steps(change.id) if s.stage == "commit"}
    devices = device_changes(workspace, change.id)
    case.devices = {name: devices[name] for name in devices if name in concerned}
    with connected(workspace, case.devices) as nornir:
        answers = run(
            nornir,
            "survey",
            commit_status,
            {name: {"change": entry} for name, entry in case.devices.items()},
            progress,
        )
    case.surveys, case.unreachable = dict(answers.results), dict(answers.failures)
    case.direction, case.why = _decide(decision.direction if decision else "", case)
    return case


def _decide(decision: str, case: _Case) -> tuple[Direction, str]:
    """Forward or back for the whole change, and why."""
    if decision == Direction.FORWARD:
        gone = sorted(name for name, seen in case.surveys.items() if seen.runs == "old")
        if gone:
            return Direction.FORWARD, (
                "it was decided, after verification, that it goes forward; the timers of "
                f"{', '.join(gone)} have ended: these get their new text again"
            )
        return Direction.FORWARD, "it was decided, after verification, that it goes forward"
    if decision == Direction.BACK:
        return Direction.BACK, "it was decided that it goes back"
    if not case.devices:
        return Direction.BACK, "no device was touched"
    return Direction.BACK, "its controller ended before it was verified everywhere and decided"


def _finish(workspace: Workspace, progress: Progress, case: _Case, patience: float) -> None:
    journal, number = workspace.journal, case.change.id
    journal.decide(number, case.direction, case.why, case.devices)
    with connected(workspace, case.devices) as nornir:
        resolver = Resolver(workspace, nornir, number, case.devices, progress, patience)
        resolution = case.resolution = resolver.resolve(case.direction)
    case.direction, left = resolution.direction, resolution.left
    state = FAILED if left else DONE if case.direction is Direction.FORWARD else UNDONE

    def write() -> None:
        if state == DONE:
            journal.after(number, {name: s.intended for name, s in case.devices.items()})
        journal.close(number, state, left=left)

    # One that failed before is open while it is worked on: its end is written anew.
    if write_end(journal, number, state, write):
        case.result = end_of(state, str(case.direction))

"""`recover`: finish what a dead controller left, the whole change forward or the whole change back.

What is decided stands in the journal before it is done, and each device is asked what became of
exactly this change's commit; so `recover` itself may be killed anywhere and run again.
"""

from dataclasses import dataclass, field

from egovnet.playbooks.archive.catch_up import catch_up
from egovnet.playbooks.archive.journal_check import require_whole_journal
from egovnet.playbooks.change.finish_devices import Resolution, Resolver, device_changes
from egovnet.playbooks.change.transaction_options import PATIENCE
from egovnet.playbooks.core.devices import connected
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.run_on_devices import run
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.records import DONE, FAILED, OPEN, UNDONE, Change
from egovnet.playbooks.results.outcome import Exit, Outcome, most_severe
from egovnet.playbooks.results.recovery import RecoveredChange, RecoveredDevice, RecoveryResult
from egovnet.tasks.commit_status import CommitStatus, commit_status
from egovnet.tasks.confirm_or_rollback import DeviceChange, Direction


@dataclass
class _Case:
    """One unfinished change: what its devices say, and what is to be done."""

    change: Change
    devices: dict[str, DeviceChange]
    surveys: dict[str, CommitStatus] = field(default_factory=dict)
    unreachable: dict[str, str] = field(default_factory=dict)
    direction: Direction = Direction.BACK
    why: str = ""
    resolution: Resolution | None = None

    def recovered(self) -> RecoveredChange:
        """What is reported of it."""
        return RecoveredChange(
            change=self.change.id,
            author=self.change.author,
            summary=self.change.summary,
            direction=str(self.direction),
            why=self.why,
            result=self._result(),
            devices={
                name: RecoveredDevice(str(seen.commit), seen.seconds_left, seen.runs)
                for name, seen in self.surveys.items()
            },
            left=self.resolution.left if self.resolution else self.unreachable,
        )

    def _result(self) -> str:
        if self.resolution is None:
            return "to do"
        if self.resolution.left:
            return "in doubt"
        return "done" if self.resolution.direction is Direction.FORWARD else "undone"


def recover(
    workspace: Workspace,
    progress: Progress,
    number: int | None = None,
    *,
    yes: bool = False,
    patience: float = PATIENCE,
) -> Outcome[RecoveryResult]:
    """Finish change `number`, or every unfinished one, newest first; without `yes` only say how.

    Exit 0 nothing is left to do; 3 shown only; 5 devices do not answer or are not at their end.

    Raises:
        UsageError: the change is finished.
        DevicesLockedError: its controller is alive, or may be.
        JournalAlteredError: what the journal says of it is nothing to act upon.
    """
    held = require_whole_journal(workspace)
    cases = [
        _look(workspace, progress, change, yes=yes) for change in _unfinished(workspace, number)
    ]
    codes = []
    for case in cases:
        if yes:
            _finish(workspace, progress, case, patience)
            left = case.resolution.left if case.resolution else {}
            codes.append(Exit.DEVICES_FAILED if left else Exit.DONE)
        else:
            codes.append(Exit.DEVICES_FAILED if case.unreachable else Exit.CHANGES)
    progress.finish()
    notes = (*held, *(catch_up(workspace) if yes and cases else ()))
    result = RecoveryResult(tuple(case.recovered() for case in cases))
    return Outcome("recover", result, most_severe(codes), notes)


def _unfinished(workspace: Workspace, number: int | None) -> list[Change]:
    journal = workspace.journal
    if number is None:
        return [c for c in reversed(journal.changes()) if c.state in (OPEN, FAILED)]
    change = journal.change(number)
    if change.state not in (OPEN, FAILED):
        raise UsageError(f"change {number} is {change.state}: there is nothing to recover")
    return [change]


def _look(workspace: Workspace, progress: Progress, change: Change, *, yes: bool) -> _Case:
    """Take the change over, if it is to be finished; ask the devices and decide."""
    journal = workspace.journal
    if yes:
        journal.take_over(change.id)
    decision = journal.decision(change.id)
    if decision is not None:
        concerned = set(decision.devices)
    else:
        # Devices that no commit was meant for yet are as they were.
        concerned = {s.device for s in journal.steps(change.id) if s.stage == "commit"}
    devices = device_changes(workspace, change.id)
    case = _Case(change, {name: devices[name] for name in devices if name in concerned})
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
        case.resolution = resolver.resolve(case.direction)
    resolution = case.resolution
    if resolution.left:
        journal.close(number, FAILED, left=resolution.left)
    elif resolution.direction is Direction.FORWARD:
        journal.after(number, {name: s.intended for name, s in case.devices.items()})
        journal.close(number, DONE)
    else:
        journal.close(number, UNDONE)

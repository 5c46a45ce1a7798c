"""Bring a device to one end of a change, its new text or its old one, from whatever it is at.

Each call looks first and does only what is left to do, so it may be repeated after any failure of
the device, of the session or of the controller.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from nornir.core.task import Task

from egovnet.tasks.device import answering, driver, reconnect, session_lost
from egovnet.tasks.driver import CommitStage, TransactionalDriver
from egovnet.tasks.napalm_errors import napalm_errors
from egovnet.tasks.task_result import TaskResult

#: What a commit may be at while the device works on it by itself.
_WORKING = (CommitStage.APPLYING, CommitStage.UNDOING)
_ENDED = (CommitStage.CONFIRMED, CommitStage.UNDONE, CommitStage.BROKEN)
_POLL = 0.2


class Direction(StrEnum):
    """Which way a whole change goes."""

    FORWARD = "forward"
    BACK = "back"


class NotFinishedError(RuntimeError):
    """A device answers and does not run the text that it is to run."""


class ForeignTextError(NotFinishedError):
    """A device runs neither its old text nor its new one: somebody else changed it."""


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """A device's part of a change: its commit's id, and its text before and after."""

    change_id: str
    before: str
    intended: str

    def text(self, direction: Direction) -> str:
        """What the device is to run."""
        return self.intended if direction is Direction.FORWARD else self.before


def confirm_or_rollback(
    task: Task, change: DeviceChange, direction: str, retry_for: float = 60.0
) -> TaskResult[str]:
    """Confirm the change's commit or take it back, and see that the device runs that text.

    Result: str, what was found ("pending", "confirmed", "undone", ...).

    Raises:
        NotFinishedError: the device answers and does not run the text.
        napalm exceptions: it refuses, or is not reached.
    """
    towards = Direction(direction)
    # Back is where one goes after trouble: the session may be with a router that is no more.
    connected = answering if towards is Direction.BACK else driver
    try:
        found = _confirm_or_rollback(connected(task), change, towards, retry_for)
    except session_lost():
        found = _confirm_or_rollback(reconnect(task), change, towards, retry_for)
    return TaskResult(task.host, found, changed=True)


def _confirm_or_rollback(
    device: TransactionalDriver, change: DeviceChange, towards: Direction, retry_for: float
) -> str:
    finish = _confirm if towards is Direction.FORWARD else _roll_back
    found = finish(device, change, retry_for)
    _ensure_runs(device, change, towards, broken=found in (CommitStage.BROKEN, CommitStage.ORPHAN))
    return found


def _confirm(device: TransactionalDriver, change: DeviceChange, retry_for: float) -> str:
    """Confirm; what the commit was at when it could not be confirmed.

    Raises:
        NotFinishedError: it waits for its confirmation still, and the device cannot take that.
    """
    try:
        device.confirm_change(change.change_id)
    except napalm_errors().CommitError as error:
        # Where its controller died before it accepted, the device takes it back by itself.
        found = _wait(device, change.change_id, (CommitStage.APPLIED, *_WORKING), retry_for)
        if found == CommitStage.ORPHAN:
            # its process on the device died: the way forward begins at the old text
            found = str(device.roll_back_change(change.change_id).state)
        if found == CommitStage.PENDING:
            raise NotFinishedError(f"it is not confirmed: {error}") from error
        return found
    return CommitStage.CONFIRMED


def _roll_back(device: TransactionalDriver, change: DeviceChange, retry_for: float) -> str:
    """Take the commit back; what it was at afterwards.

    Also when the device has none: one that is still on its way to it is then refused.
    """
    deadline = time.monotonic() + retry_for
    found = _wait(device, change.change_id, _WORKING, retry_for)
    if found == CommitStage.BROKEN:
        # what kept it from going back may be over, such as a full disk
        with suppress(napalm_errors().CommitError):
            found = str(device.roll_back_change(change.change_id).state)
        return found
    while found not in _ENDED:
        if time.monotonic() > deadline:
            raise NotFinishedError(f"its commit is {found} and does not go back")
        try:
            found = str(device.roll_back_change(change.change_id).state)
        except napalm_errors().CommitError:
            found = str(device.commit_state(change.change_id).state)
            if found != CommitStage.BROKEN:
                raise
        if found in _ENDED:
            break
        time.sleep(_POLL)
        found = _wait(device, change.change_id, _WORKING, retry_for)
    return found


def _ensure_runs(
    device: TransactionalDriver, change: DeviceChange, towards: Direction, *, broken: bool
) -> None:
    """Compare what runs with what is to run; put it right where that is ours to do."""
    wanted = change.text(towards)
    if not device.diff_to(wanted):
        return
    ours = (change.before, change.intended)
    if not broken and not any(device.runs_text(text) for text in ours):
        raise ForeignTextError(
            "runs neither what it ran before the change nor what the change intended: somebody "
            "else changed it, and nothing was done to it; take that off, and recover again"
        )
    try:
        device.load_replace_candidate(config=wanted)
        device.commit_config(message=f"egovnet {towards}")
    finally:
        device.discard_config()
    if device.diff_to(wanted):
        raise NotFinishedError(f"does not run its text although it was sent {towards}")


def _wait(
    device: TransactionalDriver, change_id: str, states: tuple[str, ...], retry_for: float
) -> str:
    """The commit's state, once it is none of `states`.

    Raises:
        NotFinishedError: it stays in one of them for `retry_for` seconds.
    """
    deadline = time.monotonic() + retry_for
    while (state := str(device.commit_state(change_id).state)) in states:
        if time.monotonic() > deadline:
            raise NotFinishedError(f"its commit has been {state} for {retry_for:g} s")
        time.sleep(_POLL)
    return state

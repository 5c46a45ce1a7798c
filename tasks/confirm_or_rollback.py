"""Bring a device to one end of a change, its new text or its old one, from whatever it is at.

Each call looks first and does only what is left to do, so it may be repeated after any failure of
the device, of the session or of the controller.
"""

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from napalm.base.exceptions import CommitError
from nornir.core.task import Result, Task

from egovnet.tasks.device import SESSION_LOST, answering, driver, reconnect

#: What a commit may be at while the device works on it by itself.
_WORKING = ("applying", "undoing")
_ENDED = ("confirmed", "undone", "broken")
_POLL = 0.2


class Direction(StrEnum):
    """Which way a whole change goes."""

    FORWARD = "forward"
    BACK = "back"


class NotSettledError(RuntimeError):
    """A device answers and does not run the text that it is to run."""


class ForeignTextError(NotSettledError):
    """A device runs neither its old text nor its new one: somebody else changed it."""


@dataclass(frozen=True, slots=True)
class Settling:
    """What a device needs to be told: its commit's id, and its text before and after."""

    change_id: str
    before: str
    intended: str

    def text(self, direction: Direction) -> str:
        """What the device is to run."""
        return self.intended if direction is Direction.FORWARD else self.before


def settle(task: Task, settling: Settling, direction: str, patience: float = 60.0) -> Result:
    """Confirm the change's commit or take it back, and see that the device runs that text.

    Result: str, what was found ("pending", "confirmed", "undone", ...).

    Raises:
        NotSettledError: the device answers and does not run the text.
        napalm exceptions: it refuses, or is not reached.
    """
    way = Direction(direction)
    # Back is where one goes after trouble: the session may be with a router that is no more.
    connected = answering if way is Direction.BACK else driver
    try:
        found = _settle(connected(task), settling, way, patience)
    except SESSION_LOST:
        found = _settle(reconnect(task), settling, way, patience)
    return Result(host=task.host, result=found, changed=True)


def _settle(device: Any, settling: Settling, way: Direction, patience: float) -> str:
    bring = _forward if way is Direction.FORWARD else _back
    found = bring(device, settling, patience)
    _see(device, settling, way, broken=found in ("broken", "orphan"))
    return found


def _forward(device: Any, settling: Settling, patience: float) -> str:
    """Confirm; what the commit was at when it could not be confirmed."""
    try:
        device.confirm_change(settling.change_id)
    except CommitError:
        # Where its controller died before it accepted, the device takes it back by itself.
        found = _wait(device, settling.change_id, ("applied", *_WORKING), patience)
        if found == "orphan":
            # its process on the device died: the way forward begins at the old text
            found = str(device.roll_back_change(settling.change_id).state)
        return found
    return "confirmed"


def _back(device: Any, settling: Settling, patience: float) -> str:
    """Take the commit back; what it was at afterwards.

    Also when the device has none: one that is still on its way to it is then refused.
    """
    deadline = time.monotonic() + patience
    while (found := _wait(device, settling.change_id, _WORKING, patience)) not in _ENDED:
        if time.monotonic() > deadline:
            raise NotSettledError(f"its commit is {found} and does not go back")
        found = str(device.roll_back_change(settling.change_id).state)
        if found in _ENDED:
            break
        time.sleep(_POLL)
    return found


def _see(device: Any, settling: Settling, way: Direction, *, broken: bool) -> None:
    """Compare what runs with what is to run; put it right where that is ours to do."""
    wanted = settling.text(way)
    if not device.diff_to(wanted):
        return
    ours = (settling.before, settling.intended)
    if not broken and not any(device.runs_text(text) for text in ours):
        raise ForeignTextError(
            "runs neither what it ran before the change nor what the change meant: somebody else "
            "changed it, and nothing was done to it; take that off, and recover again"
        )
    try:
        device.load_replace_candidate(config=wanted)
        device.commit_config(message=f"egovnet {way}")
    finally:
        device.discard_config()
    if device.diff_to(wanted):
        raise NotSettledError(f"does not run its text although it was sent {way}")


def _wait(device: Any, change_id: str, states: tuple[str, ...], patience: float) -> str:
    """The commit's state, once it is none of `states`.

    Raises:
        NotSettledError: it stays in one of them for `patience` seconds.
    """
    deadline = time.monotonic() + patience
    while (state := str(device.commit_state(change_id).state)) in states:
        if time.monotonic() > deadline:
            raise NotSettledError(f"its commit has been {state} for {patience:g} s")
        time.sleep(_POLL)
    return state

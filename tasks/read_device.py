"""Read what a device runs and what it is doing, against what it should run; nothing is changed."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nornir.core.task import Result, Task

from tasks.device import disconnect, driver
from templates.device import Device
from templates.platforms import PLATFORMS
from templates.state import DeviceState


@dataclass(frozen=True, slots=True)
class Reading:
    """A device as it was read. `text` is its whole running text, "" when it is the intended one.

    `changes` are the driver's own (part, path, line, sign, shared) from what runs to what is
    meant; `faults` where its Linux is not as its text says; `diff` both, for people; `dead` are
    daemons that do not run. `judged` is what the caller's judge made of its state, which is not
    kept: thousands of routers' routes are too much.
    """

    text: str
    changes: tuple[Any, ...]
    faults: tuple[str, ...]
    diff: str
    dead: frozenset[str]
    judged: Any
    seconds: float


def read_device(
    task: Task,
    device: Device,
    routes: Mapping[str, Iterable[str]],
    judge: Callable[[Device, DeviceState], Any],
) -> Result:
    """Running text and state of `device` in one session, which is closed. Result: Reading.

    `routes` are those that each VRF is meant to have: where it has them, they are not asked for
    one by one. `judge` sees the device's state.
    """
    began = time.monotonic()
    platform = PLATFORMS[device.platform]
    try:
        session = driver(task)
        # rendered here: thousands of whole texts need not be kept at one time
        brief = platform.state_script(device, brief=True)
        against = session.read_against(platform.render(device), brief)
        running = against.text if against.changes else None
        state = platform.read_brief(device, against.rest, routes, running)
        if state is None:
            state = platform.read_state(device, str(session.linux(platform.state_script(device))))
    finally:
        disconnect(task)
    as_meant = not against.changes
    reading = Reading(
        "" if as_meant else against.text,
        against.changes,
        against.faults,
        against.diff,
        state.dead,
        judge(device, state),
        time.monotonic() - began,
    )
    return Result(host=task.host, result=reading)

"""Read what a device runs and what it is doing, against what it should run; nothing is changed."""

import functools
import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nornir.core.task import Result, Task

from egovnet.tasks.device import disconnect, driver
from egovnet.tasks.driver import DeviceFault, LineChange
from egovnet.templates.model.device import Device
from egovnet.templates.model.state import DeviceState
from egovnet.templates.registry import platform


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer that was as meant. Each field is a digest (SHA-256, hexadecimal)."""

    #: Of the text and state that were meant.
    meant: str
    #: The router's own, of what it runs and how its Linux is; and of its state, "" where that was
    #: judged by another answer.
    runs: str
    state: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A device as it was read. `text` is its whole running text, "" when it is the intended one.

    `changes` are the driver's own (part, path, line, sign, shared) from what runs to what is
    meant; `faults` where its Linux is not as its text says; `diff` both, for people; `dead` are
    daemons that do not run. `judged` is what the caller's judge made of its state, which is not
    kept: thousands of routers' routes are too much. `seen` are this answer's digests;
    `as_before`: they are those of the answer that was seen before, and nothing else was sent, so
    that `judged` is None.
    """

    text: str
    changes: tuple[LineChange, ...]
    faults: tuple[DeviceFault, ...]
    diff: str
    dead: frozenset[str]
    judged: Any
    seconds: float
    seen: Seen
    as_before: bool = False


def read_device(  # noqa: PLR0917  # Nornir passes a task its arguments by name
    task: Task,
    device: Device,
    routes: Mapping[str, frozenset[str]],
    judge: Callable[[Device, DeviceState], Any],
    state_meant: str = "",
    before: Seen | None = None,
    same_meant: bool = False,
) -> Result:
    """Running text and state of `device` in one session, which is closed. Result: Reading.

    `routes` are those that each VRF is meant to have: where it has them, they are not asked for
    one by one. `judge` sees the device's state; `state_meant` is a digest of all else that it
    judges by. `before` is an answer that was as meant: a device that would say the same, word for
    word, when the same is meant, says only that. `same_meant`: it is known to be the same, and
    need not be rendered to see that.
    """
    began = time.monotonic()
    words = platform(device.platform)
    # rendered here: thousands of whole texts need not be kept at one time
    text = functools.cache(functools.partial(words.render, device))
    if before is None or not same_meant:
        meant = hashlib.sha256(f"{state_meant}\n{text()}".encode()).hexdigest()
    else:
        meant = before.meant
    runs, stands = (before.runs, before.state) if before and before.meant == meant else ("", "")
    state: DeviceState | None = None
    try:
        session = driver(task)
        against = session.read_against(text, words.brief_script(device, stands), runs)
        answer = words.split_brief(against.rest, stands)
        seen = Seen(meant, against.seen, answer.seen)
        if runs and against.seen == runs and answer.said is None:
            seconds = time.monotonic() - began
            as_before = Reading("", (), (), "", frozenset(), None, seconds, seen, as_before=True)
            return Result(host=task.host, result=as_before)
        if answer.said is not None:
            running = against.text if against.changes else None
            state = words.read_brief(device, answer.said, routes, running)
        if state is None:
            # a moment later: what is judged is not what was digested, which may have been worse
            seen = replace(seen, state="")
            state = words.read_state(device, session.run_script(words.state_script(device)))
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
        seen,
    )
    return Result(host=task.host, result=reading)

"""Read what a device runs and what it is doing, against what it should run; nothing is changed."""

import functools
import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from nornir.core.task import Task

from egovnet.tasks.device import disconnect, driver
from egovnet.tasks.driver import DeviceFault, LineChange
from egovnet.tasks.task_result import TaskResult
from egovnet.templates.model.device import Device
from egovnet.templates.model.state import DeviceState
from egovnet.templates.registry import platform

#: What the caller makes of a device's state.
E = TypeVar("E")
F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Seen:
    """A compliant answer. Each field is a digest (SHA-256, hexadecimal)."""

    #: Of the intended text and state.
    intended: str
    #: The router's own: of its configuration with the faults of its Linux, and of its state, ""
    #: where that was evaluated by another answer.
    running: str
    state: str


@dataclass(frozen=True, slots=True)
class Reading(Generic[E]):
    """A device as it was read. `text` is its whole running text, "" when it is the intended one.

    `changes` lead from the running to the intended configuration; `faults` are where the device
    does not do what its configuration says; `diff` is both, for people; `dead` are daemons that
    do not run. `evaluated` is what the caller made of its state, which is not kept: thousands of
    routers' routes are too much. `seen` are this answer's digests; `unchanged`: they are those of
    the earlier answer, and nothing else was sent, so that `evaluated` is None.
    """

    text: str
    changes: tuple[LineChange, ...]
    faults: tuple[DeviceFault, ...]
    diff: str
    dead: frozenset[str]
    evaluated: E
    seconds: float
    seen: Seen
    unchanged: bool = False

    def with_evaluated(self, evaluated: F) -> "Reading[F]":
        """This reading, with something else made of the state."""
        return Reading(
            self.text,
            self.changes,
            self.faults,
            self.diff,
            self.dead,
            evaluated,
            self.seconds,
            self.seen,
            self.unchanged,
        )


def read_device(  # noqa: PLR0917  # Nornir passes a task its arguments by name
    task: Task,
    device: Device,
    routes: Mapping[str, frozenset[str]],
    evaluate: Callable[[Device, DeviceState], E],
    state_intended: str = "",
    before: Seen | None = None,
    same_intended: bool = False,
) -> TaskResult[Reading[E | None]]:
    """Running text and state of `device` in one session, which is closed. Result: Reading.

    `routes` are those that each VRF is to have: where it has them, they are not asked for one by
    one. `evaluate` gets the device's state; `state_intended` is a digest of all else that it
    evaluates by. `before` is an earlier compliant answer: a device that would answer the same,
    byte for byte, when the same is intended, sends the digests only. `same_intended`: that is
    known to be the same, and need not be rendered to find out.
    """
    began = time.monotonic()
    words = platform(device.platform)
    # rendered here: thousands of whole texts need not be kept at one time
    text = functools.cache(functools.partial(words.render, device))
    if before is None or not same_intended:
        intended = hashlib.sha256(f"{state_intended}\n{text()}".encode()).hexdigest()
    else:
        intended = before.intended
    known = before if before and before.intended == intended else Seen(intended, "", "")
    state: DeviceState | None = None
    try:
        session = driver(task)
        against = session.read_against(text, words.brief_script(device, known.state), known.running)
        answer = words.split_brief(against.rest, known.state)
        seen = Seen(intended, against.seen, answer.seen)
        if known.running and against.seen == known.running and answer.said is None:
            seconds = time.monotonic() - began
            same: Reading[E | None] = Reading(
                "", (), (), "", frozenset(), None, seconds, seen, unchanged=True
            )
            return TaskResult(task.host, same)
        does = None
        if answer.said is not None:
            running = against.text if against.changes else None
            state = words.read_brief(device, answer.said, routes, running)
            if words.capabilities.shows_running_state:
                does = words.read_running(answer.said, against.ipsec)
        elif against.ipsec and words.capabilities.shows_running_state:
            # its state is as before; IPsec, digested with its configuration, may not be
            asked = words.running_script(device, links=False)
            does = words.read_running(session.run_script(asked), against.ipsec)
        if state is None:
            # a moment later: what is evaluated is not what was digested, which may have been worse
            seen = replace(seen, state="")
            state = words.read_state(device, session.run_script(words.state_script(device)))
        state = replace(state, running=does)
    finally:
        disconnect(task)
    reading: Reading[E | None] = Reading(
        against.text if against.changes else "",
        against.changes,
        against.faults,
        against.diff,
        state.dead,
        evaluate(device, state),
        time.monotonic() - began,
        seen,
    )
    return TaskResult(task.host, reading)

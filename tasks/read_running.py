"""Read what a device runs: its text, and what it does besides."""

from dataclasses import dataclass

from nornir.core.task import Task

from egovnet.tasks.device import driver
from egovnet.tasks.task_result import TaskResult
from egovnet.templates.model.device import Device
from egovnet.templates.model.running_state import RunningState
from egovnet.templates.registry import platform


@dataclass(frozen=True, slots=True)
class Running:
    """A device's whole running text, and its state; None where its platform shows none.

    `pending`: a commit is open that may still go back; asked where the caller wants to know.
    """

    text: str
    state: RunningState | None
    pending: bool = False


def read_running(task: Task, device: Device, ask_pending: bool = False) -> TaskResult[Running]:
    """Text and state of `device`, one after the other. Result: Running."""
    words = platform(device.platform)
    session = driver(task)
    text = session.running_text()
    state = None
    if words.capabilities.shows_running_state:
        does = session.run_script(words.running_script(device, links=True))
        state = words.read_running(does, session.seen_ipsec)
    pending = ask_pending and session.has_pending_commit()
    return TaskResult(task.host, Running(text, state, pending))

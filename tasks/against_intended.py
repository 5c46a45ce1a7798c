"""Compare what a device runs with what it is intended to run; nothing is changed."""

from dataclasses import dataclass
from functools import partial

from nornir.core.task import Task

from egovnet.tasks.device import driver
from egovnet.tasks.task_result import TaskResult
from egovnet.templates.model.device import Device
from egovnet.templates.registry import render


@dataclass(frozen=True, slots=True)
class AgainstIntended:
    """The running text, "" where it means what was intended, and (subject, sentence) for each
    place where the device does not do what its text says."""

    text: str
    faults: tuple[tuple[str, str], ...] = ()


def against_intended(task: Task, device: Device) -> TaskResult[AgainstIntended]:
    """Ask `device` for both in one round trip. Result: AgainstIntended."""
    found = driver(task).read_against(partial(render, device))
    text = found.text if found.changes else ""
    faults = tuple((fault.subject, str(fault)) for fault in found.faults)
    return TaskResult(task.host, AgainstIntended(text, faults))

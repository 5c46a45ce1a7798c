"""Collect what a device is doing, in one round trip."""

from nornir.core.task import Task

from egovnet.tasks.device import answering
from egovnet.tasks.task_result import TaskResult
from egovnet.templates.model.device import Device
from egovnet.templates.model.state import DeviceState
from egovnet.templates.registry import platform


def collect_state(task: Task, device: Device) -> TaskResult[DeviceState]:
    """Ask `device` for everything verification needs. Result: DeviceState."""
    words = platform(device.platform)
    output = answering(task).run_script(words.state_script(device))
    return TaskResult(task.host, words.read_state(device, output))

"""Collect what a device is doing, in one round trip."""

from nornir.core.task import Result, Task

from egovnet.tasks.device import answering
from egovnet.templates.model.device import Device
from egovnet.templates.registry import platform


def collect_state(task: Task, device: Device) -> Result:
    """Ask `device` for everything verification needs. Result: DeviceState."""
    words = platform(device.platform)
    output = answering(task).run_script(words.state_script(device))
    return Result(host=task.host, result=words.read_state(device, output))

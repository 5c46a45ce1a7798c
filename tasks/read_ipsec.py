"""Read what a device's kernel has of IPsec: policies, and whom it has keys with."""

from nornir.core.task import Task

from egovnet.tasks.device import driver
from egovnet.tasks.task_result import TaskResult
from egovnet.templates.model.device import Device
from egovnet.templates.model.ipsec import IpsecState
from egovnet.templates.registry import platform


def read_ipsec(task: Task, device: Device) -> TaskResult[IpsecState]:
    """What `device` has now, without keys: it is read with its configuration. Result: IpsecState.

    Asked only of devices whose platform encrypts."""
    session = driver(task)
    session.running_text()
    seen = session.seen_ipsec
    state = IpsecState(unread="not shown") if seen is None else None
    return TaskResult(task.host, state or platform(device.platform).read_ipsec(seen or ""))

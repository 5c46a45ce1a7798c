"""Read the flows that a device recorded: of customers of observed VPNs, undeclared ones."""

from nornir.core.task import Task

from egovnet.tasks.device import driver
from egovnet.tasks.task_result import TaskResult
from egovnet.templates.model.recorded_flow import FlowsNotReadError, RecordedFlow
from egovnet.templates.registry import platform


def read_recorded_flows(task: Task) -> TaskResult[list[RecordedFlow]]:
    """Result: every recorded flow (list[RecordedFlow]), in the device's order.

    Raises:
        FlowsNotReadError: the platform records none, or the answer is none of its own.
    """
    records = platform(task.host.platform).flow_records
    if records is None:
        raise FlowsNotReadError(f"no flows are recorded on platform {task.host.platform}")
    return TaskResult(task.host, list(records.read_flows(driver(task).recorded_flows())))

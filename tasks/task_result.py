"""What a task gives on one device, with its type: what Nornir's `Result` has as Any."""

from typing import Any, Generic, TypeVar

from nornir.core.inventory import Host
from nornir.core.task import Result

T = TypeVar("T")


class TaskResult(Result, Generic[T]):
    """A task's `Result` on `host`. A task says by `-> TaskResult[DryRun]` what it gives, and
    whoever runs it over many devices (`egovnet.playbooks.core.run_on_devices`) is given that."""

    result: T

    def __init__(
        self, host: Host | None, result: T, *, changed: bool = False, diff: str = "", **more: Any
    ) -> None:
        super().__init__(host, result, changed, diff, **more)

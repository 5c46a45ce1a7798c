"""What a controller sends to a worker for one host, and what comes back; see `sealing`."""

import pickle
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nornir.core.task import MultiResult, Result

from egovnet.tasks.device import Deadline
from egovnet.tasks.runners.celery.sealing import Seal

#: Seconds after which nobody opens a shipment any more.
SHELF_LIFE = 3600.0
_CANNOT = (pickle.PicklingError, TypeError, AttributeError)


class RemoteError(RuntimeError):
    """A worker's error that cannot be sent as it is: its kind and its words."""


@dataclass(frozen=True)
class _Remaining:
    """A deadline on its way."""

    seconds: float


@dataclass(frozen=True)
class Shipment:
    """A task for one host of a run."""

    run: str
    host: str
    #: The task's name, as processors and results know it.
    name: str
    #: A function of a module that the worker has, too.
    task: Callable[..., Any]
    arguments: Mapping[str, Any]
    dry_run: bool
    #: The last fencing number that the controller saw of the host; 0: nobody took it before.
    after: int
    #: Digest of the controller's inventory.
    checkout: str
    #: When it was sent, by the broker's clock.
    sent: float

    def sealed(self, seal: Seal) -> str:
        """As it is sent; deadlines become seconds left.

        Raises:
            RemoteError: it cannot be sent.
        """
        arguments = {
            key: _Remaining(value - time.monotonic()) if isinstance(value, Deadline) else value
            for key, value in self.arguments.items()
        }
        fields = {**vars(self), "arguments": arguments}
        try:
            return seal.close(fields)
        except _CANNOT as error:
            raise RemoteError(f"task {self.name} cannot be sent to a worker: {error}") from error


def opened(sealed: str, seal: Seal, now: float) -> Shipment:
    """A shipment as it was sent; its deadlines are this machine's, less the time on the way.

    `now` is by the broker's clock.

    Raises:
        SealBrokenError: not sealed under our key, or altered.
        RemoteError: too old.
    """
    shipment = Shipment(**seal.open(sealed))
    late = max(0.0, now - shipment.sent)
    if late > SHELF_LIFE:
        raise RemoteError(f"was sent {late:.0f} s ago")
    arguments = {
        key: Deadline(time.monotonic() + value.seconds - late)
        if isinstance(value, _Remaining)
        else value
        for key, value in shipment.arguments.items()
    }
    return Shipment(**{**vars(shipment), "arguments": arguments})


def sealed_result(result: MultiResult, seal: Seal) -> str:
    """A host's result as it is sent; without the host, which has its password."""
    for entry in result:
        entry.host = None
    try:
        return seal.close(result)
    except _CANNOT:
        plain = MultiResult(result.name)
        plain.extend(_plain(entry) for entry in result)
        return seal.close(plain)


def _plain(entry: Result) -> Result:
    """A result that cannot be sent, in words."""
    error = entry.exception
    if error is None:
        error = RemoteError(f"its result, a {type(entry.result).__name__}, cannot be sent")
    words = f"{type(error).__name__}: {error}"
    plain = Result(None, result=words, failed=True, exception=RemoteError(words))
    plain.name, plain.severity_level = entry.name, entry.severity_level
    return plain

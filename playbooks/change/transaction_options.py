"""How a transaction runs, and what it asks of those who poll the network for it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from egovnet.playbooks.results.verification import HealthReport, Verification

#: Verification at the end; it is told which devices of the plan have no part in the change.
Verify = Callable[[frozenset[str]], "Verification | HealthReport"]

DEFAULT_CONFIRM_TIMEOUT = 300
#: Seconds that every timer has left when the change is decided: the time to run `recover` in.
DEFAULT_HOLD = 600
#: Seconds for which a device that does not come to its end is asked again.
PATIENCE = 60.0


class HealthCheck(Protocol):
    """The gate between waves."""

    def take_baseline(self, names: Collection[str]) -> None:
        """Remember what is well before anything is done."""

    def check(self, names: Collection[str]) -> "HealthReport":
        """What the devices pushed so far lost, and leak."""
        ...


@dataclass(frozen=True)
class Options:
    """How a transaction runs; seconds."""

    confirm_timeout: int = DEFAULT_CONFIRM_TIMEOUT
    hold: int = DEFAULT_HOLD
    #: How long to wait for devices that another change holds.
    wait: float = 0.0
    #: How many devices may be left out, as they were, before all goes back.
    max_failures: int = 0
    ticket: str | None = None
    stop_after: str | None = None
    #: How long a device that does not come to its end is asked again.
    patience: float = PATIENCE

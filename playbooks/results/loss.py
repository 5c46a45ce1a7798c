"""How many echo requests a change lost, and between which sites."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SiteLoss:
    """Of a pair of sites that lost some."""

    #: Names of sites of one VRF, separated by commas.
    source: str
    target: str
    sent: int
    lost: int
    #: The longest time between two rounds that were answered.
    seconds: float


@dataclass(frozen=True, slots=True)
class Loss:
    """Of all pairs that were asked. A round asks each of them once."""

    rounds: int = 0
    sent: int = 0
    lost: int = 0
    sites: tuple[SiteLoss, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """`loss` in JSON."""
        return asdict(self) | {"sites": [asdict(one) for one in self.sites]}

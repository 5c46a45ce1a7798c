"""What `worker` came to when it was ended."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class WorkerResult:
    """A region's worker."""

    worker: str
    region: str
    #: The region and all below it.
    regions: tuple[str, ...]
    #: Digest of its inventory.
    inventory: str
    #: Tasks on devices that it finished.
    finished: int

    def to_dict(self) -> dict[str, Any]:
        """What `worker --json` prints."""
        return {
            "worker": self.worker,
            "region": self.region,
            "regions": list(self.regions),
            "inventory": self.inventory,
            "finished": self.finished,
        }

"""A router on its way out of the network, and who was joined to it."""

from dataclasses import dataclass
from typing import Any

#: It is drained and emptied by this plan; it was before, and leaves; it is there no longer.
DRAINED, EMPTIED, GONE = "drained", "emptied", "gone"


@dataclass(frozen=True, slots=True)
class LeavingRouter:
    """`sites` were joined to it when it was applied last."""

    router: str
    #: DRAINED, EMPTIED or GONE.
    how: str
    sites: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """One of `leaving` in JSON."""
        return {"router": self.router, "how": self.how, "sites": list(self.sites)}

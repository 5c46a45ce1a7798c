"""What a plan comes to, in numbers and names that a person can approve."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Gains:
    """Names of one kind by what becomes of them; sorted, and no name is in two of them."""

    gained: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, list[str]]:
        """One of the three in JSON."""
        return {
            "gained": list(self.gained),
            "changed": list(self.changed),
            "lost": list(self.lost),
        }


@dataclass(frozen=True, slots=True)
class KindCount:
    """Statements of one kind that come and go, over all routers."""

    kind: str
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """Of one transaction."""

    routers: Gains = field(default_factory=Gains)
    sites: Gains = field(default_factory=Gains)
    vpns: Gains = field(default_factory=Gains)
    #: The most removed first, then the most added.
    kinds: tuple[KindCount, ...] = ()
    #: Site -> the routers of this change that it is on, before it or after it.
    joined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """`summary` in JSON."""
        return {
            "routers": self.routers.to_dict(),
            "sites": self.sites.to_dict(),
            "vpns": self.vpns.to_dict(),
            "joined": {site: list(names) for site, names in sorted(self.joined.items())},
            "kinds": [asdict(kind) for kind in self.kinds],
        }

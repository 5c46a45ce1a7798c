"""What `rollout status` and `rollout next` came to."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from egovnet.playbooks.results.plan import PlanResult
from egovnet.playbooks.results.provenance import Provenance


@dataclass(frozen=True, slots=True)
class SiteProgress:
    """A site, what was promised of it, and how far closed changes have brought it."""

    site: str
    region: str
    #: Of its region.
    tier: str
    vpn: str
    #: "planned", "waiting-for-customer" or "in-service", by closed changes.
    state: str
    #: Whether verification saw what that state promises.
    verified: bool
    #: What the inventory says: another state is not applied yet.
    intended: str
    #: The last day by which it is to be in service, and the plan that says so; None: none does.
    target: str | None
    plan: str | None
    overdue: bool
    #: The change that brought it to its state, and when that was closed, ISO 8601.
    change: int | None
    since: str | None

    @property
    def in_service(self) -> bool:
        """Whether its customers were seen to answer."""
        return self.verified and self.state == "in-service"

    @property
    def provisioned(self) -> bool:
        """Whether it is on routers, in service or not."""
        return self.state != "planned"


@dataclass(frozen=True, slots=True)
class RolloutCounts:
    """Sites by how far they have come: the first three add up to `sites`."""

    sites: int = 0
    #: Seen to answer.
    in_service: int = 0
    #: On routers, and waiting for the customer or not seen to answer.
    provisioned: int = 0
    #: On no router.
    planned: int = 0
    #: Past their day, and not in service.
    overdue: int = 0
    #: Of which no plan says a day.
    without_day: int = 0


@dataclass(frozen=True, slots=True)
class RegionProgress:
    """A region with all that is below it."""

    region: str
    name: str
    tier: str
    parent: str | None
    counts: RolloutCounts

    def to_dict(self) -> dict[str, Any]:
        """One of `regions` in JSON."""
        return {
            "region": self.region,
            "name": self.name,
            "tier": self.tier,
            "parent": self.parent,
            **asdict(self.counts),
        }


@dataclass(frozen=True, slots=True)
class BurnUpPoint:
    """So many sites at the end of a day."""

    #: ISO 8601.
    day: str
    #: To be in service by then, as the plans say today.
    promised: int
    #: On routers, and seen to answer; None: the day is to come.
    provisioned: int | None
    in_service: int | None


@dataclass(frozen=True, slots=True)
class RolloutStatus:
    """The rollout on a day."""

    network: str
    #: ISO 8601.
    day: str
    counts: RolloutCounts
    #: Regions with a site in them or below, in the inventory's order.
    regions: tuple[RegionProgress, ...]
    sites: tuple[SiteProgress, ...]
    burn_up: tuple[BurnUpPoint, ...]
    made: Provenance

    def to_dict(self) -> dict[str, Any]:
        """What `rollout status --json` prints."""
        return {
            "network": self.network,
            "day": self.day,
            "counts": asdict(self.counts),
            "regions": [region.to_dict() for region in self.regions],
            "sites": [asdict(site) for site in self.sites],
            "burn_up": [asdict(point) for point in self.burn_up],
            "made": self.made.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class ProposedSite:
    """A site of the next wave."""

    site: str
    region: str
    vpn: str
    routers: tuple[str, ...]
    target: str | None
    overdue: bool
    #: The inventory has it provisioned already, and no closed change has: it is finished first.
    begun: bool


@dataclass(frozen=True, slots=True)
class RolloutNext:
    """The next wave: its sites, and the plan that provisions them."""

    network: str
    sites: tuple[ProposedSite, ...]
    #: Planned sites that are left for later waves.
    left: int
    #: File of the inventory -> its new text, of those that the wave changes.
    texts: Mapping[str, str]
    #: None: there is nothing to provision.
    plan: PlanResult | None

    def to_dict(self) -> dict[str, Any]:
        """What `rollout next --json` prints."""
        return {
            "network": self.network,
            "sites": [{**asdict(site), "routers": list(site.routers)} for site in self.sites],
            "left": self.left,
            "files": sorted(self.texts),
            "plan": self.plan and self.plan.to_dict(),
        }

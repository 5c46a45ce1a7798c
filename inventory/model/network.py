"""A whole inventory."""

from collections.abc import Mapping
from datetime import date

from pydantic import Field

from egovnet.inventory.model.agencies import Agency
from egovnet.inventory.model.applications import Application
from egovnet.inventory.model.backbone import Backbone
from egovnet.inventory.model.borders import Border
from egovnet.inventory.model.circuits import Circuit
from egovnet.inventory.model.exchanges import Exchange
from egovnet.inventory.model.keys import KeyName, ManagedKey
from egovnet.inventory.model.levels import LevelRule
from egovnet.inventory.model.platform_sites import DerivedSite
from egovnet.inventory.model.primitives import Closed, Name, VpnId
from egovnet.inventory.model.regions import Region
from egovnet.inventory.model.routers import Role, Router
from egovnet.inventory.model.sites import Site
from egovnet.inventory.model.vpns import Vpn


class Network(Closed):
    """A whole inventory, cross-checked: what `egovnet.inventory.load.load` returns."""

    backbone: Backbone
    regions: dict[Name, Region]
    agencies: dict[Name, Agency]
    routers: dict[Name, Router]
    circuits: dict[Name, Circuit]
    vpns: dict[VpnId, Vpn]
    sites: dict[Name, Site]
    exchanges: dict[Name, Exchange] = Field(default_factory=dict)
    applications: dict[Name, Application] = Field(default_factory=dict)
    levels: dict[Name, LevelRule] = Field(default_factory=dict)
    borders: dict[Name, Border] = Field(default_factory=dict)
    keys: dict[KeyName, ManagedKey] = Field(default_factory=dict)
    #: The day that it is of, with the platform's sites (`egovnet.inventory.with_platform`); None:
    #: as the owner wrote it, whatever the day.
    day: date | None = None
    #: Sites with an access that is only planned, whole. `sites` has their other accesses, if any
    #: (`egovnet.inventory.with_planned_apart`): whoever looks there sees what routers are to have.
    planned_sites: dict[Name, Site] = Field(default_factory=dict)

    def is_complete(self, section: str) -> bool:
        """Whether everything that `section` says is here; see `PartialNetwork`.

        What an inventory lacks can be judged of complete sections only.
        """
        return True

    def regions_within(self, region: str) -> frozenset[str]:
        """`region` and every region below it."""
        children: dict[str, list[str]] = {}
        for name, entry in self.regions.items():
            if entry.parent is not None:
                children.setdefault(entry.parent, []).append(name)
        found: set[str] = set()
        waiting = [region]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(children.get(name, ()))
        return frozenset(found)

    @property
    def written_sites(self) -> Mapping[str, Site]:
        """Sites that somebody is at: all but those of the platform, of Internet gateways and of
        borders. A site
        in a further VPN, which its access class comes to, is among them."""
        return {n: site for n, site in self.sites.items() if not isinstance(site, DerivedSite)}

    @property
    def numbered(self) -> "Network":
        """The same with what is planned among its sites: everything that has numbers."""
        if not self.planned_sites:
            return self
        sites = self.sites | self.planned_sites
        return self.model_copy(update={"sites": sites, "planned_sites": {}})

    def management_port(self, router: str) -> str:
        """The port by which a router is managed; of an unknown router, the network's own."""
        entry = self.routers.get(router)
        return (entry and entry.management_port) or self.backbone.management.port

    def with_role(self, role: Role) -> tuple[str, ...]:
        """Names of the routers that have `role`, in the inventory's order."""
        return tuple(name for name, router in self.routers.items() if role in router.roles)

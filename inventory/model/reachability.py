"""THE relation "may A reach B, and by what": the one place that says so.

Sites of a VPN that announce alike are a *group*: all of an any-to-any VPN, the hubs or the spokes
of a hub-and-spoke one (RFC 8299 section 5.2). Packets of a site arrive at another where the first
one's group imports the routes of the other's (RFC 4364 section 4.3.5): within a VPN, unless both
are spokes. Everything else must not be reached: what agencies exchange passes a firewall, and no
route target (`egovnet.inventory.with_platform`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from egovnet.inventory.model.network import Network
from egovnet.inventory.model.sites import SiteRole
from egovnet.inventory.model.vpns import Topology, ZoneName


@dataclass(frozen=True, slots=True)
class Group:
    """Sites of one VPN that announce alike; `label` is also the name of its route target."""

    label: str
    vpn: str
    zone: ZoneName
    #: Its sites reach each other. Otherwise each of them is alone, as spokes are.
    meshed: bool


class Reachability:
    """Who may reach whom in a network. Made once, linear in it."""

    def __init__(self, network: Network) -> None:
        self._network = network
        #: By label, in the inventory's order; a hub's before its spokes'.
        self.groups: Mapping[str, Group] = {
            group.label: group for name in network.vpns for group in _groups(network, name)
        }

    def group_of(self, site: str) -> Group:
        """The group of a site."""
        entry = self._network.sites[site]
        return self.groups[entry.vpn + _ROLES[entry.site_role]]

    def imports(self, group: Group) -> tuple[Group, ...]:
        """Groups whose routes the sites of `group` take: those that their packets may arrive at.

        Its own comes first where it is among them.
        """
        return self._imports[group.label]

    def why(self, source: Group, target: Group) -> str:
        """Why packets of one site may arrive at another one, by their groups; empty if not."""
        if source.vpn == target.vpn:
            if source != target:
                return "hub and spoke of one VPN"
            return "one VPN" if source.meshed else ""
        return ""

    def may_reach(self, source: str, target: str) -> bool:
        """Whether packets from site `source` are to arrive at site `target`."""
        return source == target or bool(self.why(self.group_of(source), self.group_of(target)))

    def sites_in(self, group: Group) -> tuple[str, ...]:
        """Sites of a group, in the inventory's order."""
        return self._sites.get(group.label, ())

    def reached_from(self, site: str) -> Iterator[str]:
        """Every site that packets from `site` are to arrive at, itself included, each once."""
        group = self.group_of(site)
        if group not in self.imports(group):
            yield site
        for other in self.imports(group):
            yield from self.sites_in(other)

    @cached_property
    def _imports(self) -> dict[str, tuple[Group, ...]]:
        by_vpn: dict[str, list[Group]] = {}
        for group in self.groups.values():
            by_vpn.setdefault(group.vpn, []).append(group)
        result = {}
        for group in self.groups.values():
            near = sorted(by_vpn[group.vpn], key=lambda other: other != group)
            result[group.label] = tuple(other for other in near if self.why(group, other))
        return result

    @cached_property
    def _sites(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for site in self._network.sites:
            found.setdefault(self.group_of(site).label, []).append(site)
        return {label: tuple(sites) for label, sites in found.items()}


#: What follows the VPN in a group's label.
_ROLES = {SiteRole.ANY_TO_ANY: "", SiteRole.HUB: "/hub", SiteRole.SPOKE: "/spoke"}


def _groups(network: Network, name: str) -> Iterator[Group]:
    vpn = network.vpns[name]
    if vpn.vpn_service_topology is Topology.ANY_TO_ANY:
        yield Group(name, name, vpn.zone, meshed=True)
    else:
        for role in (SiteRole.HUB, SiteRole.SPOKE):
            yield Group(name + _ROLES[role], name, vpn.zone, meshed=role is SiteRole.HUB)


def sites_by_vpn(network: Network) -> dict[str, tuple[str, ...]]:
    """VPN -> its sites, in the inventory's order; a VPN without sites has none."""
    result: dict[str, list[str]] = {name: [] for name in network.vpns}
    for name, site in network.sites.items():
        result[site.vpn].append(name)
    return {vpn: tuple(sites) for vpn, sites in result.items()}

"""The interconnection platform's firewalls, and Internet gateways, in a scene, with their links as
the texts have them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from egovnet.isolation.model.cause import Cause, CauseKind, Place
from egovnet.isolation.model.domains import MANAGEMENT, Domain
from egovnet.isolation.model.finding import Hop
from egovnet.isolation.model.platform_edge import (
    Direction,
    FirewallCable,
    FirewallLink,
    InternetExit,
    PlatformEdge,
)
from egovnet.isolation.model.scene import Router, Scene, Table, domain_by_targets
from egovnet.templates.model.facts import InterfaceFacts
from egovnet.templates.model.packet_filter import FilterChain, FilterPlace, PacketRule


@dataclass(frozen=True, slots=True)
class PlatformFirewall:
    """A firewall in one state. `by_interface`: (VPN, link) of its VLANs that the text has.
    `strangers`: who is at the PE's end of VLANs that no exchange in force has."""

    router: Router
    by_interface: Mapping[str, tuple[str, FirewallLink]]
    strangers: Mapping[str, Domain]
    #: Where it is an Internet gateway.
    exit: InternetExit | None = None

    @property
    def name(self) -> str:
        """Its name."""
        return self.router.name

    @property
    def default(self) -> Table:
        """The table that packets between agencies are looked up in."""
        return self.router.tables[None]

    @property
    def by_vpn(self) -> Mapping[str, FirewallLink]:
        """The links that the text has."""
        return dict(self.by_interface.values())

    def chain(self, place: FilterPlace) -> FilterChain | None:
        """Its filter of a place."""
        packet_filter = self.router.facts.packet_filter
        return packet_filter.chain(place) if packet_filter else None

    def direction(self, pair: tuple[str | None, str | None]) -> Direction | None:
        """The VPNs at two interfaces; None where there is none at one of them."""
        source, target = (self.by_interface.get(name or "") for name in pair)
        return (source[0], target[0]) if source and target else None

    def domain_at(self, name: str | None, other: Domain) -> Domain:
        """Who is at an interface; `other`: at one that no text names."""
        link = self.by_interface.get(name or "")
        if link is not None:
            return link[1].domain
        stranger = self.strangers.get(name or "")
        if stranger is not None:
            return stranger
        interface = self.router.facts.interfaces.get(name or "")
        return other if interface is None else self.router.table_of(interface).domains[0]

    def hop(self, what: str, line: int = 0) -> Hop:
        """A step of a path through it."""
        return self.router.hop(what, line, "default")

    def rule_cause(self, place: FilterPlace, rule: PacketRule | None, line: int) -> Cause:
        """A rule of its filter, or a chain's default."""
        key = (self.name, str(line)) if line else (self.name, place, repr(rule))
        at = Place(self.name, "default", line, self.router.facts.quote(line))
        return Cause(CauseKind.LINE, key, "a rule of the firewall's filter", at)


def free_interfaces(router: Router) -> set[str]:
    """Names of interfaces that any packet may come by: the loopback, and management's port and
    VRF, which Linux puts in the port's place when it is asked again."""
    found = {one.name for one in router.facts.interfaces.values() if one.loopback}
    for table in router.tables.values():
        if table.vrf is not None and MANAGEMENT in table.domains:
            found |= {table.vrf, *(one.name for one in table.interfaces)}
    return found


def _is_as_delivered(router: Router) -> bool:
    """Whether only management has a port: nothing comes in that a filter could let pass. A text
    that lacks its interfaces says nothing of the kind."""
    names, free = router.facts.interfaces.keys(), free_interfaces(router)
    has_management = any(not router.facts.interfaces[name].loopback for name in names & free)
    return has_management and names <= free


def firewalls(scene: Scene) -> Iterator[PlatformFirewall]:
    """All of the platform's firewalls and all gateways, in all their states, but for those that
    are as they were delivered."""
    edge: PlatformEdge = scene.expectation.platform
    for router in scene.routers:
        expected = edge.firewalls.get(router.name)
        if expected is not None and not _is_as_delivered(router):
            at = {(link.port, link.vlan): (vpn, link) for vpn, link in expected.items()}
            found = {
                interface.name: at[place]
                for interface in router.facts.interfaces.values()
                for place in [(interface.parent or interface.name, interface.vlan)]
                if place in at
            }
            others = [i for i in router.facts.interfaces.values() if i.name not in found]
            cable = edge.cables.get(router.name)
            strangers = _at_pe(scene, cable, others) if cable else {}
            yield PlatformFirewall(router, found, strangers, edge.exits.get(router.name))


def _at_pe(
    scene: Scene, cable: FirewallCable, interfaces: Iterable[InterfaceFacts]
) -> dict[str, Domain]:
    """Who is in the VRF that the PE has the other end of a VLAN in, as its text says."""
    vlans = {one.vlan: one.name for one in interfaces if one.parent == cable.port}
    found: dict[str, Domain] = {}
    for router in scene.routers:
        if router.name == cable.pe and vlans:
            for interface in router.facts.interfaces.values():
                if interface.parent == cable.pe_port and interface.vlan in vlans:
                    table = router.table_of(interface)
                    domain = table.domains[0]
                    if not domain.known:
                        domain = domain_by_targets(table, table.facts, scene.expectation) or domain
                    found.setdefault(vlans[interface.vlan], domain)
    return found

"""Declared edges: the interconnection platform, where alone agencies meet, and Internet gateways.

Route targets never cross between them; packets do, at firewalls, and only those of an exchange.
A gateway is a firewall between its Internet zone and the Internet. What may pass is computed here
from the registers alone, and never from what was built for them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from egovnet.inventory.model import IPNetwork
from egovnet.isolation.algebra.packet_sets import PacketSet
from egovnet.isolation.algebra.prefix_sets import family_of
from egovnet.isolation.model.domains import GATEWAY, PLATFORM, Domain
from egovnet.templates.model.device import AddressFamily, IPAddress, IPInterface
from egovnet.templates.model.packet_filter import (
    ERROR_TYPES,
    PacketDirection,
    PacketRule,
    PortRanges,
    TransportProtocol,
)

#: Types of ICMP by which an echo is asked for and answered (RFC 792, RFC 4443 section 4).
ECHO_REQUEST: dict[AddressFamily, int] = {"ipv4": 8, "ipv6": 128}
ECHO_REPLY: dict[AddressFamily, int] = {"ipv4": 0, "ipv6": 129}
#: (VPN that packets come from, VPN that they go to).
Direction = tuple[str, str]


@dataclass(frozen=True, slots=True)
class DeclaredFlow:
    """Connections that may be opened from one VPN into another, and whose answers pass.

    `ports` are those at the target; ICMP has none, and is the echo alone.
    """

    #: The exchange that declares it.
    name: str
    source: str
    target: str
    sources: tuple[IPNetwork, ...]
    targets: tuple[IPNetwork, ...]
    #: None: any.
    protocol: TransportProtocol | None
    ports: PortRanges = ()
    #: What messages call it, where it is no exchange.
    called: str = ""

    @property
    def title(self) -> str:
        """What messages call it."""
        return self.called or f"the exchange {self.name}"

    def opening(self, family: AddressFamily) -> PacketSet:
        """Packets of `family` from its source to its target."""
        return self._packets(family, ends=(self.sources, self.targets), reply=False)

    def answers(self, family: AddressFamily) -> PacketSet:
        """Packets of `family` from its target to its source."""
        return self._packets(family, ends=(self.targets, self.sources), reply=True)

    def error_targets(self, family: AddressFamily, *, reply: bool) -> tuple[IPNetwork, ...]:
        """Where errors of ICMP about its packets may go: to who opened (`reply`) or answers."""
        own = self.sources if reply else self.targets
        if not all(any(family_of(p) == family for p in e) for e in (self.sources, self.targets)):
            return ()
        return tuple(one for one in own if family_of(one) == family)

    def _packets(
        self,
        family: AddressFamily,
        *,
        ends: tuple[tuple[IPNetwork, ...], tuple[IPNetwork, ...]],
        reply: bool,
    ) -> PacketSet:
        sources, targets = (tuple(one for one in end if family_of(one) == family) for end in ends)
        if not (sources and targets):
            return PacketSet.none(family)
        echo = ECHO_REPLY if reply else ECHO_REQUEST
        condition = PacketRule(
            "accept",
            family=family,
            sources=sources,
            targets=targets,
            protocol=self.protocol,
            source_ports=self.ports if reply else (),
            target_ports=() if reply else self.ports,
            icmp_types=(echo[family],) if self.protocol == "icmp" else (),
            direction="reply" if reply else "open",
        )
        return PacketSet.of(family, condition)


def error_packets(
    family: AddressFamily, flows: Iterable[DeclaredFlow], *, reply: bool
) -> PacketSet:
    """Errors of ICMP about packets of `flows`: from any router, to the ends that they may go to.

    What they are about is told by the kernel that tracks connections, and assumed here.
    """
    targets = dict.fromkeys(
        prefix for flow in flows for prefix in flow.error_targets(family, reply=reply)
    )
    direction: PacketDirection = "reply-error" if reply else "open-error"
    if not targets:
        return PacketSet.none(family)
    errors = PacketRule(
        "accept",
        family=family,
        targets=tuple(targets),
        protocol="icmp",
        icmp_types=ERROR_TYPES[family],
        direction=direction,
    )
    return PacketSet.of(family, errors)


@dataclass(frozen=True, slots=True)
class InternetExit:
    """What an Internet gateway does with the sources of what leaves by its uplink."""

    #: Its uplink's port.
    port: str
    #: Prefixes of sites whose addresses are translated, and those that leave as they are.
    translated: tuple[IPNetwork, ...]
    untranslated: tuple[IPNetwork, ...]
    #: What they are translated to.
    pool: tuple[IPNetwork, ...]
    #: The gateway's own addresses on the uplink.
    own: tuple[IPAddress, ...]
    #: Whether who had which translated address is to be recorded.
    recorded: bool = False


@dataclass(frozen=True, slots=True)
class FirewallLink:
    """Where a firewall meets the VRF of a VPN: a VLAN to its PE. Of an Internet gateway also where
    it meets the Internet: its `neighbors` are the provider's then, and it `speaks` with nobody."""

    domain: Domain
    port: str
    vlan: int | None
    #: The firewall's own addresses there, and the PE's.
    addresses: tuple[IPInterface, ...] = ()
    neighbors: tuple[IPAddress, ...] = ()
    speaks: bool = True


@dataclass(frozen=True, slots=True)
class FirewallCable:
    """The cable from a firewall's port to a port of its PE, which all its VLANs are on."""

    port: str
    pe: str
    pe_port: str


@dataclass(frozen=True, slots=True)
class PlatformEdge:
    """Firewalls, each with its links by VPN, and what may pass them."""

    firewalls: Mapping[str, Mapping[str, FirewallLink]] = field(default_factory=dict)
    flows: tuple[DeclaredFlow, ...] = ()
    #: By firewall.
    cables: Mapping[str, FirewallCable] = field(default_factory=dict)
    #: `firewalls` as they were, for states on the way from there to here.
    former: Mapping[str, Mapping[str, FirewallLink]] = field(default_factory=dict)
    #: Those of `firewalls` that are Internet gateways.
    exits: Mapping[str, InternetExit] = field(default_factory=dict)

    def with_former(self, former: "PlatformEdge") -> "PlatformEdge":
        """The same, with links that were there before; what may pass is what may pass now."""
        firewalls = {
            name: {**former.firewalls.get(name, {}), **self.firewalls.get(name, {})}
            for name in dict.fromkeys([*former.firewalls, *self.firewalls])
        }
        cables = {**former.cables, **self.cables}
        exits = {**former.exits, **self.exits}
        return PlatformEdge(firewalls, self.flows, cables, former.firewalls, exits)

    def domain_of(self, device: str) -> Domain | None:
        """The domain of a firewall's or gateway's main table; None: it is neither."""
        if device not in self.firewalls:
            return None
        return GATEWAY if device in self.exits else PLATFORM

    def passing(self, family: AddressFamily) -> dict[Direction, PacketSet]:
        """What may pass from VPN to VPN; near linear in the flows."""
        found: dict[Direction, list[PacketSet]] = {}
        flows: dict[Direction, list[DeclaredFlow]] = {}
        for flow in self.flows:
            flows.setdefault((flow.source, flow.target), []).append(flow)
            for way, packets in (
                ((flow.source, flow.target), flow.opening(family)),
                ((flow.target, flow.source), flow.answers(family)),
            ):
                found.setdefault(way, []).append(packets)
        for (source, target), each in flows.items():
            for way, reply in (((source, target), False), ((target, source), True)):
                found.setdefault(way, []).append(error_packets(family, each, reply=reply))
        return {way: PacketSet.union(family, sets) for way, sets in found.items()}

    def reasons(self) -> dict[tuple[str, str], str]:
        """(source label, target label) -> the exchanges by which connections may be opened."""
        domains = {
            vpn: link.domain for links in self.firewalls.values() for vpn, link in links.items()
        }
        names: dict[tuple[str, str], dict[str, None]] = {}
        exits: dict[tuple[str, str], str] = {}
        for flow in self.flows:
            if flow.source in domains and flow.target in domains:
                pair = (domains[flow.source].label, domains[flow.target].label)
                if flow.called:
                    exits[pair] = flow.called
                else:
                    names.setdefault(pair, {})[flow.name] = None
        met = {pair: f"at the platform: {', '.join(found)}" for pair, found in names.items()}
        return {**met, **exits}

    def own_prefixes(self) -> dict[str, tuple[IPNetwork, ...]]:
        """VPN -> prefixes of its own that take part in an exchange."""
        return _gathered(
            (vpn, prefixes)
            for flow in self.flows
            for vpn, prefixes in ((flow.source, flow.sources), (flow.target, flow.targets))
        )

    def partner_prefixes(self) -> dict[str, tuple[IPNetwork, ...]]:
        """VPN -> prefixes of others that it exchanges with, and may therefore have routes to."""
        return _gathered(
            (vpn, prefixes)
            for flow in self.flows
            for vpn, prefixes in ((flow.source, flow.targets), (flow.target, flow.sources))
        )


def _gathered(
    found: Iterable[tuple[str, tuple[IPNetwork, ...]]],
) -> dict[str, tuple[IPNetwork, ...]]:
    result: dict[str, dict[IPNetwork, None]] = {}
    for vpn, prefixes in found:
        result.setdefault(vpn, {}).update(dict.fromkeys(prefixes))
    return {vpn: tuple(prefixes) for vpn, prefixes in result.items()}

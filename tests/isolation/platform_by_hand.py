"""An interconnection platform beside the reference network, written by hand: one firewall, three
agencies, three exchanges. Party exchanges with government, government with congress, and so party
never with congress.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from ipaddress import (
    IPv4Interface,
    IPv6Interface,
    ip_address,
    ip_interface,
    ip_network,
)

from egovnet.inventory.model import IPNetwork
from egovnet.isolation.model.domains import MANAGEMENT, PLATFORM, Attachment
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.platform_edge import DeclaredFlow, FirewallLink, PlatformEdge
from egovnet.templates.model.facts import (
    BgpInstance,
    DeviceFacts,
    InterfaceFacts,
    Match,
    NeighborFacts,
    NeighborFamily,
    Policy,
    PolicyEntry,
    PrefixRule,
    StaticFacts,
    VrfFacts,
    VrfFamily,
)
from egovnet.templates.model.packet_filter import (
    FilterChain,
    PacketFilter,
    PacketRule,
)
from tests.isolation.networks import Facts

FIREWALL = "bj-fw1"
VLANS = {"party": 201, "government": 202, "congress": 203}


def prefixes(*texts: str) -> tuple[IPNetwork, ...]:
    return tuple(map(ip_network, texts))


OWN = {
    "party": prefixes("10.1.10.0/24", "fde9:1:10::/64"),
    "government": prefixes("10.1.30.0/24", "fde9:1:30::/64"),
    "congress": prefixes("10.1.20.0/24", "fde9:1:20::/64"),
}
FLOWS = (
    DeclaredFlow(
        "documents",
        "party",
        "government",
        OWN["party"],
        OWN["government"],
        "tcp",
        ((443, 443), (8000, 8010)),
    ),
    DeclaredFlow(
        "reports",
        "government",
        "congress",
        OWN["government"],
        OWN["congress"],
        "udp",
        ((5000, 5000),),
    ),
    DeclaredFlow(
        "reachability", "government", "congress", OWN["government"], OWN["congress"], "icmp"
    ),
)
PARTNERS = {
    "party": OWN["government"],
    "government": (*OWN["party"], *OWN["congress"]),
    "congress": OWN["government"],
}


def interface(vpn: str) -> str:
    return f"eth1.{VLANS[vpn]}"


def addresses(vpn: str, end: int) -> tuple[IPv4Interface | IPv6Interface, ...]:
    vlan = VLANS[vpn]
    return (ip_interface(f"10.252.{vlan}.{end}/30"), ip_interface(f"fde9:fc:{vlan}::{end}/64"))


def neighbors(vpn: str) -> tuple[object, ...]:
    return tuple(one.ip for one in addresses(vpn, 1))


def with_platform(expectation: Expectation) -> Expectation:
    """The expectation with the firewall and the exchanges."""
    links = {
        vpn: FirewallLink(expectation.domains[vpn], "eth1", vlan, addresses(vpn, 2), neighbors(vpn))
        for vpn, vlan in VLANS.items()
    }
    places = {
        ("eth1", vlan): Attachment(f"exchange-{vpn}/{FIREWALL}", FIREWALL, "eth1", vlan, PLATFORM)
        for vpn, vlan in VLANS.items()
    }
    places["eth0", None] = Attachment("management", FIREWALL, "eth0", None, MANAGEMENT)
    return replace(
        expectation,
        domains={**expectation.domains, PLATFORM.label: PLATFORM},
        devices=expectation.devices | {FIREWALL},
        attachments={**expectation.attachments, FIREWALL: places},
        vrf_names={**expectation.vrf_names, (FIREWALL, "mgmt"): MANAGEMENT},
        reasons={**expectation.reasons, (MANAGEMENT.label, PLATFORM.label): "it is managed"},
        platform=PlatformEdge({FIREWALL: links}, FLOWS),
    )


def with_flows(*flows: DeclaredFlow) -> Callable[[Expectation], Expectation]:
    """The same with other exchanges in force."""

    def expect(expectation: Expectation) -> Expectation:
        there = with_platform(expectation)
        return replace(there, platform=replace(there.platform, flows=flows))

    return expect


def rules_of(flow: DeclaredFlow) -> Iterable[PacketRule]:
    """Two rules for each family, as the contract of rendered filters has them."""
    there = (interface(flow.source), interface(flow.target))
    for version, family, echo in ((4, "ipv4", (8, 0)), (6, "ipv6", (128, 129))):
        ends = [
            tuple(one for one in end if one.version == version)
            for end in (flow.sources, flow.targets)
        ]
        if not all(ends):
            continue  # a rule without addresses is one of any
        icmp = flow.protocol == "icmp"
        yield PacketRule(
            "accept",
            *there,
            family,
            *ends,
            flow.protocol,
            target_ports=flow.ports,
            icmp_types=echo[:1] if icmp else (),
            direction="open",
            name=flow.name,
        )
        yield PacketRule(
            "accept",
            *there[::-1],
            family,
            *ends[::-1],
            flow.protocol,
            source_ports=flow.ports,
            icmp_types=echo[1:] if icmp else (),
            direction="reply",
            name=flow.name,
        )


def errors_of(flows: Iterable[DeclaredFlow]) -> Iterable[PacketRule]:
    """What went wrong with packets, and with their answers: for each pair of VLANs once."""
    ends: dict[tuple[str, str, str], dict[IPNetwork, None]] = {}
    for flow in flows:
        there = (interface(flow.source), interface(flow.target))
        for ways, direction, own, others in (
            (there, "open-error", flow.targets, flow.sources),
            (there[::-1], "reply-error", flow.sources, flow.targets),
        ):
            versions = {one.version for one in others}
            met = {one: None for one in own if one.version in versions}
            ends.setdefault((*ways, direction), {}).update(met)
    for (came, way_out, direction), targets in ends.items():
        for version, family, types in ((4, "ipv4", (3, 11, 12)), (6, "ipv6", (1, 2, 3, 4))):
            if own := tuple(one for one in targets if one.version == version):
                yield PacketRule(
                    "accept",
                    came,
                    way_out,
                    family,  # type: ignore[arg-type] # literals in tuples
                    targets=own,
                    protocol="icmp",
                    icmp_types=types,
                    direction=direction,  # type: ignore[arg-type] # literals in tuples
                    name="errors",
                )


def forward(flows: tuple[DeclaredFlow, ...] = FLOWS) -> FilterChain:
    rules = (rule for flow in flows for rule in rules_of(flow))
    return FilterChain("forward", "drop", (*rules, *errors_of(flows)))


def local() -> FilterChain:
    rules = [PacketRule("accept", "lo"), PacketRule("accept", "mgmt")]
    for vpn in VLANS:
        for address in neighbors(vpn):
            ends = prefixes(str(address))
            family = "ipv4" if ends[0].version == 4 else "ipv6"
            at = PacketRule("accept", interface(vpn), None, family, ends)
            rules += [
                replace(at, protocol="tcp", target_ports=((179, 179),)),
                replace(at, protocol="tcp", source_ports=((179, 179),)),
                replace(at, protocol="udp", target_ports=((3784, 3785),)),
                replace(at, protocol="icmp", icmp_types=(8,) if family == "ipv4" else (128,)),
            ]
        discovery = PacketRule("accept", interface(vpn), None, "ipv6", protocol="icmp")
        rules.append(replace(discovery, icmp_types=(133, 134, 135, 136)))
    return FilterChain("local", "drop", tuple(rules))


def _exactly(some: tuple[IPNetwork, ...], version: int) -> Policy:
    rules = tuple(
        PrefixRule("permit", one, one.prefixlen, one.prefixlen)
        for one in some
        if one.version == version
    )
    family = "ipv4" if version == 4 else "ipv6"
    return Policy((PolicyEntry("permit", (Match("prefix", family=family, prefixes=rules),)),))


def _neighbors() -> Iterable[NeighborFacts]:
    for vpn in VLANS:
        for address in neighbors(vpn):
            family = "ipv4" if ip_address(str(address)).version == 4 else "ipv6"
            activated = NeighborFamily(
                family,
                policy_in=Policy((PolicyEntry("deny"),)),
                policy_out=_exactly(PARTNERS[vpn], 4 if family == "ipv4" else 6),
            )
            yield NeighborFacts(None, str(address), 65000, families={family: activated})


def _interfaces() -> Iterable[InterfaceFacts]:
    yield InterfaceFacts("lo", addresses=(ip_interface("10.255.1.1/32"),), loopback=True)
    yield InterfaceFacts("eth0", vrf="mgmt", addresses=(ip_interface("172.20.0.99/24"),))
    yield InterfaceFacts("eth1")
    for vpn, vlan in VLANS.items():
        yield InterfaceFacts(interface(vpn), addresses=addresses(vpn, 2), parent="eth1", vlan=vlan)


def firewall() -> DeviceFacts:
    """What its text says when it is as the register has it."""
    return DeviceFacts(
        FIREWALL,
        "frr",
        interfaces={one.name: one for one in _interfaces()},
        vrfs={"mgmt": VrfFacts("mgmt", 1001)},
        bgp={
            None: BgpInstance(
                None,
                64999,
                families={
                    family: VrfFamily(
                        family,
                        networks={
                            one: None
                            for own in OWN.values()
                            for one in own
                            if one.version == version
                        },
                    )
                    for family, version in (("ipv4", 4), ("ipv6", 6))
                },
                neighbors={one.address: one for one in _neighbors()},
            )
        },
        statics=tuple(
            StaticFacts(None, one, next_hop=hop)
            for vpn, own in OWN.items()
            for one in own
            for hop in neighbors(vpn)
            if hop.version == one.version
        ),
        packet_filter=PacketFilter((entry(), forward(), local())),
    )


def entry() -> FilterChain:
    """What each VLAN may bring in."""
    rules: list[PacketRule] = []
    for vpn in VLANS:
        for version, family, types in ((4, "ipv4", (3, 11, 12)), (6, "ipv6", (1, 2, 3, 4))):
            own = (*(p for p in OWN[vpn] if p.version == version),)
            at = PacketRule("accept", interface(vpn), family=family)  # type: ignore[arg-type] # literals in tuples
            rules += [
                replace(at, sources=own),
                replace(at, protocol="icmp", icmp_types=types),
            ]
        rules.append(PacketRule("drop", interface(vpn)))
    return FilterChain("entry", "accept", tuple(rules))


def on_firewall(change: Callable[[DeviceFacts], DeviceFacts]) -> Callable[[Facts], None]:
    """The reference network with the firewall, and one change to that."""

    def apply(facts: Facts) -> None:
        facts[FIREWALL] = change(firewall())

    return apply


def with_chain(chain: FilterChain) -> Callable[[Facts], None]:
    """The firewall with another chain in the place of its own."""

    def change(facts: DeviceFacts) -> DeviceFacts:
        old = facts.packet_filter or PacketFilter()
        kept = tuple(one for one in old.chains if one.place != chain.place)
        return replace(facts, packet_filter=replace(old, chains=(*kept, chain)))

    return on_firewall(change)


def without_chain(place: str) -> Callable[[Facts], None]:
    """The firewall without its chain of a place."""

    def change(facts: DeviceFacts) -> DeviceFacts:
        old = facts.packet_filter or PacketFilter()
        kept = tuple(one for one in old.chains if one.place != place)
        return replace(facts, packet_filter=replace(old, chains=kept))

    return on_firewall(change)

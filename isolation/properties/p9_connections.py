"""P9: a router that filters by the state of connections never takes two VPNs' for one another.

The kernel finds a packet's connection by addresses, protocol and ports, within a zone. A PE looks
packets up in the tables of VPNs that may have the same addresses: each of those has a zone of its
own there. A host behind PEs (a firewall of the platform, an Internet gateway) never meets two VPNs
with the same addresses; there a packet whose source is another VPN's is dropped before it is looked
up. A source of nobody's is of no connection of anybody else.
"""

from collections.abc import Iterator, Mapping
from ipaddress import ip_network

from egovnet.inventory.model import IPNetwork
from egovnet.isolation.algebra.filter_chains import FilterChainRules, accepted_set
from egovnet.isolation.algebra.packet_sets import PacketSet
from egovnet.isolation.algebra.prefix_sets import family_of
from egovnet.isolation.model.cause import Cause, CauseKind, Place
from egovnet.isolation.model.classes import p9_connections
from egovnet.isolation.model.domains import INTERNET, OUTSIDE, OWN, Domain
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.platform_edge import FirewallLink, PlatformEdge
from egovnet.isolation.model.platform_firewalls import PlatformFirewall, firewalls
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import FAMILIES, Router, Scene
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.packet_filter import ERROR_TYPES, PacketRule

#: Multicast listeners and neighbours (noct_valid_new in nf_conntrack_proto_icmpv6.c of Linux).
_UNTRACKED: Mapping[AddressFamily, tuple[int, ...]] = {
    "ipv4": (),
    "ipv6": (130, 131, 132, 133, 134, 135, 136, 143),
}
_Prefixes = tuple[IPNetwork, ...]


def connections(scene: Scene) -> Iterator[FindingDraft]:
    """P9 over a scene: where connections are tracked. Linear in interfaces, pairs and prefixes."""
    edge = scene.expectation.platform
    own = edge.own_prefixes()
    for family in FAMILIES:
        everybody = {p for vpn, held in own.items() if vpn != INTERNET.vpn for p in held}
        of_all = _connections_from(family, tuple(everybody))
        for host in firewalls(scene):
            if _tracks(host.router):
                yield from _host(host, edge, own, of_all)
    for router in scene.routers:
        pairs = scene.expectation.tracked_apart.get(router.name, ())
        if pairs and _tracks(router):
            yield from _pe(router, pairs)


def _tracks(router: Router) -> bool:
    packet_filter = router.facts.packet_filter
    return packet_filter is not None and packet_filter.tracks


# -- PEs -------------------------------------------------------------------------------------------


def _pe(router: Router, pairs: tuple[tuple[str, str], ...]) -> Iterator[FindingDraft]:
    packet_filter = router.facts.packet_filter
    zones = {zone.interface: zone for zone in packet_filter.zones} if packet_filter else {}
    ports: dict[str, dict[str, tuple[Domain, int]]] = {}
    for bound in router.bound:
        domain, name = bound.attachment.domain, bound.carrier.name
        if domain.vpn not in OWN:
            number = zones[name].number if name in zones else 0
            ports.setdefault(domain.vpn, {})[name] = domain, number
    for one, other in pairs:
        for name, (domain, number) in ports.get(one, {}).items():
            for its, (its_domain, its_number) in ports.get(other, {}).items():
                if number == its_number:
                    line = zones[name].line if name in zones else 0
                    how = f"{name} and {its} are in one zone"
                    yield _shared(router, line, (domain, its_domain), how)
    for found in ports.values():
        first, *others = found.items()
        for name, (domain, number) in others:
            if number != first[1][1]:
                yield _cut(router, domain, f"{first[0]} and {name} are in two zones")


# -- hosts behind PEs ------------------------------------------------------------------------------


def _host(
    host: PlatformFirewall,
    edge: PlatformEdge,
    own: Mapping[str, _Prefixes],
    of_all: PacketSet,
) -> Iterator[FindingDraft]:
    family = of_all.family
    chain = host.chain("entry")
    rules = FilterChainRules(chain, "entry")
    exit_of = edge.exits.get(host.name)
    ours = (*map(ip_network, exit_of.own), *exit_of.pool) if exit_of else ()
    for name, (vpn, link) in host.by_interface.items():
        accepted = accepted_set(rules, (name, None), family)
        mine = () if vpn == INTERNET.vpn else own.get(vpn, ())
        strange = (accepted & of_all) - _from(family, (*mine, *_neighbors(link)))
        if strange:
            line = chain.line if chain else 0
            how = f"by {name} it takes in {strange.witness()}"
            whose = _whose(host, own, strange)
            # of a VPN that the host does not meet there are no connections
            if whose is not None:
                yield _shared(host.router, line, (link.domain, whose), how)
        if vpn == INTERNET.vpn:
            others = [prefix for each, held in own.items() if each != vpn for prefix in held]
            due = PacketSet.all(family) - _from(family, (*others, *ours))
        else:
            due = _from(family, own.get(vpn, ()))
        if missing := due - accepted:
            yield _cut(host.router, link.domain, f"it drops {missing.witness()}", family)


def _whose(
    host: PlatformFirewall, own: Mapping[str, _Prefixes], packets: PacketSet
) -> Domain | None:
    """Whose connections packets may be looked up among: of a VPN that the host meets."""
    for vpn, link in host.by_interface.values():
        if link.speaks and packets & _from(packets.family, own.get(vpn, ())):
            return link.domain
    return None


def _neighbors(link: FirewallLink) -> _Prefixes:
    return tuple(ip_network(address) for address in link.neighbors)


def _from(family: AddressFamily, prefixes: _Prefixes) -> PacketSet:
    """All packets of a family with sources in `prefixes`."""
    own = tuple(one for one in prefixes if family_of(one) == family)
    if not own:
        return PacketSet.none(family)
    return PacketSet.of(family, PacketRule("accept", family=family, sources=own))


def _connections_from(family: AddressFamily, prefixes: _Prefixes) -> PacketSet:
    """Those of them that are looked up by their own addresses: an error is by what it is about, and
    discovery on a link is of no connection."""
    types = (*ERROR_TYPES[family], *_UNTRACKED[family])
    others = PacketRule("accept", family=family, protocol="icmp", icmp_types=types)
    return _from(family, prefixes) - PacketSet.of(family, others)


# -- findings --------------------------------------------------------------------------------------


def _shared(router: Router, line: int, ends: tuple[Domain, Domain], how: str) -> FindingDraft:
    place = Place(router.name, "default", line, router.facts.quote(line))
    key = (router.name, "tracking", str(line))
    return single(
        finding(
            p9_connections.SHARED_CONNECTIONS,
            router.name,
            "default",
            path=(router.hop(f"looks up packets of both together: {how}", line, "default"),),
            line=line,
            source=ends[0],
            target=ends[1],
            both_ways=True,
            causes=(Cause(CauseKind.LINE, key, "what is tracked together", place),),
            words={"one": ends[0].name, "other": ends[1].name, "how": how},
        )
    )


def _cut(router: Router, domain: Domain, how: str, family: str = "") -> FindingDraft:
    return single(
        finding(
            p9_connections.CONNECTIONS_CUT,
            router.name,
            "default",
            family=family,
            source=domain,
            target=OUTSIDE,
            words={"name": domain.name, "how": how},
        )
    )


PROPERTY = SceneCheck("P9", connections)

"""P9: what a firewall of the interconnection platform routes, translates and announces.

Its ways are configured: a static route for each prefix of an exchange, to the PE in the VLAN of
the VPN that it is of, announced to the partners and to nobody else. It learns nothing. Where
packets may pass is the filter's (`p9_platform_filters`); what is found here leaves the filter alone
to hold them.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from egovnet.inventory.model import IPNetwork
from egovnet.isolation.algebra.addresses import address_of
from egovnet.isolation.algebra.policies import Routes, apply
from egovnet.isolation.algebra.prefix_sets import BITS, Box, PrefixSet, family_of
from egovnet.isolation.model.cause import Cause
from egovnet.isolation.model.classes import p9_platform
from egovnet.isolation.model.domains import MANAGEMENT, UNTAGGED, Domain
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_class import FindingClass, Severity
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.platform_firewalls import PlatformFirewall, firewalls
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import (
    FAMILIES,
    Router,
    Scene,
    Table,
    port_cause,
    static_cause,
)
from egovnet.isolation.routes.announcements import admitted, local_routes
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import NeighborFacts, NeighborFamily, StaticFacts

_NO_WORDS: Mapping[str, object] = MappingProxyType({})


def platform_routes(scene: Scene) -> Iterator[FindingDraft]:
    """P9 over a scene: tables, addresses, routes and sessions of firewalls."""
    edge = scene.expectation.platform
    own, partners = edge.own_prefixes(), edge.partner_prefixes()
    for firewall in firewalls(scene):
        yield from _tables(firewall.router)
        yield from _addresses(firewall)
        yield from _rules(firewall.router)
        yield from _joined(firewall)
        yield from _statics(firewall, own)
        yield from _sessions(firewall, partners)
    for router in scene.routers:
        exit_of = edge.exits.get(router.name)
        yield from _translations(router, exit_of.port if exit_of else None)


def _translations(router: Router, uplink: str | None) -> Iterator[FindingDraft]:
    """Where nobody asked for it: at any interface but a gateway's `uplink`."""
    packet_filter = router.facts.packet_filter
    for one in packet_filter.translations if packet_filter else ():
        if one.out_interface == uplink:
            continue
        yield _draft(
            router.tables[None],
            p9_platform.TRANSLATED,
            f"translates the addresses of packets that leave by {one.out_interface}",
            one.line,
            words={"interface": one.out_interface},
        )


def _tables(router: Router) -> Iterator[FindingDraft]:
    for table in router.tables.values():
        if table.vrf is not None and not {MANAGEMENT, UNTAGGED} & set(table.domains):
            vrf = router.facts.vrfs.get(table.vrf)
            line = vrf.line if vrf else 0
            yield _draft(table, p9_platform.FIREWALL_TABLE, "is on a firewall", line)


def _addresses(firewall: PlatformFirewall) -> Iterator[FindingDraft]:
    default = firewall.default
    for name, (_, link) in firewall.by_interface.items():
        interface = default.facts.interfaces[name]
        if link.addresses and set(interface.addresses) != set(link.addresses):
            yield _draft(
                default,
                p9_platform.FIREWALL_ADDRESS,
                f"has other addresses on {name}",
                interface.line,
                source=link.domain,
                causes=(port_cause(default, interface),),
                words={
                    "interface": name,
                    "found": _listed(interface.addresses),
                    "intended": _listed(link.addresses),
                },
            )


def _listed(addresses: tuple[object, ...]) -> str:
    return " and ".join(map(str, addresses)) or "no address"


def _rules(router: Router) -> Iterator[FindingDraft]:
    """Policy routing: packets that go another way than the table says."""
    rules = list(router.facts.policy_routes)
    for interface in router.facts.interfaces.values():
        rules += interface.policy_routes
    for rule in rules:
        if rule.discards:
            continue  # it leads nowhere
        what = f"sends packets by a rule and not by its table: {rule.text}"
        yield _route(router.tables[None], what, rule.line)


def _joined(firewall: PlatformFirewall) -> Iterator[FindingDraft]:
    """Links that a bridge or bond takes, or another interface stands on: what comes in there
    passes below the routes and the filter."""
    router = firewall.router
    joins = {each.joins: each for each in router.facts.interfaces.values() if each.joins}
    ports = {link.port for _, link in firewall.by_interface.values()}
    for name in sorted(firewall.by_interface.keys() | ports):
        interface = router.facts.interfaces.get(name)
        other = router.masters.get(name) or joins.get(name)
        if interface is None or other is None:
            continue
        what = f"passes what comes in by {name} to {other.name}, below its filter"
        yield _route(firewall.default, what, other.line)


def _route(
    default: Table,
    what: str,
    line: int = 0,
    severity: Severity = Severity.RISK,
    causes: tuple[Cause, ...] = (),
) -> FindingDraft:
    klass = p9_platform.FIREWALL_ROUTE
    return _draft(default, klass, what, line, severity, causes=causes, words={"what": what})


def _statics(
    firewall: PlatformFirewall, own: Mapping[str, tuple[IPNetwork, ...]]
) -> Iterator[FindingDraft]:
    default = firewall.default
    for family in FAMILIES:
        intended = {vpn: PrefixSet.of(family, own.get(vpn, ())) for vpn in firewall.by_vpn}
        routed: dict[str, dict[IPNetwork, None]] = {vpn: {} for vpn in intended}
        known = {vpn: frozenset(own.get(vpn, ())) for vpn in intended}
        for static in default.statics:
            if family_of(static.prefix) != family or static.discards:
                continue
            vpn = _next_vpn(firewall, static)
            route = PrefixSet.of(family, (static.prefix,))
            exact = vpn is not None and static.prefix in known[vpn]
            # the default route has all prefixes within it
            within = vpn is not None and firewall.by_vpn[vpn].speaks
            covered = intended[vpn].more_specifics() if vpn and within else route - route
            if vpn is None or (not exact and route - covered):
                what = f"routes {static.prefix} to {_next(firewall, vpn)}"
                yield _route(default, what, static.line, causes=(static_cause(default, static),))
            else:
                routed[vpn][static.prefix] = None
        for vpn in intended:
            left = PrefixSet.of(family, known[vpn] - routed[vpn].keys())
            missing = left - PrefixSet.within(family, routed[vpn])
            if missing:
                what = f"has no route to {missing.example()} of {firewall.by_vpn[vpn].domain.name}"
                yield _route(default, what, severity=Severity.HYGIENE)


def _next(firewall: PlatformFirewall, vpn: str | None) -> str:
    """Where a route leads that is of nothing there."""
    if vpn is not None and not firewall.by_vpn[vpn].speaks:
        return "the Internet, where only the default route leads"
    there = "no exchange has it" if firewall.exit is None else "no site of it has it"
    if vpn is not None:
        return f"the PE of {vpn}, where {there}"
    return "no PE of an exchange, where no exchange has it" if firewall.exit is None else "nobody"


def _next_vpn(firewall: PlatformFirewall, static: StaticFacts) -> str | None:
    """The VPN to whose PE a route leads, where it leads to one of the platform's."""
    if static.next_hop is None or static.table not in {None, *firewall.router.facts.default_tables}:
        return None
    if static.next_hop_vrf not in {None, "default"}:
        return None
    for name, (vpn, link) in firewall.by_interface.items():
        if static.next_hop in link.neighbors and static.interface in {None, name}:
            return vpn
    return None


def _sessions(
    firewall: PlatformFirewall, partners: Mapping[str, tuple[IPNetwork, ...]]
) -> Iterator[FindingDraft]:
    default, links = firewall.default, firewall.by_vpn
    for family in FAMILIES:
        known = _known(default, family)
        sent: dict[str, PrefixSet] = dict.fromkeys(links, PrefixSet.none(family))
        for neighbor in default.neighbors:
            activated = neighbor.families.get(family)
            if activated is None:
                continue
            yield from _accepts(default, neighbor, activated, family)
            address = address_of(neighbor.address)
            for vpn, link in links.items():
                if address in link.neighbors:
                    announced = _announced(activated, known, family)
                    sent[vpn] = sent[vpn] | announced
                    # the provider is told nothing, and a zone the default route alone
                    reached = partners.get(vpn, ()) if link.speaks else ()
                    intended = PrefixSet.of(family, reached)
                    within = _beyond if firewall.exit is None else PrefixSet.__sub__
                    if excess := within(announced, intended):
                        yield _announces(default, neighbor, activated, link.domain, excess)
        for vpn, announced in sent.items():
            if not links[vpn].speaks:
                continue
            intended = PrefixSet.of(family, partners.get(vpn, ()))
            if missing := _beyond(intended, announced):
                yield _not_announced(default, links[vpn].domain, missing, family)


def _known(default: Table, family: AddressFamily) -> list[Routes]:
    """The firewall's own routes, as few classes of them as there are."""
    boxes: dict[tuple[frozenset[bytes], bool], dict[Box, None]] = {}
    for one in local_routes(default, family):
        if one.neighbor is None:
            alike = boxes.setdefault((one.routes.targets, one.routes.free), {})
            alike.update(dict.fromkeys(one.routes.prefixes.boxes))
    return [
        Routes(family, PrefixSet(BITS[family], tuple(held)), targets, free)
        for (targets, free), held in boxes.items()
    ]


def _beyond(one: PrefixSet, other: PrefixSet) -> PrefixSet:
    """Prefixes of `one` that are neither in `other` nor within one that is."""
    held = set(other.boxes)
    left = PrefixSet(one.bits, tuple(box for box in one.boxes if box not in held))
    return left - other.more_specifics() if left else left


def _announced(activated: NeighborFamily, known: list[Routes], family: AddressFamily) -> PrefixSet:
    """What a session is given of the firewall's own routes."""
    announced = PrefixSet.none(family)
    for out in apply(activated.policy_out, known):
        announced = announced | out.prefixes
    return announced


def _accepts(
    default: Table, neighbor: NeighborFacts, activated: NeighborFamily, family: AddressFamily
) -> Iterator[FindingDraft]:
    taken = [routes.prefixes for routes in admitted(default, activated, family) if routes.prefixes]
    if taken:
        yield _draft(
            default,
            p9_platform.FIREWALL_ACCEPTS,
            f"lets in routes of {neighbor.address}",
            activated.line or neighbor.line,
            family=family,
            causes=(default.filter_of(neighbor, activated.line),),
            words={"neighbor": neighbor.address, "example": taken[0].example()},
        )


def _announces(
    default: Table,
    neighbor: NeighborFacts,
    activated: NeighborFamily,
    domain: Domain,
    excess: PrefixSet,
) -> FindingDraft:
    line = (activated.policy_out.line if activated.policy_out else 0) or activated.line
    return _draft(
        default,
        p9_platform.FIREWALL_ANNOUNCES,
        f"announces {excess.example()} to {neighbor.address}",
        line,
        Severity.RISK,
        source=domain,
        family=activated.family,
        causes=(default.session_of(neighbor),),
        words={"what": "announces a route too many to", "prefix": excess.example()},
    )


def _not_announced(
    default: Table, domain: Domain, missing: PrefixSet, family: AddressFamily
) -> FindingDraft:
    return _draft(
        default,
        p9_platform.FIREWALL_ANNOUNCES,
        f"announces no route to {missing.example()}",
        0,
        Severity.HYGIENE,
        source=domain,
        family=family,
        words={"what": "does not announce a route of an exchange to", "prefix": missing.example()},
    )


def _draft(
    table: Table,
    klass: FindingClass,
    what: str,
    line: int,
    severity: Severity = Severity.RISK,
    *,
    source: Domain | None = None,
    family: str = "",
    causes: tuple[Cause, ...] = (),
    words: Mapping[str, object] = _NO_WORDS,
) -> FindingDraft:
    return single(
        finding(
            klass,
            table.device,
            table.name,
            severity=severity,
            path=(table.hop(what, line),),
            line=line,
            family=family,
            source=source,
            causes=causes,
            words=words,
        )
    )


PROPERTY = SceneCheck("P9", platform_routes)

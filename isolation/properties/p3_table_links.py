"""P3: ways from one table to another that no route target stands for.

Static routes through another table (RFC 4364 leaves them to the PE), policy routing, `import vrf`,
a table that two VRFs share, links inside the router, and look-ups that fall through to the default
table because nothing in the VRF ends them. Each is an edge with the
prefixes that it carries.

Assumes that a router keeps tables apart that have numbers of their own.
"""

from collections.abc import Iterator
from functools import partial

from egovnet.isolation.algebra.policies import apply
from egovnet.isolation.algebra.prefix_sets import PrefixSet, family_of
from egovnet.isolation.model.cause import Cause, CauseKind, Place
from egovnet.isolation.model.classes import p3
from egovnet.isolation.model.domains import BACKBONE
from egovnet.isolation.model.edges import Edge, Ways, evaluate_edges
from egovnet.isolation.model.finding_class import FindingClass
from egovnet.isolation.model.property import TableWays
from egovnet.isolation.model.scene import (
    FAMILIES,
    Router,
    Scene,
    Table,
    port_cause,
    static_cause,
    table_number,
)
from egovnet.isolation.routes.announcements import local_routes
from egovnet.templates.model.device import AddressFamily, IPAddress
from egovnet.templates.model.facts import PolicyRoute, StaticFacts

_ONE_TABLE = "have one kernel table"


def table_links(scene: Scene) -> Ways:
    """P3 over a scene."""
    return evaluate_edges(_edges(scene), scene.expectation)


def _edges(scene: Scene) -> Iterator[Edge]:
    """Every such way of every router."""
    onward = _onward(scene)
    for router in scene.routers:
        yield from _statics(router)
        yield from _policy_routes(router)
        yield from _imported_vrfs(router)
        yield from _redistributed_by_igps(router)
        yield from _table_numbers(router)
        yield from _open_tables(router, onward)
        yield from _links(router)


def _both(
    source: Table,
    target: Table,
    klass: FindingClass,
    what: str,
    *,
    line: int,
    causes: tuple[Cause, ...],
) -> Iterator[Edge]:
    for family in FAMILIES:
        prefixes = PrefixSet.all(family)
        yield Edge(source, target, family, prefixes, klass, what, line, why=lambda: causes)


def _by_number(router: Router, number: int) -> list[Table]:
    if number in router.facts.default_tables:
        return [router.tables[None]]
    names = [*router.by_number.get(number, ())]
    if all(vrf.table != number for vrf in router.facts.vrfs.values()):
        # a VRF of which the text does not say the number may have any that is nobody's
        names += [vrf.name for vrf in router.facts.vrfs.values() if vrf.table is None]
    return [router.tables[name] for name in names]


def _named(router: Router, name: str) -> Table | None:
    return router.tables[None] if name == "default" else router.tables.get(name)


def _statics(router: Router) -> Iterator[Edge]:
    for static in router.facts.statics:
        if static.discards:
            continue
        for source in _tables_of(router, static):
            for target, what in _next_tables(router, static):
                family = family_of(static.prefix)
                yield Edge(
                    source,
                    target,
                    family,
                    PrefixSet.of(family, (static.prefix,)),
                    p3.STATIC_ROUTE,
                    f"routes {static.prefix} {what}",
                    static.line,
                    # looked up in that table, whatever it has
                    held=static.interface in router.facts.interfaces,
                    why=partial(_static_causes, source, target, static),
                )


def _tables_of(router: Router, static: StaticFacts) -> list[Table]:
    """Tables that a static route is in."""
    if static.table is not None:
        return _by_number(router, static.table)
    table = router.tables.get(static.vrf)
    return [table] if table is not None else []


def _next_tables(router: Router, static: StaticFacts) -> Iterator[tuple[Table, str]]:
    if static.next_hop_vrf is not None:
        table = _named(router, static.next_hop_vrf)
        if table is not None:
            yield table, f"to VRF {table.name}"
    if static.interface is not None:
        interface = router.facts.interfaces.get(static.interface)
        if interface is not None:
            table = router.table_of(interface)
            yield table, f"out of {interface.name} of VRF {table.name}"
        elif static.interface in router.tables:
            yield router.tables[static.interface], f"into VRF {static.interface}"
    elif static.table is not None and static.next_hop is not None:
        # Which port a gateway is at is not asked in a table that no VRF has.
        for table in _at(router, static.next_hop) or [router.tables[None]]:
            yield table, f"by {static.next_hop} of VRF {table.name}"
    elif static.of_system and static.vrf is not None and static.next_hop is not None:
        tables = _at(router, static.next_hop)
        default = router.tables[None]
        if default in tables and router.tables.get(static.vrf) not in tables:
            yield default, f"by {static.next_hop} of VRF {default.name}"


def _at(router: Router, gateway: IPAddress) -> list[Table]:
    """Tables of the ports in whose networks a gateway is."""
    return [
        router.table_of(interface)
        for interface in router.facts.interfaces.values()
        if any(gateway in address.network for address in interface.addresses)
    ]


def _policy_routes(router: Router) -> Iterator[Edge]:
    for interface in router.facts.interfaces.values():
        for route in interface.policy_routes:
            yield from _policy_route(router, router.table_of(interface), route)
    for route in router.facts.policy_routes:
        named = router.facts.interfaces.get(route.interface or "")
        if named is not None:
            sources = [router.table_of(named)]
        elif route.interface in router.tables and route.interface is not None:
            sources = [router.tables[route.interface]]
        else:
            sources = list(router.tables.values())
        for source in sources:
            yield from _policy_route(router, source, route)


def _policy_route(router: Router, source: Table, route: PolicyRoute) -> Iterator[Edge]:
    if route.discards:
        return
    if route.table is not None:
        targets = _by_number(router, route.table)
    else:
        table = _named(router, route.vrf or "default")
        targets = [table] if table is not None else []
    line = route.line
    place = Place(router.name, "", line, router.facts.quote(line))
    causes = (Cause(CauseKind.LINK, (router.name, route.text), f"the rule {route.text}", place),)
    for target in targets:
        what = f"sends packets to VRF {target.name} by policy"
        for edge in _both(source, target, p3.POLICY_ROUTE, what, line=line, causes=causes):
            if route.family in {None, edge.family}:
                yield edge


def _imported_vrfs(router: Router) -> Iterator[Edge]:
    """`import vrf` (FRR), and `redistribute table N`: another table's routes taken directly."""
    for source in router.tables.values():
        for family in FAMILIES:
            bgp = source.family(family)
            if bgp is None:
                continue
            for name in sorted(bgp.import_vrfs) if bgp.import_vrfs else ():
                target = _named(router, name)
                if target is None:
                    continue
                prefixes = PrefixSet.none(family)
                given = [local.routes for local in local_routes(target, family)]
                for out in apply(bgp.import_vrf_policy, given):
                    prefixes = prefixes | out.prefixes
                line = source.line(family, f"import vrf {name}")
                what = f"imports VRF {name}"
                yield Edge(source, target, family, prefixes, p3.IMPORT_VRF, what, line)
            for protocol in bgp.redistributes:
                number = table_number(protocol)
                if number is not None:
                    line = source.line(family, f"redistribute {protocol}")
                    yield from _of_table(router, source, family, number, line)


def _of_table(
    router: Router, source: Table, family: AddressFamily, number: int, line: int
) -> Iterator[Edge]:
    for target in _by_number(router, number):
        everything, what = PrefixSet.all(family), f"redistributes table {number}"
        yield Edge(source, target, family, everything, p3.REDISTRIBUTE_TABLE, what, line)


def _redistributed_by_igps(router: Router) -> Iterator[Edge]:
    """What an IGP announces of its own table stays with it; a table by number is another's."""
    for igp in router.facts.igps:
        source = router.tables.get(igp.vrf)
        for redistributed in igp.redistributes:
            number = table_number(redistributed.partition(" ")[2])
            if source is not None and number is not None:
                family: AddressFamily = "ipv6" if redistributed.startswith("ipv6") else "ipv4"
                line = igp.lines.get(f"redistribute {redistributed}", igp.line)
                yield from _of_table(router, source, family, number, line)


def _table_numbers(router: Router) -> Iterator[Edge]:
    for number, names in router.by_number.items():
        tables = [router.tables[name] for name in names]
        if number in router.facts.default_tables:
            tables = [router.tables[None], *tables]
        for one in tables:
            for other in tables:
                if one is not other:
                    line = router.facts.vrfs[one.vrf].line if one.vrf is not None else 0
                    what = f"shares kernel table {number} with VRF {other.name}"
                    place = Place(router.name, one.name, line, router.facts.quote(line))
                    says = f"VRFs {' and '.join(sorted((one.name, other.name)))} {_ONE_TABLE}"
                    cause = Cause(CauseKind.LINK, (router.name, "table", str(number)), says, place)
                    yield from _both(one, other, p3.SHARED_TABLE, what, line=line, causes=(cause,))


#: Protocols that a main table's routes are redistributed from, and that are looked at themselves.
_COUNTED = frozenset({"bgp", "connected", "isis", "ospf", "ospf6", "static"})


def _onward(scene: Scene) -> frozenset[AddressFamily]:
    """Families in which what is looked up in a main table may arrive at somebody else than the
    routers. With an inventory nobody may arrive at those either."""
    expectation = scene.expectation
    leads_on = any(source == BACKBONE.label for source, _ in expectation.reasons)
    if expectation.attachments_known or expectation.devices or leads_on:
        return frozenset(FAMILIES)
    tables = [router.tables[None] for router in scene.routers]
    return frozenset(
        family for family in FAMILIES if any(_leads_on(table, family) for table in tables)
    )


def _leads_on(table: Table, family: AddressFamily) -> bool:
    """Whether a main table has a route that is not the IGP's or a circuit's own: routers hand
    each other what they have, so that one such table is all of theirs."""
    bgp = table.family(family)
    asn = table.facts.bgp[None].asn if bgp is not None or table.neighbors else None
    return (
        any(not one.discards and family_of(one.prefix) == family for one in table.statics)
        or (bgp is not None and bool(bgp.imports_vpn or bgp.import_vrfs))
        or (bgp is not None and not bgp.redistributes.keys() <= _COUNTED)
        or any(
            family in neighbor.families
            and (neighbor.external if neighbor.remote_as is None else neighbor.remote_as != asn)
            for neighbor in table.neighbors
        )
        or any(
            igp.vrf is None and not {r.partition(" ")[2] for r in igp.redistributes} <= _COUNTED
            for igp in table.facts.igps
        )
        or any(
            family in port.asks
            or (
                not (port.loopback or port.igp or port.ldp or port.mpls)
                and any(family_of(address.network) == family for address in port.addresses)
            )
            for port in table.interfaces
        )
        or bool(table.facts.not_modelled or table.facts.not_understood or table.facts.not_taken)
        or table.facts.unknown_version is not None
    )


def _open_tables(router: Router, onward: frozenset[AddressFamily]) -> Iterator[Edge]:
    """RFC 4364 section 4: a VRF's packets are looked up in that VRF alone."""
    default = router.tables[None]
    for vrf in router.facts.vrfs.values():
        for family in FAMILIES:
            if vrf.falls_through(family):
                leads_on = family in onward
                how = "" if leads_on else ", which leads to nobody but the routers themselves"
                what = f"has no route of last resort for {family}: look-ups go on in the main table"
                yield Edge(
                    router.tables[vrf.name],
                    default,
                    family,
                    PrefixSet.all(family) if leads_on else PrefixSet.none(family),
                    p3.OPEN_VRF,
                    what + how,
                    vrf.line,
                    why=partial(_no_last_resort, router, router.tables[vrf.name], vrf.line),
                )


def _static_causes(table: Table, target: Table, static: StaticFacts) -> tuple[Cause, ...]:
    """The route, and with all others into the same table that there are such."""
    says = f"VRF {table.name} has static routes into VRF {target.name}"
    into = table.cause(CauseKind.LINK, "static", target.name, says=says, line=static.line)
    return (static_cause(table, static), into)


def _no_last_resort(router: Router, table: Table, line: int) -> tuple[Cause, ...]:
    """Where the part is missing that might have the route, that is the cause."""
    if not router.facts.ports_known:
        return (router.host_part(),)
    says = f"VRF {table.name} has no route of last resort"
    return (table.cause(CauseKind.LINK, "last resort", says=says, line=line),)


def _links(router: Router) -> Iterator[Edge]:
    """Both ends of a link inside the router (veth, macvlan)."""
    for interface in router.facts.interfaces.values():
        other = router.facts.interfaces.get(interface.joins or "")
        if other is not None:
            one, two = router.table_of(interface), router.table_of(other)
            ends = sorted((interface.name, other.name))
            place = Place(router.name, one.name, interface.line, router.facts.quote(interface.line))
            says = f"{' and '.join(ends)} are the ends of one link"
            link = Cause(CauseKind.LINK, (router.name, *ends), says, place)
            causes = (link, port_cause(one, interface), port_cause(two, other))
            what = f"is joined to VRF {two.name} by {interface.name} and {other.name}"
            yield from _both(one, two, p3.INTERNAL_LINK, what, line=interface.line, causes=causes)
            what = f"is joined to VRF {one.name} by {interface.name} and {other.name}"
            yield from _both(two, one, p3.INTERNAL_LINK, what, line=interface.line, causes=causes)


PROPERTY = TableWays("P3", table_links)

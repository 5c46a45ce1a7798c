"""P7: default routes only where they are intended: at the Internet gateway.

A VRF of an Internet zone takes one from the gateway at its port, or from its own VPN, and from
nobody else; the gateway's own routes are `p9_platform_routes`'. A default route draws everything
that is not known otherwise, so that a mistake elsewhere becomes a path. One that discards is the
opposite, and is what every VRF should have.
"""

from collections.abc import Iterator

from egovnet.isolation.algebra.addresses import address_of
from egovnet.isolation.model.cause import Cause, CauseKind
from egovnet.isolation.model.classes import p7
from egovnet.isolation.model.domains import GATEWAY, MANAGEMENT, Domain
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import FAMILIES, Scene, Table, port_cause, static_cause
from egovnet.isolation.routes.announcements import admitted, announcements
from egovnet.templates.model.device import AddressFamily, IPAddress
from egovnet.templates.model.facts import VrfFamily


def default_routes(scene: Scene) -> Iterator[FindingDraft]:
    """P7 over a scene."""
    for table in scene.tables():
        if any(_intended(domain, scene.expectation) for domain in table.domains):
            continue
        yield from _statics(table)
        yield from _connected(table)
        yield from _bgp(table)
        yield from _igps(table)


def _intended(domain: Domain, expectation: Expectation) -> bool:
    """Management has its own way out; elsewhere the expectation says so."""
    return domain in (MANAGEMENT, GATEWAY) or expectation.may_hold_default(domain)


def _statics(table: Table) -> Iterator[FindingDraft]:
    for static in table.statics:
        if static.table not in {None, *table.facts.default_tables}:
            continue  # a table of no VRF: whom a rule sends there has the route (P3)
        if static.prefix.prefixlen == 0 and not static.discards:
            family = "ipv4" if static.prefix.version == 4 else "ipv6"
            causes = (static_cause(table, static), _default_of(table))
            yield _draft(table, "has a static default route", static.line, family, causes)


def _connected(table: Table) -> Iterator[FindingDraft]:
    """An address of a network that is everything."""
    for port in table.interfaces:
        for address in port.addresses:
            if address.network.prefixlen == 0:
                family = "ipv4" if address.version == 4 else "ipv6"
                causes = (port_cause(table, port, port.line), _default_of(table))
                what = f"has a default route by the address {address} of {port.name}"
                yield _draft(table, what, port.line, family, causes)


def _bgp(table: Table) -> Iterator[FindingDraft]:
    for family in FAMILIES:
        bgp = table.family(family)
        if bgp is None:
            continue
        if any(prefix.prefixlen == 0 for prefix in bgp.networks):
            says = f"VRF {table.name} originates a default route"
            cause = table.cause(CauseKind.LINK, "default", says=says, line=bgp.line)
            yield _draft(table, "originates a default route", bgp.line, family, (cause,))
        elif _sends_last_resort(table, bgp, family):
            what = "announces a default route to its VPN"
            yield _draft(table, what, bgp.line, family, (_default_of(table),))
        gateways = _gateways(table)
        for neighbor in table.neighbors:
            activated = neighbor.families.get(family)
            if activated is None:
                continue
            if activated.default_originate:
                what = f"announces a default route to {neighbor.address}"
                cause = table.session_of(neighbor)
                yield _draft(table, what, activated.line, family, (cause,))
            known = address_of(neighbor.address) in gateways
            if (
                not known
                and table.vrf is not None
                and any(
                    routes.prefixes.has_default() for routes in admitted(table, activated, family)
                )
            ):
                what = f"accepts a default route from {neighbor.address}"
                cause = table.filter_of(neighbor, activated.line)
                yield _draft(table, what, activated.line, family, (cause,))


def _gateways(table: Table) -> set[IPAddress]:
    """Addresses of the gateways that the default route is taken from in this table."""
    return {
        address
        for bound in table.bound
        if any(prefix.prefixlen == 0 for prefix in bound.attachment.prefixes)
        for address in bound.attachment.neighbors
    }


def _sends_last_resort(table: Table, bgp: VrfFamily, family: AddressFamily) -> bool:
    """Whether the route that discards here draws the packets of the whole VPN."""
    vrf = table.facts.vrfs.get(table.vrf or "")
    if vrf is None:
        return False
    drawn = ("static" in bgp.redistributes and family in vrf.closed_by_static) or (
        "kernel" in bgp.redistributes and family in vrf.closed
    )
    return drawn and any(
        sent.neighbor is None and sent.routes.prefixes.has_default()
        for sent in announcements(table, family)
    )


def _igps(table: Table) -> Iterator[FindingDraft]:
    for igp in table.facts.igps:
        if igp.vrf == table.vrf:
            for family in sorted(igp.defaults):
                line = igp.lines.get(f"default {family}", igp.line)
                what = f"announces a default route by {igp.protocol}"
                yield _draft(table, what, line, family, ())


def _default_of(table: Table) -> Cause:
    """That the table has a default route, in whichever family."""
    return table.cause(CauseKind.LINK, "default route")


def _draft(
    table: Table, what: str, line: int, family: str, causes: tuple[Cause, ...]
) -> FindingDraft:
    return single(
        finding(
            p7.DEFAULT_ROUTE,
            table.device,
            table.name,
            path=(*table.entry(table.domains[0]), table.hop(what, line)),
            line=line,
            family=family,
            causes=causes,
            words={"what": what},
        )
    )


PROPERTY = SceneCheck("P7", default_routes)

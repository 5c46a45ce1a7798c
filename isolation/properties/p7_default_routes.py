"""P7: default routes only where they are meant: at the Internet gateway.

A default route draws everything that is not known otherwise, so that a mistake elsewhere becomes a
path. One that discards is the opposite, and is what every VRF should have.
"""

from collections.abc import Iterator

from egovnet.isolation.model.domains import MANAGEMENT, Domain
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding_drafts import Sighting, single
from egovnet.isolation.model.scene import FAMILIES, Scene, Table
from egovnet.isolation.model.verdict import Finding, Severity
from egovnet.isolation.routes.announcements import admitted


def default_routes(scene: Scene) -> Iterator[Sighting]:
    """P7 over a scene."""
    for table in scene.tables():
        if any(_meant(domain, scene.expectation) for domain in table.domains):
            continue
        yield from _statics(table)
        yield from _bgp(table)


def _meant(domain: Domain, expectation: Expectation) -> bool:
    """Management has its own way out; elsewhere the expectation says so."""
    return domain == MANAGEMENT or expectation.may_hold_default(domain)


def _statics(table: Table) -> Iterator[Sighting]:
    for static in table.statics:
        if static.prefix.prefixlen == 0 and not static.discards:
            family = "ipv4" if static.prefix.version == 4 else "ipv6"
            yield _told(table, "has a static default route", static.line, family)


def _bgp(table: Table) -> Iterator[Sighting]:
    for family in FAMILIES:
        bgp = table.family(family)
        if bgp is None:
            continue
        if any(prefix.prefixlen == 0 for prefix in bgp.networks):
            yield _told(table, "originates a default route", bgp.line, family)
        for neighbor in table.neighbors():
            activated = neighbor.families.get(family)
            if activated is None:
                continue
            if activated.default_originate:
                what = f"announces a default route to {neighbor.address}"
                yield _told(table, what, activated.line, family)
            if table.vrf is not None and any(
                routes.prefixes.has_default() for routes in admitted(activated.policy_in, family)
            ):
                what = f"accepts a default route from {neighbor.address}"
                yield _told(table, what, activated.line, family)


def _told(table: Table, what: str, line: int, family: str) -> Sighting:
    return single(
        Finding(
            "P7 default-route",
            Severity.RISK,
            table.device,
            table.name,
            f"VRF {table.name} {what}",
            (*table.entry(table.domains[0]), table.hop(what, line)),
            line,
            family,
        )
    )

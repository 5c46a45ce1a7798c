"""P9: what must be one VRF's alone: its route distinguisher, its label, its next hop.

RFC 4364 section 4.2: two routes of different VPNs with one distinguisher are one route, and the
better hides the other. Two VRFs of a PE with one label are one table to packets from the backbone.
"""

from collections.abc import Iterator

from egovnet.isolation.model.finding_drafts import Sighting, single
from egovnet.isolation.model.scene import FAMILIES, Router, Scene, Table
from egovnet.isolation.model.verdict import Finding, Severity


def identities(scene: Scene) -> Iterator[Sighting]:
    """P9 over a scene."""
    yield from _distinguishers(scene)
    yield from _loopbacks(scene)
    for router in scene.routers:
        yield from _labels(router)
        yield from _next_hops(router)


def _distinguishers(scene: Scene) -> Iterator[Sighting]:
    """A distinguisher may be one domain's on many routers; two VRFs of a router never share it."""
    of_domain: dict[tuple[str, bytes], dict[str, Table]] = {}
    of_router: dict[tuple[str, bytes, str, int], Table] = {}
    for table in scene.tables():
        for family in FAMILIES:
            bgp = table.family(family)
            if bgp is None or bgp.rd is None:
                continue
            here = (family, bgp.rd, table.device, table.state)
            others = of_domain.setdefault((family, bgp.rd), {})
            vpns = {domain.vpn for domain in table.domains}
            found = [one for vpn, one in others.items() if vpn not in vpns and table.meets(one)]
            found += [one for one in [of_router.get(here)] if one is not None]
            of_router[here] = table
            others.update(dict.fromkeys(vpns, table))
            if found:
                what = f"has the route distinguisher of VRF {found[0].name} on {found[0].device}"
                line = bgp.lines.get("rd", bgp.line)
                yield _told(table, "P9 shared-rd", Severity.RISK, what, (line, family))


def _loopbacks(scene: Scene) -> Iterator[Sighting]:
    """VPN packets go to the router whose loopback is their next hop: it must be one's alone."""
    held: dict[str, Router] = {}
    for router in scene.routers:
        loopback = router.facts.interfaces.get("lo")
        for address in loopback.addresses if loopback else ():
            owner = scene.expectation.routers.get(address.ip)
            other = held.setdefault(str(address.ip), router)
            if other.name == router.name and owner in (None, router.name):
                continue
            whose = owner if owner not in (None, router.name) else other.name
            line = loopback.line if loopback else 0
            yield single(
                Finding(
                    "P9 shared-loopback",
                    Severity.RISK,
                    router.name,
                    "default",
                    f"has the loopback {address.ip} of {whose}: one gets the other's packets",
                    (router.hop(f"has {address.ip} on lo", line),),
                    line,
                )
            )


def _labels(router: Router) -> Iterator[Sighting]:
    held: dict[str, Table] = {}
    for table in router.tables.values():
        for family in FAMILIES:
            bgp = table.family(family)
            if bgp is None or bgp.label is None or bgp.label == "auto":
                continue
            other = held.setdefault(bgp.label, table)
            if other is not table:
                yield _told(
                    table,
                    "P9 shared-label",
                    Severity.LEAK,
                    f"has label {bgp.label} of VRF {other.name}: packets for one arrive in "
                    f"the other",
                    (bgp.lines.get("label", bgp.line), family),
                )


def _next_hops(router: Router) -> Iterator[Sighting]:
    own = {a.ip for i in router.facts.interfaces.values() for a in i.addresses}
    own |= {i.router_id for i in router.facts.bgp.values() if i.router_id is not None}
    for table in router.tables.values():
        for family in FAMILIES:
            bgp = table.family(family)
            if bgp is None or bgp.export_next_hop is None or bgp.export_next_hop in own:
                continue
            yield _told(
                table,
                "P9 foreign-next-hop",
                Severity.RISK,
                f"exports routes with the next hop {bgp.export_next_hop}, which is not its own",
                (bgp.lines.get("nexthop", bgp.line), family),
            )


def _told(table: Table, klass: str, severity: Severity, what: str, at: tuple[int, str]) -> Sighting:
    line, family = at
    return single(
        Finding(
            klass,
            severity,
            table.device,
            table.name,
            f"VRF {table.name} {what}",
            (*table.entry(table.domains[0]), table.hop(what, line)),
            line,
            family,
        )
    )

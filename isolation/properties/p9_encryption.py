"""P9 for encrypted VPNs: their packets leave a PE in ESP to another PE of the VPN, or not at all.

VPN labels are in GRE between loopbacks (RFC 4023) and GRE is in ESP. That takes all of these: a VRF
exports with the next hop that is for encrypted routes, and imports no other; to that next hop leads
the tunnel to its PE, and when it is down a route that discards; the router's own GRE that IPsec has
no policy for is blocked, by the text, and by the kernel where its policies were read. What IKE
agrees on is not in a router's text: see the assumptions.
"""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_network

from egovnet.inventory.model import IPNetwork
from egovnet.inventory.model.within import is_within
from egovnet.isolation.model.cause import CauseKind
from egovnet.isolation.model.classes import p9_encryption as classes
from egovnet.isolation.model.domains import BACKBONE
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_class import FindingClass, Severity
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.from_encryption import EncryptedVpns
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import Router, Scene, Table
from egovnet.templates.intend.device_facts import OVER_GRE
from egovnet.templates.model.device import EncryptedSide, Tunnel
from egovnet.templates.model.facts import GreBlock, Policy, StaticFacts, VrfFamily


def encryption(scene: Scene) -> Iterator[FindingDraft]:
    """P9 over a scene: linear in interfaces, VRFs and static routes of the default tables."""
    expected = scene.expectation.encrypted
    pools = expected.pools
    for router in scene.routers:
        yield from _unknown_tunnels(router, expected)
        if not pools:
            continue
        yield from _addresses(router, pools)
        tunnels = _tunnels(router, expected)
        takes_part = bool(tunnels)
        for table in router.tables.values():
            vpns = sorted({domain.vpn for domain in table.domains} & expected.vpns)
            takes_part = takes_part or bool(vpns)
            for bgp in table.families.values() if vpns else ():
                yield from _vrf(table, bgp, vpns[0], expected)
            if vpns:
                yield from _running(table, expected.vpns)
        side = expected.sides.get(router.name)
        if side is not None:
            yield from _statics(router, expected, tunnels)
            if takes_part:  # a PE as it was delivered, or without these VPNs yet, sends nothing
                yield from _blocks(router, side)
                yield from _ways(router, side, tunnels)


def _unknown_tunnels(router: Router, expected: EncryptedVpns) -> Iterator[FindingDraft]:
    for port in router.facts.interfaces.values():
        if port.tunnel is None or expected.tunnel(router.name, port) is not None:
            continue
        words = {
            "interface": port.name,
            "local": port.tunnel.local,
            "remote": port.tunnel.remote,
        }
        table = router.table_of(port)
        at = port.line, ""
        yield _draft(table, classes.UNKNOWN_TUNNEL, f"has the tunnel {port.name}", at, words)


def _addresses(router: Router, pools: Iterable[IPNetwork]) -> Iterator[FindingDraft]:
    default = router.tables[None]
    for port in default.interfaces:
        for address in port.addresses:
            if any(_meet(address.network, pool) for pool in pools):
                words = {"prefix": address, "way": f"as an address of {port.name}"}
                what = f"has {address} on {port.name}"
                yield _draft(default, classes.CLEAR_NEXT_HOP, what, (port.line, ""), words)


def _vrf(table: Table, bgp: VrfFamily, vpn: str, expected: EncryptedVpns) -> Iterator[FindingDraft]:
    family = bgp.family
    if bgp.exports_vpn and bgp.export_next_hop not in expected.next_hops.get(table.device, ()):
        address = bgp.export_next_hop or "of its loopback"
        yield _draft(
            table,
            classes.CLEAR_EXPORT,
            f"exports routes with the next hop {address}",
            (bgp.lines.get("nexthop", bgp.line), family),
            {"vpn": vpn, "address": address},
        )
    if bgp.imports_vpn and not _encrypted_only(bgp.import_policy, expected.pools):
        at = bgp.lines.get("route-map import", bgp.line), family
        what = "takes routes with any next hop"
        yield _draft(table, classes.CLEAR_IMPORT, what, at, {"vpn": vpn})


def _encrypted_only(policy: Policy | None, pools: Iterable[IPNetwork]) -> bool:
    """Whether every entry that permits asks for a next hop of the pools."""
    return policy is not None and all(
        entry.action == "deny"
        or any(
            match.never
            or (
                match.kind == "next-hop"
                and all(
                    rule.action == "deny" or any(is_within(rule.prefix, pool) for pool in pools)
                    for rule in match.prefixes
                )
            )
            for match in entry.matches
        )
        for entry in policy.entries
    )


def _blocks(router: Router, side: EncryptedSide) -> Iterator[FindingDraft]:
    for direction, way in (("out", "from"), ("in", "to")):
        if GreBlock(direction, side.local) not in router.facts.gre_blocks:  # type: ignore[arg-type] # two words
            words = {"way": way, "address": side.local}
            what = f"lets GRE {way} {side.local} pass"
            yield _draft(router.tables[None], classes.TUNNEL_IN_CLEAR, what, (0, ""), words)


def _running(table: Table, encrypted: frozenset[str]) -> Iterator[FindingDraft]:
    """Ways in clear that the kernel has: each for every encrypted VPN of the router."""
    (source, *_) = (domain for domain in table.domains if domain.vpn in encrypted)
    for one in table.facts.clear_gre:
        severity = Severity.LEAK if one.now else Severity.RISK
        what = f"lets GRE {one.way} {one.address} pass in clear"
        cause = table.cause(
            CauseKind.LINK,
            classes.RUNS_IN_CLEAR.id,
            *(one.way, one.address, one.why),
            says=what,
            line=one.line,
        )
        yield single(
            finding(
                classes.RUNS_IN_CLEAR,
                table.device,
                table.name,
                severity=severity,
                path=(table.hop(what, one.line),),
                line=one.line,
                source=source,
                target=BACKBONE,
                causes=(cause,),
                words={
                    "vpn": source.vpn,
                    "way": one.way,
                    "address": one.address,
                    "why": one.why,
                },
            )
        )


def _statics(
    router: Router, expected: EncryptedVpns, tunnels: Mapping[str, Tunnel]
) -> Iterator[FindingDraft]:
    default = router.tables[None]
    for static in default.statics:
        if static.discards or not any(_meet(static.prefix, pool) for pool in expected.pools):
            continue
        tunnel = tunnels.get(static.interface or "")
        if tunnel is None or not _is_by(static, tunnel):
            by = static.interface or static.next_hop or "another table"
            words = {"prefix": static.prefix, "way": f"by {by}"}
            what = f"has a route to {static.prefix} by {by}"
            yield _draft(default, classes.CLEAR_NEXT_HOP, what, (static.line, ""), words)


def _tunnels(router: Router, expected: EncryptedVpns) -> dict[str, Tunnel]:
    """Those of the inventory that a text has, by the names that it gives them."""
    return {
        port.name: tunnel
        for port in router.facts.interfaces.values()
        for tunnel in [expected.tunnel(router.name, port)]
        if tunnel is not None
    }


def _is_by(static: StaticFacts, tunnel: Tunnel) -> bool:
    return (
        static.next_hop is None
        and static.next_hop_vrf is None
        and static.prefix in [ip_network(hop) for hop in tunnel.next_hops]
    )


def _ways(
    router: Router, side: EncryptedSide, tunnels: Mapping[str, Tunnel]
) -> Iterator[FindingDraft]:
    default = router.tables[None]
    there = {tunnel.remote: name for name, tunnel in tunnels.items()}
    for tunnel in side.tunnels:
        lacks = []
        name = there.get(tunnel.remote)
        if name is None:
            lacks.append("the tunnel")
        elif not router.facts.interfaces[name].mpls:
            lacks.append("labels in the tunnel")
        for hop in tunnel.next_hops:
            routes = [one for one in default.statics if one.prefix == ip_network(hop)]
            if not any(one.interface == name and not one.discards for one in routes):
                lacks.append(f"the route to {hop}")
            if not any(one.discards for one in routes):
                lacks.append(f"the route that discards packets for {hop}")
        for what in lacks:
            yield _missing(default, what, str(tunnel.remote))
    taken = [
        policy is not None and any(OVER_GRE in entry.touches for entry in policy.each())
        for neighbor in default.neighbors
        for kind, activated in neighbor.families.items()
        if kind.startswith("vpn")
        for policy in [activated.policy_in]
    ]
    if side.tunnels and not (taken and all(taken)):
        yield _missing(default, "the policy that takes routes by tunnels", "all PEs")


def _missing(default: Table, what: str, other: str) -> FindingDraft:
    words = {"what": what, "other": other}
    return _draft(default, classes.WAY_MISSING, f"lacks {what} with {other}", (0, ""), words)


def _meet(one: IPNetwork, other: IPNetwork) -> bool:
    return one.version == other.version and one.overlaps(other)


def _draft(
    table: Table,
    klass: FindingClass,
    what: str,
    at: tuple[int, str],
    words: Mapping[str, object],
) -> FindingDraft:
    """`what`: the step of the path; `at`: its line and address family."""
    line, family = at
    cause = table.cause(CauseKind.LINK, klass.id, *words.values(), family, says=what, line=line)
    return single(
        finding(
            klass,
            table.device,
            table.name,
            path=(table.hop(what, line),),
            line=line,
            family=family,
            causes=(cause,),
            words=words,
        )
    )


PROPERTY = SceneCheck("P9", encryption)

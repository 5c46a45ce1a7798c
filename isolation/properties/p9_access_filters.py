"""P9: an access of an enforced VPN lets in what applications and exchanges declare, exactly.

Filters stand where a customer's packets arrive (`arrival`), before any table is asked. Accesses of
other VPNs let in everything. What a customer's router and the PE have to say to each other passes:
BGP (RFC 4271), BFD (RFC 5881), ICMP between both, and neighbour discovery (RFC 4861).
"""

from collections.abc import Iterator, Mapping
from ipaddress import ip_network

from egovnet.isolation.algebra.filter_chains import Accepted, FilterChainRules
from egovnet.isolation.algebra.packet_sets import PacketSet
from egovnet.isolation.algebra.prefix_sets import BITS
from egovnet.isolation.model.cause import Cause, CauseKind, Place
from egovnet.isolation.model.classes import p9_access
from egovnet.isolation.model.filtered_access import FilteredAccess
from egovnet.isolation.model.finding import Finding, finding
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import FAMILIES, Bound, Router, Scene
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.packet_filter import PacketRule

_BGP, _BFD = ((179, 179),), ((3784, 3785),)
#: Multicast listeners, routers and neighbours (RFC 3810, RFC 4861).
_DISCOVERY = (130, 131, 132, 133, 134, 135, 136, 143)
_Accesses = Mapping[tuple[str, str, int | None], FilteredAccess]


def access_filters(scene: Scene) -> Iterator[FindingDraft]:
    """P9 over a scene: what PEs let in. Linear in rules, and in what the registers declare."""
    accesses = scene.expectation.filtered_accesses
    for router in scene.routers:
        packet_filter = router.facts.packet_filter
        chain = packet_filter.chain("arrival") if packet_filter else None
        rules = FilterChainRules(chain, "arrival")
        for bound in router.bound:
            at = bound.attachment
            access = accesses.get((router.name, at.port, at.vlan))
            if access is not None:
                for family in FAMILIES:
                    yield from _enforced(router, bound, access, rules, family)
            elif chain is not None:
                for family in FAMILIES:
                    dropped = PacketSet.all(family) - _passing(rules, bound, family)
                    if dropped:
                        yield _cut(router, bound, dropped)


def _passing(rules: FilterChainRules, bound: Bound, family: AddressFamily) -> PacketSet:
    pair = (bound.carrier.name, None)
    return PacketSet.union(family, (one.packets for one in rules.accepted(pair, family)))


def _enforced(
    router: Router,
    bound: Bound,
    access: FilteredAccess,
    rules: FilterChainRules,
    family: AddressFamily,
) -> Iterator[FindingDraft]:
    declared = access.declared(family)
    may = declared | _between(access, family)
    for one in rules.accepted((bound.carrier.name, None), family):
        excess = one.packets - may
        if excess:
            yield _too_open(router, bound, one, excess)
    missing = declared - _passing(rules, bound, family)
    if missing:
        yield _cut(router, bound, missing)


def _between(access: FilteredAccess, family: AddressFamily) -> PacketSet:
    """The most that the customer's router has to say to the PE."""
    rules = []
    for customer, pe in access.ends:
        if pe.max_prefixlen != BITS[family]:
            continue
        ends = ((ip_network(customer),), (ip_network(pe),))
        rules += [
            PacketRule("accept", None, None, family, *ends, "tcp", target_ports=_BGP),
            PacketRule("accept", None, None, family, *ends, "tcp", source_ports=_BGP),
            PacketRule("accept", None, None, family, *ends, "udp", target_ports=_BFD),
            PacketRule("accept", None, None, family, *ends, "icmp"),
        ]
        if family == "ipv6":
            # of the link alone (RFC 4291 sections 2.5.6 and 2.7.1)
            link = (ip_network("fe80::/10"), ip_network("ff02::/16"), *ends[1])
            rules.append(
                PacketRule(
                    "accept",
                    family=family,
                    targets=link,
                    protocol="icmp",
                    icmp_types=_DISCOVERY,
                )
            )
    return PacketSet.union(family, (PacketSet.of(family, rule) for rule in rules))


def _too_open(router: Router, bound: Bound, one: Accepted, excess: PacketSet) -> FindingDraft:
    line = one.rule.line if one.rule else 0
    table = router.table_of(bound.interface)
    place = Place(router.name, table.name, line, router.facts.quote(line))
    name = bound.attachment.name
    key = (router.name, str(line)) if line else (router.name, "arrival", name)
    causes = (Cause(CauseKind.LINE, key, f"what the access {name} lets in", place),)

    def write() -> Finding:
        return finding(
            p9_access.ACCESS_TOO_OPEN,
            router.name,
            table.name,
            path=(table.hop(f"takes packets of {name} in by {bound.interface.name}", line),),
            line=line,
            family=excess.family,
            source=bound.attachment.domain,
            causes=causes,
            words={"name": name, "example": excess.witness()},
        )

    group = (p9_access.ACCESS_TOO_OPEN.id, router.name, name, one.rule)
    return FindingDraft(group, (router.name, name, excess.family), write, causes)


def _cut(router: Router, bound: Bound, missing: PacketSet) -> FindingDraft:
    return single(
        finding(
            p9_access.ACCESS_CUT,
            router.name,
            router.table_of(bound.interface).name,
            family=missing.family,
            source=bound.attachment.domain,
            words={"name": bound.attachment.name, "example": missing.witness()},
        )
    )


PROPERTY = SceneCheck("P9", access_filters)

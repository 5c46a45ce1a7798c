"""P9: a firewall of the interconnection platform lets through what exchanges declare, exactly; an
Internet gateway what the sites of its zone open, and the answers.

What its filter accepts between two VLANs is a set of packets, compared with the set that the
exchanges in force make. More is a leak, with a packet and the rule; less is an exchange that is
cut. So nothing is transitive: A with B and B with C are no packet of A to C. Routes are no part of
it, for the filter names both interfaces; those are `p9_platform_routes`'.

Assumes that a packet's direction is that of its connection, as the kernel tracks it, and that an
error which the kernel relates to a connection is about one of its packets.
"""

from collections.abc import Iterator, Mapping
from functools import partial

from egovnet.isolation.algebra.filter_chains import Accepted, FilterChainRules, InterfacePair
from egovnet.isolation.algebra.packet_sets import PacketSet
from egovnet.isolation.model.cause import Cause, CauseKind, Place
from egovnet.isolation.model.classes import p9_platform
from egovnet.isolation.model.domains import ANYWHERE, OUTSIDE
from egovnet.isolation.model.edges import Ways
from egovnet.isolation.model.finding import Finding, finding
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.platform_edge import (
    DeclaredFlow,
    Direction,
    PlatformEdge,
    error_packets,
)
from egovnet.isolation.model.platform_firewalls import PlatformFirewall, firewalls
from egovnet.isolation.model.property import TableWays
from egovnet.isolation.model.scene import FAMILIES, Scene
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.packet_filter import FilterChain

_Passing = Mapping[AddressFamily, Mapping[Direction, PacketSet]]


def platform_filters(scene: Scene) -> Ways:
    """P9 over a scene: what firewalls forward. Linear in rules and exchanges."""
    edge = scene.expectation.platform
    passing: _Passing = {family: edge.passing(family) for family in FAMILIES}
    ways = Ways()
    for firewall in firewalls(scene):
        chain = firewall.chain("forward")
        if chain is None:
            ways.drafts.append(_nothing_filtered(firewall))
        else:
            ways.drafts += _chain(firewall, chain, edge, passing)
            ways.pairs |= _opened(firewall, chain)
    return ways


def _opened(firewall: PlatformFirewall, chain: FilterChain) -> set[tuple[str, str]]:
    """Labels of networks of which the one may open connections into the other."""
    rules = FilterChainRules(chain)
    found: set[tuple[str, str]] = set()
    for source, target in rules.pairs(firewall.by_interface):
        opening = firewall.direction((source, target)) is not None and any(
            one.packets.opens
            for family in FAMILIES
            for one in rules.accepted((source, target), family)
        )
        if opening:
            one, other = (firewall.domain_at(name, OUTSIDE) for name in (source, target))
            found.add((one.label, other.label))
    return found


def _nothing_filtered(firewall: PlatformFirewall) -> FindingDraft:
    domains = dict.fromkeys(link.domain for _, link in firewall.by_interface.values())
    source, target = (*domains, OUTSIDE, ANYWHERE)[:2]
    says, place = "the filter of what is forwarded is missing", Place(firewall.name)
    return single(
        finding(
            p9_platform.NO_FORWARD_FILTER,
            firewall.name,
            "default",
            path=(firewall.hop("has no filter for what it forwards"),),
            source=source,
            target=target,
            both_ways=True,
            causes=(Cause(CauseKind.MISSING_PART, ("filter", firewall.name), says, place),),
        )
    )


def _chain(
    firewall: PlatformFirewall, chain: FilterChain, edge: PlatformEdge, passing: _Passing
) -> Iterator[FindingDraft]:
    rules = FilterChainRules(chain)
    links = firewall.by_interface.keys()
    names = [one.name for one in firewall.router.facts.interfaces.values() if not one.loopback]
    # Two agencies first: of a rule that opens many pairs, those are what a finding names.
    pairs = sorted(
        rules.pairs(names), key=lambda pair: (pair[0] == pair[1], not set(pair) <= links)
    )
    for family in FAMILIES:
        accepted: dict[Direction, list[PacketSet]] = {}
        for pair in pairs:
            way = firewall.direction(pair)
            may = passing[family].get(way) if way else None
            for one in rules.accepted(pair, family):
                excess = one.packets - may if may else one.packets
                if excess:
                    yield _undeclared(firewall, pair, one, excess)
                if way:
                    accepted.setdefault(way, []).append(one.packets)
        for way, may in passing[family].items():
            if not set(way) <= firewall.by_vpn.keys():
                continue  # it has no VLAN there: P2 reports that
            missing = may - PacketSet.union(family, accepted.get(way, ()))
            if missing:
                yield from _cut(firewall, edge, way, missing)


def _undeclared(
    firewall: PlatformFirewall, pair: InterfacePair, one: Accepted, excess: PacketSet
) -> FindingDraft:
    source = firewall.domain_at(pair[0], OUTSIDE)
    target = firewall.domain_at(pair[1], ANYWHERE)
    severity = Severity.RISK if source == target else Severity.LEAK
    chain = firewall.chain("forward")
    line = one.rule.line if one.rule else chain.line if chain else 0
    causes = (firewall.rule_cause("forward", one.rule, line),)

    def write() -> Finding:
        entry, way_out = (name or "any other interface" for name in pair)
        how = "a rule lets them" if one.rule else "no rule decides, and the default lets them"
        return finding(
            p9_platform.UNDECLARED_FLOW,
            firewall.name,
            "default",
            severity=severity,
            path=(
                firewall.hop(f"takes in packets of {source.name} by {entry}"),
                firewall.hop(f"sends them on by {way_out} to {target.name}: {how}", line),
            ),
            line=line,
            family=excess.family,
            source=source,
            target=target,
            causes=causes,
            words={
                "example": excess.witness(),
                "what": "no exchange declares"
                if firewall.exit is None
                else "no Internet exit allows",
            },
        )

    group = (p9_platform.UNDECLARED_FLOW.id, firewall.name, one.rule)
    return FindingDraft(group, (firewall.name, pair, excess.family), write, causes)


def _cut(
    firewall: PlatformFirewall, edge: PlatformEdge, way: Direction, missing: PacketSet
) -> Iterator[FindingDraft]:
    """The exchanges, each once, that `missing` is of."""
    for flow in edge.flows:
        cut = _of_flow(flow, way, missing)
        if cut:
            write = partial(_cut_finding, firewall, flow, way, cut)
            group = (p9_platform.EXCHANGE_CUT.id, firewall.name, flow.name)
            yield FindingDraft(group, (firewall.name, way, missing.family), write, ())


def _of_flow(flow: DeclaredFlow, way: Direction, missing: PacketSet) -> PacketSet:
    found = PacketSet.none(missing.family)
    if way == (flow.source, flow.target):
        found |= flow.opening(missing.family) | error_packets(missing.family, [flow], reply=False)
    if way == (flow.target, flow.source):
        found |= flow.answers(missing.family) | error_packets(missing.family, [flow], reply=True)
    return found & missing


def _cut_finding(
    firewall: PlatformFirewall, flow: DeclaredFlow, way: Direction, cut: PacketSet
) -> Finding:
    source, target = (firewall.by_vpn[vpn].domain for vpn in way)
    return finding(
        p9_platform.EXCHANGE_CUT,
        firewall.name,
        "default",
        family=cut.family,
        source=source,
        target=target,
        words={"name": flow.title, "example": cut.witness()},
    )


PROPERTY = TableWays("P9", platform_filters)

"""P1, several steps: A to B to C where A may reach B and B may reach C, and A may not reach C.

Labels are per VRF (RFC 4364 section 4.3.2; FRR `label vpn export auto`), so a packet that arrives
at B is looked up in the whole of B's table, and goes on to C where B has a route to its
destination from C that is as specific as the one that brought it to B. Two agencies that both
exchange with a platform are therefore joined exactly when what one takes from the platform
covers what the platform takes from the other: when somebody may announce a covering route.

Only edges from one VPN to another are followed: a step inside a domain reaches nobody new.
"""

from collections.abc import Iterable
from functools import partial

from egovnet.isolation.algebra.prefix_sets import PrefixSet
from egovnet.isolation.model.classes import p1
from egovnet.isolation.model.domains import Domain
from egovnet.isolation.model.edges import Edge
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding import Finding, finding
from egovnet.isolation.model.finding_drafts import FindingDraft, kind_of_path
from egovnet.isolation.model.property import WaySequences
from egovnet.isolation.model.scene import Table

MOST_STEPS = 6


def transit(edges: Iterable[Edge], expectation: Expectation) -> list[FindingDraft]:
    """Paths of two steps and more that must not be."""
    following: dict[Table, list[Edge]] = {}
    starts: dict[tuple[object, ...], Edge] = {}
    for edge in edges:
        if edge.source is edge.target or not edge.prefixes:
            continue
        following.setdefault(edge.source, []).append(edge)
        domains = tuple(domain.label for domain in edge.source.domains)
        # One source of each domain says as much as all of them.
        site = tuple(domain.site for domain in edge.source.domains)
        starts.setdefault((domains, site, edge.target, edge.family, edge.prefixes), edge)
    drafts: list[FindingDraft] = []
    for edge in starts.values():
        if not edge.source.inert:
            drafts += _walk(edge, following, expectation)
    return drafts


def _walk(
    start: Edge, following: dict[Table, list[Edge]], expectation: Expectation
) -> list[FindingDraft]:
    found: list[FindingDraft] = []
    seen: set[tuple[Table, PrefixSet]] = set()
    waiting: list[tuple[tuple[Edge, ...], PrefixSet]] = [((start,), start.prefixes)]
    while waiting:
        path, flow = waiting.pop(0)
        covered = flow.more_specifics()
        for edge in following.get(path[-1].target, ()):
            if edge.family != start.family or any(edge.target is e.source for e in path):
                continue
            if not all(edge.target.meets(before.source) for before in path):
                continue
            arriving = covered & edge.prefixes
            if not arriving or (edge.target, arriving) in seen:
                continue
            longer = (*path, edge)
            found += _evaluated(longer, arriving, expectation)
            seen.add((edge.target, arriving))
            if len(longer) < MOST_STEPS:
                waiting.append((longer, arriving))
    return found


def _evaluated(
    path: tuple[Edge, ...], flow: PrefixSet, expectation: Expectation
) -> list[FindingDraft]:
    source, target = path[0].source, path[-1].target
    if target.inert:
        return []
    return [
        FindingDraft(
            ("P1 transit", path[0].family, one.label, other.label),
            (source.id, *(edge.target.id for edge in path)),
            partial(_finding, path, flow, one, other),
        )
        for one in source.domains
        for other in target.domains
        if one.vpn != other.vpn and not expectation.allowed(one, other)
    ]


def _finding(path: tuple[Edge, ...], flow: PrefixSet, source: Domain, target: Domain) -> Finding:
    first, last = path[0], path[-1]
    middle = " and ".join(f"VRF {e.target.name} on {e.target.device}" for e in path[:-1])
    return finding(
        p1.TRANSIT,
        first.source.device,
        first.source.name,
        path=(
            *first.source.entry(source),
            *(edge.hop for edge in path),
            *last.target.entry(target),
        ),
        line=first.line,
        family=first.family,
        source=source,
        target=target,
        words={"middle": middle, "kind": kind_of_path(source, target), "example": flow.example()},
    )


PROPERTY = WaySequences("P1", transit)

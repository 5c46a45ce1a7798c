"""P1, several steps: A to B to C where A may reach B and B may reach C, and A may not reach C.

Labels are per VRF (RFC 4364 section 4.3.2; FRR `label vpn export auto`), so a packet that arrives
at B is looked up in the whole of B's table, and goes on to C where B has a route to its
destination from C that is as specific as the one that brought it to B. Two agencies that both
exchange with a platform are therefore joined exactly when what one takes from the platform
covers what the platform takes from the other: when somebody may announce a covering route.

Where B only announces the destination (`network`), or the packet is looked up in B's table by a
static route or a rule, no route of B's own has to be there: the packet then goes on by any route
that covers a part of what B announced. That B might have a better one is not relied upon.

Only edges from one VPN to another are followed, and those from a spoke to a hub and back where the
hub announces what covers another spoke's routes: a step inside a domain reaches nobody new.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from egovnet.isolation.algebra.prefix_sets import PrefixSet
from egovnet.isolation.model.cause import Cause, CauseKind
from egovnet.isolation.model.classes import p1
from egovnet.isolation.model.domains import Domain
from egovnet.isolation.model.edges import Edge
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding import Finding, finding
from egovnet.isolation.model.finding_drafts import FindingDraft, kind_of_path
from egovnet.isolation.model.property import WaySequences
from egovnet.isolation.model.scene import Table


@dataclass(frozen=True, slots=True)
class _Arrival:
    """Packets that have come to the end of `path`: their `addresses` (all prefixes within them),
    and the `routes` of the last step, which others there must be as specific as to win."""

    path: tuple[Edge, ...]
    addresses: PrefixSet
    routes: PrefixSet

    def within(self, other: "_Arrival") -> bool:
        """Whether it goes nowhere that `other` does not."""
        return self.addresses.within_boxes(other.addresses) and self.routes.within_boxes(
            other.routes
        )

    def by(self, edge: Edge) -> "_Arrival | None":
        """Where those of the packets come that take `edge`."""
        routes = edge.prefixes
        if self.path[-1].held:
            # more specific routes alone win over the one that brought the packets
            routes = routes & self.routes.more_specifics()
        addresses = self.addresses & routes.more_specifics()
        return _Arrival((*self.path, edge), addresses, routes) if addresses else None


def transit(edges: Iterable[Edge], expectation: Expectation) -> list[FindingDraft]:
    """Paths of two steps and more that must not be."""
    following: dict[Table, list[Edge]] = {}
    starts: dict[tuple[object, ...], Edge] = {}
    states: dict[str, set[int]] = {}
    for edge in edges:
        if edge.source is edge.target or not edge.prefixes:
            continue
        following.setdefault(edge.source, []).append(edge)
        for table in (edge.source, edge.target):
            states.setdefault(table.device, set()).add(table.state)
        domains = tuple(domain.label for domain in edge.source.domains)
        # One source of each domain says as much as all of them.
        site = tuple(domain.site for domain in edge.source.domains)
        what = (edge.target, edge.family, edge.prefixes, edge.held)
        starts.setdefault((domains, site, *what), edge)
    several = {device for device, known in states.items() if len(known) > 1}
    drafts: list[FindingDraft] = []
    for edge in starts.values():
        if not edge.source.inert:
            drafts += _walk(edge, following, several, expectation)
    return drafts


def _walk(
    start: Edge,
    following: dict[Table, list[Edge]],
    several: set[str],
    expectation: Expectation,
) -> list[FindingDraft]:
    """Everything that packets of `start` come to, until nothing new does. It ends: what arrives
    is made of the boxes of the edges by intersection, and of those there are finitely many.

    `several`: routers that stand in several states, of which a path has one.
    """
    found: list[FindingDraft] = []
    first = _Arrival((start,), start.prefixes.more_specifics(), start.prefixes)
    seen: dict[tuple[object, ...], list[_Arrival]] = {}
    waiting = deque([first])
    while waiting:
        here = waiting.popleft()
        for edge in following.get(here.path[-1].target, ()):
            if edge.family != start.family or edge.target is start.source:
                continue
            if several and not all(edge.target.meets(before.source) for before in here.path):
                continue
            arriving = here.by(edge)
            if arriving is None:
                continue
            held = seen.setdefault(_place(arriving.path, several), [])
            if any(arriving.within(other) for other in held):
                continue
            held.append(arriving)
            found += _evaluated(arriving.path, arriving.addresses, expectation)
            waiting.append(arriving)
    return found


def _place(path: tuple[Edge, ...], several: set[str]) -> tuple[object, ...]:
    """The table that a path ends in, and the states that it needs."""
    if not several:
        return (path[-1].target, path[-1].held)
    tables = [path[0].source, *(edge.target for edge in path)]
    needed = frozenset((t.device, t.state) for t in tables if t.device in several)
    return (path[-1].target, path[-1].held, needed)


def _evaluated(
    path: tuple[Edge, ...], flow: PrefixSet, expectation: Expectation
) -> list[FindingDraft]:
    source, target = path[0].source, path[-1].target
    joined = [
        (one, other)
        for one in source.domains
        for other in target.domains
        if (one.vpn != other.vpn or one.site != other.site) and not expectation.allowed(one, other)
    ]
    if target.inert or not joined:
        return []
    causes = _causes(path)
    return [
        FindingDraft(
            ("P1 transit", path[0].family, one.label, other.label),
            (source.id, *(edge.target.id for edge in path)),
            partial(_finding, path, flow, one, other, causes),
            causes,
        )
        for one, other in joined
    ]


def _causes(path: tuple[Edge, ...]) -> tuple[Cause, ...]:
    """The first step that should not be there; where each may be, the table that joins them."""
    for edge in path:
        if edge.klass is None and (causes := edge.why()):
            return causes
    for edge in path:
        if edge.klass is not None:
            return edge.why() or (edge.own_cause(),)
    middle = path[0].target
    says = f"VRF {middle.name} announces to one what covers routes of another"
    return (middle.cause(CauseKind.VRF, says=says),)


def _finding(
    path: tuple[Edge, ...],
    flow: PrefixSet,
    source: Domain,
    target: Domain,
    causes: tuple[Cause, ...],
) -> Finding:
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
        causes=causes,
        words={"middle": middle, "kind": kind_of_path(source, target), "example": flow.example()},
    )


PROPERTY = WaySequences("P1", transit)

"""Ways from one table to another, however they are made, and what is wrong with each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from egovnet.isolation.algebra.prefix_sets import PrefixSet
from egovnet.isolation.model.cause import Cause, CauseKind
from egovnet.isolation.model.domains import Domain
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding import Finding, Hop, finding
from egovnet.isolation.model.finding_class import FindingClass, Severity
from egovnet.isolation.model.finding_drafts import FindingDraft, kind_of_path
from egovnet.isolation.model.scene import Table
from egovnet.templates.model.device import AddressFamily


def _nothing() -> tuple[Cause, ...]:
    """Of an edge that may be there, or is its own cause."""
    return ()


@dataclass(eq=False, slots=True)
class Edge:
    """Packets to `prefixes` may go from `source` to `target`. `what` and `line` say how; `klass`
    is the class of findings where they must not, None where that was evaluated before."""

    source: Table
    target: Table
    family: AddressFamily
    prefixes: PrefixSet
    klass: FindingClass | None
    what: str
    line: int = 0
    #: `target` has routes of its own to `prefixes`; else packets for them go on from there by
    #: whatever route covers a part of them.
    held: bool = True
    #: What is to be changed so that it is gone, where that is not `own_cause`. Asked for only
    #: where a path is reported.
    why: Callable[[], tuple[Cause, ...]] = _nothing

    @property
    def hop(self) -> Hop:
        """The step of a path."""
        return self.source.hop(self.what, self.line)

    def own_cause(self) -> Cause:
        """That it is there."""
        says = f"VRF {self.source.name} {self.what}"
        return self.source.cause(CauseKind.LINK, self.what, says=says, line=self.line)

    @property
    def inert(self) -> bool:
        """Whether it matters only together with others: one end holds nothing of its own."""
        return self.source.inert or self.target.inert


@dataclass(slots=True)
class Ways:
    """What a property found of ways between tables: drafts of findings, (source, target) labels
    with a path, and the edges that may be there and lead on, so that their sequences count."""

    drafts: list[FindingDraft] = field(default_factory=list)
    pairs: set[tuple[str, str]] = field(default_factory=set)
    edges: list[Edge] = field(default_factory=list)


def evaluate_edges(edges: Iterable[Edge], expectation: Expectation) -> Ways:
    """Each edge by itself. One that carries no prefixes today is a risk: only chance keeps it
    empty."""
    ways = Ways()
    for edge in edges:
        before = len(ways.drafts)
        if edge.source is not edge.target and not edge.inert:
            _evaluate(edge, expectation, ways)
        if len(ways.drafts) == before:
            ways.edges.append(edge)
    return ways


def _evaluate(edge: Edge, expectation: Expectation, ways: Ways) -> None:
    klass = edge.klass
    for source in edge.source.domains:
        for target in edge.target.domains:
            if edge.prefixes:
                ways.pairs.add((source.label, target.label))
            if klass is not None and not expectation.allowed(source, target):
                group = (klass.id, bool(edge.prefixes), edge.family, source.label, target.label)
                place = (edge.source.id, edge.target.id, edge.what)
                causes = _stranger(edge, source, target, expectation)
                causes = causes or edge.why() or (edge.own_cause(),)
                if edge.target.facts.ports_known and not edge.target.members_known:
                    causes = (*causes, edge.target.unknown_vrf())
                write = partial(_finding, klass, edge, source, target, causes)
                ways.drafts.append(FindingDraft(group, place, write, causes))


def _stranger(
    edge: Edge, source: Domain, target: Domain, expectation: Expectation
) -> tuple[Cause, ...]:
    """The port of `source` in a VRF of another by its name, which may have the edge."""
    if edge.source.vrf is None:
        return ()
    home = expectation.vrf_domain(edge.source.device, edge.source.vrf)
    if home is None or home.label == source.label or not expectation.allowed(home, target):
        return ()
    bound = edge.source.binding(source)
    return () if bound is None else (bound,)


def _finding(
    klass: FindingClass, edge: Edge, source: Domain, target: Domain, causes: tuple[Cause, ...]
) -> Finding:
    return finding(
        klass,
        edge.source.device,
        edge.source.name,
        severity=Severity.LEAK if edge.prefixes else Severity.RISK,
        path=(*edge.source.entry(source), edge.hop, *edge.target.entry(target)),
        line=edge.line,
        family=edge.family,
        source=source,
        target=target,
        causes=causes,
        words={
            "reaches": f"reaches {target.name}"
            if edge.prefixes
            else f"would reach {target.name} if there were a route",
            "kind": kind_of_path(source, target),
            "what": edge.what,
        },
    )

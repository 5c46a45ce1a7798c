"""Ways from one table to another, however they are made, and the judgement of one of them."""

from dataclasses import dataclass
from functools import partial

from egovnet.isolation.algebra.prefix_sets import PrefixSet
from egovnet.isolation.model.domains import Domain
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding_drafts import Sighting, kind_of_path
from egovnet.isolation.model.scene import Table
from egovnet.isolation.model.verdict import Finding, Hop, Severity
from egovnet.templates.model.device import AddressFamily


@dataclass(eq=False, slots=True)
class Edge:
    """Packets to `prefixes` may go from `source` to `target`. `what` and `line` say how."""

    source: Table
    target: Table
    family: AddressFamily
    prefixes: PrefixSet
    klass: str
    what: str
    line: int = 0

    @property
    def hop(self) -> Hop:
        """The step of a path."""
        return self.source.hop(self.what, self.line)

    @property
    def inert(self) -> bool:
        """Whether it matters only together with others: one end holds nothing of its own."""
        return self.source.inert or self.target.inert


def judge(edge: Edge, expectation: Expectation) -> tuple[list[Sighting], set[tuple[str, str]]]:
    """Leaks that an edge is by itself, and the (source, target) labels it joins.

    An edge that carries no prefixes today is a risk: only chance keeps it empty.
    """
    sightings: list[Sighting] = []
    pairs: set[tuple[str, str]] = set()
    if edge.source is edge.target or edge.inert:
        return sightings, pairs
    for source in edge.source.domains:
        for target in edge.target.domains:
            if edge.prefixes:
                pairs.add((source.label, target.label))
            if not expectation.allowed(source, target):
                group = (edge.klass, bool(edge.prefixes), edge.family, source.label, target.label)
                place = (edge.source.id, edge.target.id, edge.what)
                sightings.append(Sighting(group, place, partial(_tell, edge, source, target)))
    return sightings, pairs


def _tell(edge: Edge, source: Domain, target: Domain) -> Finding:
    reaches = "reaches" if edge.prefixes else "would reach, if there were a route,"
    return Finding(
        edge.klass,
        Severity.LEAK if edge.prefixes else Severity.RISK,
        edge.source.device,
        edge.source.name,
        f"{source.label} {reaches} {target.label} ({kind_of_path(source, target)}): "
        f"VRF {edge.source.name} {edge.what}",
        (*edge.source.entry(source), edge.hop, *edge.target.entry(target)),
        edge.line,
        edge.family,
    )

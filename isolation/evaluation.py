"""All properties over a scene: what `prove` and `push` share.

The properties are found by listing `properties/`: a module that is put there takes part.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from egovnet.isolation import properties
from egovnet.isolation.assumptions import Grounds, assumptions
from egovnet.isolation.model.edges import Edge
from egovnet.isolation.model.finding_drafts import FindingDraft, findings
from egovnet.isolation.model.property import (
    Property,
    PushCheck,
    SceneCheck,
    TableWays,
    WaySequences,
)
from egovnet.isolation.model.scene import Scene
from egovnet.isolation.model.verdict import Checked, Verdict
from egovnet.templates.model.facts import DeviceFacts


def _by_number(name: str) -> tuple[int, str]:
    """p1_..., p2_..., p10_..., then what is about coverage."""
    number = name.partition("_")[0].removeprefix("p")
    return (int(number) if number.isdigit() else 1000, name)


#: Modules of the properties, by number.
PROPERTY_MODULES = tuple(
    sorted((module.name for module in iter_modules(properties.__path__)), key=_by_number)
)


def _found() -> Iterator[Property]:
    for name in PROPERTY_MODULES:
        found: Property = import_module(f"{properties.__name__}.{name}").PROPERTY
        yield found


_ALL = tuple(_found())


def _ids(*, push: bool) -> tuple[str, ...]:
    """Each once, in order."""
    evaluated = (one for one in _ALL if push or not isinstance(one, PushCheck))
    return tuple(dict.fromkeys(one.id for one in evaluated if one.id))


#: Ids of the properties that a proof of one state evaluates, and that one of a push does.
PROPERTIES = _ids(push=False)
PUSH_PROPERTIES = _ids(push=True)


@dataclass(frozen=True, slots=True)
class SceneFindings:
    """Everything seen in a scene, and the pairs of domains that are joined in it."""

    drafts: tuple[FindingDraft, ...]
    pairs: frozenset[tuple[str, str]]
    #: Whether a network may reach another, so that paths of several steps were followed.
    crossing: bool = False


def evaluate_scene(scene: Scene) -> SceneFindings:
    """All properties of one state over a scene. Linear in tables and accesses."""
    drafts: list[FindingDraft] = []
    pairs: set[tuple[str, str]] = set()
    onward: list[Edge] = []
    for one in _ALL:
        if isinstance(one, TableWays):
            ways = one.ways(scene)
            drafts += ways.drafts
            pairs |= ways.pairs
            onward += ways.edges
    for one in _ALL:
        if isinstance(one, WaySequences):
            drafts += one.check(onward, scene.expectation)
        elif isinstance(one, SceneCheck):
            drafts += one.check(scene)
    return SceneFindings(tuple(drafts), frozenset(pairs), _leads_on(onward))


def _leads_on(edges: list[Edge]) -> bool:
    """Whether a step ends where another begins."""
    begins = {edge.source for edge in edges}
    return any(edge.target in begins for edge in edges if edge.source is not edge.target)


def evaluate_push(scene: Scene) -> Iterator[FindingDraft]:
    """The properties of a push alone, over the scene of all its states."""
    for one in _ALL:
        if isinstance(one, PushCheck):
            yield from one.check(scene)


def verdict(
    facts: Mapping[str, DeviceFacts],
    scene: Scene,
    seen: SceneFindings,
    evaluated: tuple[str, ...] = PROPERTIES,
) -> Verdict:
    """A verdict over what was seen. `evaluated`: ids of the properties that were."""
    expectation = scene.expectation
    return Verdict(
        findings=findings(seen.drafts),
        checked=Checked(
            devices=len(facts),
            vrfs=sum(len({*one.vrfs, *one.bgp} - {None}) for one in facts.values()),
            interfaces=sum(len(one.interfaces) for one in facts.values()),
            lines=sum(one.coverage.lines for one in facts.values()),
            lines_not_understood=sum(len(one.not_understood) for one in facts.values()),
            properties=evaluated,
            missing=scene.missing(),
        ),
        assumptions=assumptions(Grounds(scene, seen.crossing, evaluated is PUSH_PROPERTIES)),
        domains=tuple(expectation.domains),
        zones={label: domain.zone for label, domain in expectation.domains.items()},
        allowed=expectation.cells(),
        found=seen.pairs,
    )

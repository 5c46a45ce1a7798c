"""The kinds of properties. A module of `properties/` has one as its `PROPERTY`, and by that it is
part of every proof: `egovnet.isolation.evaluation` lists the folder.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from egovnet.isolation.model.edges import Edge, Ways
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding_drafts import FindingDraft
from egovnet.isolation.model.scene import Scene


@dataclass(frozen=True, slots=True)
class SceneCheck:
    """Looks at a scene by itself. `id` is "P1" to "P10"; empty: it is about what took part."""

    id: str
    check: Callable[[Scene], Iterable[FindingDraft]]


@dataclass(frozen=True, slots=True)
class TableWays:
    """Finds ways from table to table, and evaluates each by itself."""

    id: str
    ways: Callable[[Scene], Ways]


@dataclass(frozen=True, slots=True)
class WaySequences:
    """Evaluates sequences of the ways that all `TableWays` let be."""

    id: str
    check: Callable[[Iterable[Edge], Expectation], Iterable[FindingDraft]]


@dataclass(frozen=True, slots=True)
class PushCheck:
    """Looks at the states of a push, which `egovnet.isolation.push` puts into one scene."""

    id: str
    check: Callable[[Scene], Iterable[FindingDraft]]


Property = SceneCheck | TableWays | WaySequences | PushCheck

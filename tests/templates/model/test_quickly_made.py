"""Classes that are made quickly are frozen dataclasses like any other."""

import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace

import pytest

from egovnet.templates.model import facts
from egovnet.templates.model.facts import InterfaceFacts, NeighborFacts, PolicyRoute
from egovnet.templates.model.quickly_made import quickly_made

QUICK = [
    kind
    for _, kind in inspect.getmembers(facts, inspect.isclass)
    if "_unguarded" in getattr(kind.__init__, "__globals__", {})
]


@quickly_made
@dataclass(frozen=True, slots=True)
class Thing:
    kind: str
    number: int = 7
    words: list[str] = field(default_factory=list)
    line: int = field(default=0, compare=False)


def test_facts_have_some() -> None:
    assert {InterfaceFacts, NeighborFacts} <= set(QUICK)
    assert PolicyRoute not in QUICK


@pytest.mark.parametrize("kind", QUICK, ids=lambda kind: kind.__name__)
def test_each_takes_its_fields_in_their_order(kind: type) -> None:
    names = [each.name for each in fields(kind)]
    made = kind(*names)
    assert [getattr(made, name) for name in names] == names
    assert type(made) is kind
    assert made == kind(**dict(zip(names, names, strict=True)))
    with pytest.raises(FrozenInstanceError):
        setattr(made, names[0], "")


def test_it_is_a_dataclass_as_before() -> None:
    thing = Thing("a", line=3)
    assert thing == Thing("a", 7, [], 4)
    assert thing.words is not Thing("a").words
    assert replace(thing, number=8) == Thing("a", 8)
    assert repr(thing).endswith("Thing(kind='a', number=7, words=[], line=3)")
    assert asdict(thing) == {"kind": "a", "number": 7, "words": [], "line": 3}
    assert copy.deepcopy(thing) == pickle.loads(pickle.dumps(thing)) == thing  # noqa: S301 -- ours
    with pytest.raises(TypeError, match="kind"):
        Thing()  # type: ignore[call-arg]  # on purpose


@dataclass(slots=True)
class Open:
    a: int


@dataclass(frozen=True, slots=True)
class Private:
    _a: int


@dataclass(frozen=True, slots=True)
class Named:
    a: int = field(kw_only=True)


@pytest.mark.parametrize("kind", [Open, Private, Named, int, Exception])
def test_other_classes_are_refused(kind: type) -> None:
    with pytest.raises(TypeError):
        quickly_made(kind)

"""A mutant, and the register of operators that make them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from tests.isolation.mutants.ground import Ground, VrfPlace

#: Host -> the router's whole text.
Texts = Mapping[str, str]
#: leak: not proved, with a LEAK finding near `where`. risk: not proved. equivalent: proved, without
#: a leak or a risk. open: an alarm and silence can both be defended; there must be a verdict.
Expected = Literal["leak", "risk", "equivalent", "open"]
#: (host, VRF); the VRF is "" where it is none's.
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A network's texts with one mistake (or harmless change) made in them."""

    operator: str
    klass: str
    verdict: Expected
    texts: Texts
    where: tuple[Place, ...]
    why: str
    #: What tells it from other mutants of its operator, such as "bj-pe1/i-party ipv6 65000:2001".
    detail: str = ""

    @property
    def name(self) -> str:
        """Readable and unique within a network's mutants."""
        return f"{self.operator}[{self.detail}]"


Operator = Callable[[Ground], Iterator[Mutant]]
_OPERATORS: list[Operator] = []


def operator(klass: str) -> Callable[[Operator], Operator]:
    """Register an operator of class `klass`; its name is the module's and the function's."""

    def register(function: Operator) -> Operator:
        module = function.__module__.rpartition(".operators_")[2]
        name = f"{module}.{function.__name__}"

        def run(ground: Ground) -> Iterator[Mutant]:
            for mutant in function(ground):
                yield replace(mutant, operator=name, klass=klass)

        run.__name__ = name
        run.__doc__ = function.__doc__
        _OPERATORS.append(run)
        return run

    return register


def registered() -> tuple[Operator, ...]:
    """Operators in the order they were written; `mutants.all_mutants` loads the modules."""
    return tuple(_OPERATORS)


def _written(places: tuple[Place, ...]) -> str:
    return "+".join("/".join(filter(None, place)) for place in places)


def make(
    ground: Ground,
    verdict: Expected,
    changes: Mapping[str, object],
    where: VrfPlace | Place | tuple[VrfPlace | Place, ...],
    why: str,
    *detail: str,
) -> Mutant:
    """A mutant of `ground` with the texts of `changes` (host -> text or `Edit`) in it.

    Refuses to make one that changes nothing.
    """
    texts = {host: str(text) for host, text in changes.items()}
    for host, text in texts.items():
        if text == ground.texts[host]:
            raise AssertionError(f"{why}: the text of {host} is not changed")
    places = where if isinstance(where, tuple) and not isinstance(where[0], str) else (where,)
    named = tuple(p.at if isinstance(p, VrfPlace) else p for p in places)
    return Mutant(
        operator="",
        klass="",
        verdict=verdict,
        texts={**ground.texts, **texts},
        where=named,
        why=why,
        detail=" ".join(filter(None, [_written(named), *detail])),
    )

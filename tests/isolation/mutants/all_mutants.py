"""Every mutant of a network."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from tests.isolation.mutants.ground import Ground
from tests.isolation.mutants.mutant import Mutant, Operator, registered

_MODULES = sorted(path.stem for path in Path(__file__).parent.glob("operators_*.py"))
for _name in _MODULES:
    import_module(f"tests.isolation.mutants.{_name}")


def operators() -> tuple[Operator, ...]:
    """All operators, module by module."""
    return registered()


def platform_operators() -> tuple[Operator, ...]:
    """Those that are about the interconnection platform: they make nothing without one."""
    return tuple(one for one in registered() if one.__name__.startswith("platform_"))


def all_mutants(ground: Ground, of: tuple[Operator, ...] | None = None) -> Iterator[Mutant]:
    """The mutants of all operators, or of some, each with a name of its own."""
    seen: set[str] = set()
    for one in operators() if of is None else of:
        for mutant in one(ground):
            if mutant.name in seen:
                raise AssertionError(f"two mutants are called {mutant.name}")
            seen.add(mutant.name)
            yield mutant

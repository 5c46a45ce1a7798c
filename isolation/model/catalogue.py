"""The catalogue of finding classes: every class once, found by listing `classes/`.

A finding can be made of a class of this catalogue only (`egovnet.isolation.model.finding`).
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from egovnet.isolation.model import classes
from egovnet.isolation.model.finding_class import FindingClass


class UnknownFindingClassError(ValueError):
    """A finding of a class that the catalogue does not have, or of a severity it never has."""


def _declared() -> Iterator[FindingClass]:
    for name in sorted(module.name for module in iter_modules(classes.__path__)):
        module = import_module(f"{classes.__name__}.{name}")
        for value in vars(module).values():
            if isinstance(value, FindingClass):
                yield value
            elif isinstance(value, (tuple, dict)):
                entries = value.values() if isinstance(value, dict) else value
                yield from (one for one in entries if isinstance(one, FindingClass))


def _catalogue() -> Mapping[str, FindingClass]:
    found: dict[str, FindingClass] = {}
    for one in _declared():
        if found.setdefault(one.id, one) is not one:
            raise UnknownFindingClassError(f"{one.id} is declared twice")
    return MappingProxyType(dict(sorted(found.items(), key=lambda item: _order(item[1]))))


def _order(one: FindingClass) -> tuple[int, str]:
    """P1 to P11, then coverage."""
    number = one.proves[1:]
    return (int(number) if number.isdigit() else 1000, one.id)


#: Id -> class, by property.
CATALOGUE: Mapping[str, FindingClass] = _catalogue()

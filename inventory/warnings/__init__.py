"""What an inventory may say and probably does not mean; none of it is an error.

A module each, with its `CODES` (code -> what it means, for the manual) and a
`warn(network, allocation, report)` that yields a code and a problem for each, linear in the
inventory. They are found by listing this folder.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.errors import InventoryWarning, Report
from egovnet.inventory.model import Network


def warnings_of(
    network: Network, allocation: Allocation, report: Report
) -> tuple[InventoryWarning, ...]:
    """Every warning about a valid inventory, by place."""
    found = [
        InventoryWarning(p.file, p.line, p.field, code, p.found, p.remedy)
        for module in _modules()
        for code, p in module.warn(network, allocation, report)
    ]
    return tuple(sorted(found))


def codes() -> Mapping[str, str]:
    """Every code and what it means."""
    return {code: meaning for module in _modules() for code, meaning in module.CODES.items()}


def _modules() -> Iterator[ModuleType]:
    names = sorted(module.name for module in iter_modules(__path__))
    return (import_module(f"{__name__}.{name}") for name in names)

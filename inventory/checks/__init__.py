"""Cross references and policy of an inventory: what one model alone cannot see.

A module each, with a `check(network, report)` that yields problems, linear in the inventory (or
sorting it once). They are found by listing this folder; none stops another.
"""

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import Network

#: (network, report) -> problems.
Check = Callable[[Network, Report], Iterator[Problem]]


@cache
def all_checks() -> tuple[Check, ...]:
    """The check of each module in the folder."""
    names = sorted(module.name for module in iter_modules(__path__))
    return tuple(import_module(f"{__name__}.{name}").check for name in names)


def cross_check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every problem between the parts of `network`."""
    for check in all_checks():
        yield from check(network, report)

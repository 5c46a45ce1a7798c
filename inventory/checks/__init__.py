"""Policy of an inventory: what one model alone cannot see.

A module each, with a `check(network, report)` that yields problems, linear in the inventory (or
sorting it once). They are found by listing this folder; none stops another.

A network may be a part of one: what is asked of an entry with a mistake ends the check, unless it
is made `as_far_as_known` for each entry, and what the inventory lacks is judged only where
`network.is_complete` says that nothing is missing. A name that is no entry's is a problem already.
"""

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import Network
from egovnet.inventory.model.partial import as_far_as_known

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
        yield from as_far_as_known(check(network, report))

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
from egovnet.inventory.errors import InventoryWarning, Location, Problem, Report
from egovnet.inventory.model import Network, PartSite


def warnings_of(
    network: Network, allocation: Allocation, report: Report
) -> tuple[InventoryWarning, ...]:
    """Every warning about a valid inventory, its planned sites among it, by place."""
    network = network.numbered

    def written(section: str, location: Location, found: str, remedy: str) -> Problem:
        return report(section, _written(network, section, location), found, remedy)

    found = {
        InventoryWarning(p.file, p.line, p.field, code, p.found, p.remedy)
        for module in _modules()
        for code, p in module.warn(network, allocation, written)
    }
    return tuple(sorted(found))


def _written(network: Network, section: str, location: Location) -> Location:
    """Where somebody wrote what is said of a site in a further VPN."""
    site = network.sites.get(str(location[0])) if section == "sites" and location else None
    if not isinstance(site, PartSite):
        return location
    named = network.sites[site.of].attachments.items() if site.of in network.sites else ()
    key = next((key for key, each in named if each.vpn == site.vpn), None)
    if location[1:2] == ("prefixes",):
        return (
            (site.of, *location[1:])
            if key is None
            else (site.of, "attachments", key, *location[1:])
        )
    return (site.of, *location[1:])


def codes() -> Mapping[str, str]:
    """Every code and what it means."""
    return {code: meaning for module in _modules() for code, meaning in module.CODES.items()}


def _modules() -> Iterator[ModuleType]:
    names = sorted(module.name for module in iter_modules(__path__))
    return (import_module(f"{__name__}.{name}") for name in names)

"""Planned sites of an inventory set to wait for their customer, in the files' own texts.

Only the words change: comments, order and everything else stay as somebody wrote them.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import yaml

from egovnet.inventory.model import ServiceState
from egovnet.inventory.source.sections import section_of
from egovnet.inventory.source.yaml_source import plain_data
from egovnet.playbooks.core.selection import UsageError

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Place = tuple[int, int]


def begun(files: Mapping[str, str], sites: Collection[str]) -> dict[str, str]:
    """Path -> new text of the files in which one of `sites` is planned, whole or in part.

    Raises:
        UsageError: a state stands where it cannot be changed by itself, such as in an alias.
    """
    found: dict[str, str] = {}
    for path, text in files.items():
        wanted = {
            name: site
            for name, site in dict(_data(path, text)).items()
            if name in sites and list(_planned(site))
        }
        if not wanted:
            continue
        new = _replaced(text, _places(text, wanted))
        if plain_data(new) != _expected(plain_data(text), wanted):
            names = ", ".join(sorted(wanted))
            raise UsageError(
                f"{path}: the state of {names} cannot be changed by itself (an alias, or a value "
                f"that several share): set state: {ServiceState.WAITING} by hand"
            )
        found[path] = new
    return found


def _data(path: str, text: str) -> Mapping[str, Any]:
    return (plain_data(text) or {}) if section_of(path) == "sites" else {}


def _planned(site: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Where an entry says that it, or an access, is planned."""
    if site.get("state") == ServiceState.PLANNED:
        yield ("state",)
    for name, access in site["site-network-accesses"].items():
        if access.get("state") == ServiceState.PLANNED:
            yield ("site-network-accesses", name, "state")


def _places(text: str, sites: Mapping[str, Any]) -> list[_Place]:
    """Offsets of the scalars that say it, the last first."""
    root = yaml.compose(text, Loader=_Loader)
    found: set[_Place] = set()
    for name, site in sites.items():
        for place in _planned(site):
            node = root
            for key in (name, *place):
                node = _below(node, key)
            if node is not None:
                found.add((node.start_mark.index, node.end_mark.index))
    return sorted(found, reverse=True)


def _below(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _replaced(text: str, places: Collection[_Place]) -> str:
    for start, end in places:
        text = text[:start] + ServiceState.WAITING.value + text[end:]
    return text


def _expected(data: Any, sites: Mapping[str, Any]) -> Any:
    """The file's data with the new states and nothing else changed."""
    new = dict(data)
    for name in sites:
        site = dict(new[name])
        accesses = {key: dict(access) for key, access in site["site-network-accesses"].items()}
        site["site-network-accesses"] = accesses
        for entry in (site, *accesses.values()):
            if entry.get("state") == ServiceState.PLANNED:
                entry["state"] = ServiceState.WAITING.value
        new[name] = site
    return new

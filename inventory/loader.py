"""Read an inventory directory: files, schema, cross references; every error of a stage at once.

The directory holds `network.yaml`, `regions.yaml`, `agencies.yaml`, `circuits.yaml`, `vpns.yaml`,
`sites.yaml` or `sites/*.yaml`, and Nornir's own `hosts.yaml`, `groups.yaml`, `defaults.yaml`
(which plain Nornir tools read too).
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from inventory.checks import cross_check
from inventory.errors import InventoryError, Problem, missing_directory
from inventory.models import (
    Agency,
    Backbone,
    Circuit,
    Name,
    Network,
    Region,
    Router,
    Site,
    Vpn,
    VpnId,
)
from inventory.yaml_source import Document, Location, read_document

#: Keys of a Nornir host that our Router model reads, beside everything under `data`.
_NORNIR_KEYS = ("hostname", "port", "platform")
_NORNIR_HOST_KEYS = {*_NORNIR_KEYS, "groups", "data", "connection_options"}
_SECRET_KEYS = ("username", "password")


class Sources:
    """The documents of an inventory and where each object stands in them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.documents: dict[str, list[Document]] = {}

    def place(self, section: str, location: Location) -> tuple[str, int]:
        """File and line of `location` (such as ("party-beijing", "prefixes", 0)) in `section`."""
        documents = self.documents.get(section, [])
        for document in documents:
            if not location or location[0] in (document.data or {}):
                return document.path, document.line(location)
        return (documents[0].path if documents else section), 0

    def problem(self, section: str, location: Location, found: str, remedy: str) -> Problem:
        """A problem at `location`, with file and line looked up."""
        path, line = self.place(section, location)
        return Problem(path, line, ".".join(map(str, location)), found, remedy)


def load(directory: Path) -> Network:
    """Read and cross-check the inventory in `directory`.

    Raises:
        InventoryError: with every problem of the first stage (files, schema, references) that
            has any; each says file, line, field, what was found and what to do.
    """
    return load_with_sources(directory)[0]


def load_with_sources(directory: Path) -> tuple[Network, Sources]:
    """As `load`, and also where each object stands, for errors of later stages."""
    if not directory.is_dir():
        raise missing_directory(directory)
    sources = _read_files(directory)
    sections = _check_schema(sources)
    network = Network.model_construct(**sections)
    problems = list(cross_check(network, sources.problem))
    if problems:
        raise InventoryError(problems)
    return network, sources


_FILES = ("network", "regions", "agencies", "hosts", "groups", "defaults", "circuits", "vpns")


def _read_files(directory: Path) -> Sources:
    sources = Sources(directory)
    problems: list[Problem] = []
    wanted = [(name, directory / f"{name}.yaml") for name in _FILES]
    site_files = sorted(directory.glob("sites/*.yaml"))
    if (directory / "sites.yaml").exists() or not site_files:
        site_files.insert(0, directory / "sites.yaml")
    wanted += [("sites", path) for path in site_files]
    for section, path in wanted:
        try:
            document = read_document(path)
        except InventoryError as error:
            problems += error.problems
            continue
        if not isinstance(document.data or {}, dict):
            problems.append(
                Problem(document.path, 1, "", "a list or text, not a mapping", "write key: value")
            )
            continue
        for other in sources.documents.get(section, []):
            for key in (document.data or {}).keys() & (other.data or {}).keys():
                problems.append(
                    Problem(
                        document.path,
                        document.line((key,)),
                        str(key),
                        f"given twice, also in {other.path}:{other.line((key,))}",
                        "keep one",
                    )
                )
        sources.documents.setdefault(section, []).append(document)
    if problems:
        raise InventoryError(problems)
    return sources


def _check_schema(sources: Sources) -> dict[str, Any]:
    problems: list[Problem] = []

    def check(section: str, adapter: TypeAdapter[Any], data: Any, shown: _Shown) -> Any:
        try:
            return adapter.validate_python(data)
        except ValidationError as error:
            for entry in error.errors(include_url=False):
                problems.append(_schema_problem(sources, section, entry, shown))
            return None

    hosts = _resolved_hosts(sources, problems)
    plain: _Shown = lambda location: location  # noqa: E731 -- a named identity reads best here
    result = {
        "backbone": check("network", _BACKBONE, _data(sources, "network"), plain),
        "routers": check("hosts", _ROUTERS, hosts, _host_location),
    }
    for section, adapter in _MAPPINGS.items():
        result[section] = check(section, adapter, _data(sources, section), plain)
    if problems:
        raise InventoryError(problems)
    return result


_Shown = Callable[[Location], Location]

_BACKBONE: TypeAdapter[Any] = TypeAdapter(Backbone)
_ROUTERS: TypeAdapter[Any] = TypeAdapter(dict[Name, Router])
_MAPPINGS: Mapping[str, TypeAdapter[Any]] = {
    "regions": TypeAdapter(dict[Name, Region]),
    "agencies": TypeAdapter(dict[Name, Agency]),
    "circuits": TypeAdapter(dict[Name, Circuit]),
    "vpns": TypeAdapter(dict[VpnId, Vpn]),
    "sites": TypeAdapter(dict[Name, Site]),
}


def _data(sources: Sources, section: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for document in sources.documents[section]:
        merged.update(document.data or {})
    return merged


def _host_location(location: Location) -> Location:
    """Where Router's field stands in a Nornir host: under `data`, but for Nornir's own keys."""
    if len(location) > 1 and location[1] not in _NORNIR_KEYS:
        return (location[0], "data", *location[1:])
    return location


def _resolved_hosts(sources: Sources, problems: list[Problem]) -> dict[str, Any]:
    """hosts.yaml with groups and defaults inherited as Nornir's SimpleInventory does."""
    groups = _data(sources, "groups")
    defaults = _data(sources, "defaults")
    for section in ("hosts", "groups"):
        for name, entry in _data(sources, section).items():
            _refuse_secrets(sources, section, (name,), entry, problems)
    _refuse_secrets(sources, "defaults", (), defaults, problems)
    resolved: dict[str, Any] = {}
    for name, host in _data(sources, "hosts").items():
        if not isinstance(host, dict):
            resolved[name] = host
            continue
        for key in host.keys() - _NORNIR_HOST_KEYS - set(_SECRET_KEYS):
            problems.append(
                sources.problem(
                    "hosts",
                    (name, key),
                    "a key that Nornir does not know",
                    f"use one of {', '.join(sorted(_NORNIR_HOST_KEYS))}",
                )
            )
        layers = [defaults]
        for index, group in enumerate(host.get("groups") or ()):
            if group in groups:
                layers.insert(1, groups[group] or {})
            else:
                problems.append(
                    sources.problem(
                        "hosts",
                        (name, "groups", index),
                        f"group {group!r} is not in groups.yaml",
                        "add it there or correct the name",
                    )
                )
        layers.append(host)
        entry: dict[str, Any] = {}
        for layer in layers:
            entry.update({key: layer[key] for key in _NORNIR_KEYS if layer.get(key) is not None})
            if isinstance(layer.get("data"), dict):
                entry.update(layer["data"])
        resolved[name] = entry
    return resolved


def _refuse_secrets(
    sources: Sources, section: str, location: Location, entry: Any, problems: list[Problem]
) -> None:
    if not isinstance(entry, dict):
        return
    options = entry.get("connection_options") or {}
    nested = [
        (("connection_options", name), option)
        for name, option in options.items()
        if isinstance(option, dict)
    ]
    for prefix, body in [((), entry), *nested]:
        for key in _SECRET_KEYS:
            if body.get(key):
                problems.append(
                    sources.problem(
                        section,
                        (*location, *prefix, key),
                        "a credential in the inventory",
                        "keep credentials in the environment or a file outside the repository",
                    )
                )


#: pydantic's error types whose own message does not say what to do next.
_REMEDIES = {
    "extra_forbidden": "remove it or correct its spelling",
    "missing": "add it",
}


def _schema_problem(
    sources: Sources, section: str, entry: Any, shown: _Shown
) -> Problem:
    kind = str(entry["type"])
    location = _in_file(sources, section, shown(tuple(entry["loc"])), kind)
    document = sources.place(section, location)
    found = str(entry["msg"]).removeprefix("Value error, ")
    if kind == "extra_forbidden":
        found = "unknown key"
    elif kind == "missing":
        found = "is missing"
    elif isinstance(entry.get("input"), str | int | float | bool):
        found = f"{entry['input']!r}: {found}"
    field = ".".join(map(str, location))
    return Problem(document[0], document[1], field, found, _REMEDIES.get(kind, "correct it"))


def _in_file(sources: Sources, section: str, location: Location, kind: str) -> Location:
    """Drop the parts of pydantic's location that name a union's branch, not a place in the file."""
    lines = next(
        (
            document.lines
            for document in sources.documents.get(section, [])
            if location[:1] in document.lines
        ),
        {},
    )
    kept: Location = ()
    for index, part in enumerate(location):
        last = index == len(location) - 1
        if (*kept, part) in lines or (kind == "missing" and last):
            kept = (*kept, part)
    return kept

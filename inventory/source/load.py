"""Read an inventory directory: files, schema, cross references; every error of a stage at once.

The directory holds `network.yaml`, `regions.yaml`, `agencies.yaml`, `circuits.yaml`, `vpns.yaml`,
`sites.yaml` or `sites/*.yaml`, and Nornir's own `hosts.yaml`, `groups.yaml`, `defaults.yaml`
(which plain Nornir tools read too).
"""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from egovnet.inventory.checks.cross_checks import cross_check
from egovnet.inventory.errors import InventoryError, Problem, missing_directory
from egovnet.inventory.model import (
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
from egovnet.inventory.model.schema_problems import in_file, words
from egovnet.inventory.source.files import Sources
from egovnet.inventory.source.nornir_hosts import Hosts, Place
from egovnet.inventory.source.yaml_source import Document, Location, parse_document, read_document

__all__ = ["Sources", "load", "load_texts", "load_with_sources", "section_of"]

_FILES = ("network", "regions", "agencies", "hosts", "groups", "defaults", "circuits", "vpns")

#: Network's field -> its section and type. Hosts come resolved, the others as they stand.
_SECTIONS: Mapping[str, tuple[str, TypeAdapter[Any]]] = {
    "backbone": ("network", TypeAdapter(Backbone)),
    "regions": ("regions", TypeAdapter(dict[Name, Region])),
    "agencies": ("agencies", TypeAdapter(dict[Name, Agency])),
    "routers": ("hosts", TypeAdapter(dict[Name, Router])),
    "circuits": ("circuits", TypeAdapter(dict[Name, Circuit])),
    "vpns": ("vpns", TypeAdapter(dict[VpnId, Vpn])),
    "sites": ("sites", TypeAdapter(dict[Name, Site])),
}


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
    with _collector_paused():
        sources = _read_files(directory)
        return _checked(sources), sources


def load_texts(files: Mapping[str, str]) -> Network:
    """As `load`, from texts by path within an inventory, such as "sites/beijing.yaml".

    Files that no inventory has, and the lock file, are passed over.
    """
    with _collector_paused():
        sources = Sources(Path())
        problems: list[Problem] = []
        sections = {path: name for path in sorted(files) if (name := section_of(path))}
        for section in (*_FILES, "sites"):
            if section not in sections.values():
                found, remedy = "is missing", "restore the file"
                problems.append(Problem(f"{section}.yaml", 0, "", found, remedy))
        for path, section in sections.items():
            try:
                document = parse_document(files[path], path)
            except InventoryError as error:
                problems += error.problems
            else:
                problems += _add(sources, section, document)
        if problems:
            raise InventoryError(problems)
        return _checked(sources)


def section_of(path: str) -> str | None:
    """The section that a file of an inventory says; None for a file of another kind."""
    folder, _, name = path.rpartition("/")
    stem, _, suffix = name.rpartition(".")
    if suffix != "yaml" or folder not in ("", "sites"):
        return None
    if folder or stem == "sites":
        return "sites"
    return stem if stem in _FILES else None


def _checked(sources: Sources) -> Network:
    network = _check_schema(sources)
    problems = list(cross_check(network, sources.problem))
    if problems:
        raise InventoryError(problems)
    return network


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Python's cycle collector off: it would walk a nation's millions of nodes many times."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read_files(directory: Path) -> Sources:
    sources = Sources(directory)
    problems: list[Problem] = []
    wanted = [(name, directory / f"{name}.yaml") for name in _FILES]
    site_files = sorted(directory.glob("sites/*.yaml"))
    if (directory / "sites.yaml").exists() or not site_files:
        site_files.insert(0, directory / "sites.yaml")
    wanted += [("sites", path) for path in site_files]
    for path in sorted([*directory.glob("*.yml"), *directory.glob("sites/*.yml")]):
        problems.append(
            Problem(str(path), 0, "", "would not be read: it ends in .yml", "rename it to .yaml")
        )
    for section, path in wanted:
        try:
            document = read_document(path)
        except InventoryError as error:
            problems += error.problems
            continue
        problems += _add(sources, section, document)
    if problems:
        raise InventoryError(problems)
    return sources


def _add(sources: Sources, section: str, document: Document) -> list[Problem]:
    """Add a document of `section` to `sources`, or say why it cannot be one."""
    if not isinstance(document.data or {}, dict):
        found, remedy = "a list or text, not a mapping", "write key: value"
        return [Problem(document.path, 1, "", found, remedy)]
    problems = _given_elsewhere(document, sources.documents.get(section, []))
    sources.documents.setdefault(section, []).append(document)
    return problems


def _given_elsewhere(document: Document, others: list[Document]) -> list[Problem]:
    return [
        Problem(
            document.path,
            document.line((key,)),
            str(key),
            f"given twice, also in {other.path}:{other.line((key,))}",
            "keep one",
        )
        for other in others
        for key in (document.data or {}).keys() & (other.data or {}).keys()
    ]


def _check_schema(sources: Sources) -> Network:
    hosts = Hosts(sources)
    problems = list(hosts.problems)
    values: dict[str, Any] = {}
    for field, (section, adapter) in _SECTIONS.items():
        data = hosts.data if section == "hosts" else sources.data(section)
        try:
            values[field] = adapter.validate_python(data, by_alias=True, by_name=False)
        except ValidationError as error:
            place = hosts.place if section == "hosts" else _as_it_stands(section)
            for entry in error.errors(include_url=False):
                found_in, location = place(in_file(entry))
                problems.append(sources.problem(found_in, location, *words(entry)))
    if problems:
        raise InventoryError(problems)
    return Network.model_construct(**values)


def _as_it_stands(section: str) -> Callable[[Location], Place]:
    return lambda location: (section, location)

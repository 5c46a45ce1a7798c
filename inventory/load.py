"""Read an inventory: files, schema, cross references; every error of a stage at once.

Whoever goes on to devices reads it by `egovnet.templates.intend.read_inventory`, which adds what
the platforms have to say about names.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from egovnet.inventory.checks import Check, cross_check
from egovnet.inventory.errors import InventoryError, Location, Problem, Report
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
from egovnet.inventory.model.schema_problems import errors_of, in_file, words
from egovnet.inventory.paused_collector import paused_collector
from egovnet.inventory.source.nornir_hosts import Hosts, Place
from egovnet.inventory.source.source import Source
from egovnet.inventory.source.sources import Sources
from egovnet.inventory.source.yaml_directory import YamlDirectory

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
    return load_source(YamlDirectory(directory))[0]


def load_source(source: Source, more_checks: Iterable[Check] = ()) -> tuple[Network, Sources]:
    """As `load`, from any source; also where each object stands, for errors of later stages.

    `more_checks` are made in one stage with the inventory's own.
    """
    with paused_collector():
        sources = source.read()
        network, report = _check_schema(sources)
        problems = list(cross_check(network, report))
        for check in more_checks:
            problems += check(network, report)
        if problems:
            raise InventoryError(problems)
        return network, sources


def _check_schema(sources: Sources) -> tuple[Network, Report]:
    hosts = Hosts(sources)
    problems = list(hosts.problems)
    values: dict[str, Any] = {}
    for field, (section, adapter) in _SECTIONS.items():
        data = hosts.data if section == "hosts" else sources.data(section)
        try:
            values[field] = adapter.validate_python(data, by_alias=True, by_name=False)
        except ValidationError as error:
            place = hosts.place if section == "hosts" else _as_it_stands(section)
            for entry in errors_of(error):
                found_in, location = place(in_file(entry))
                problems.append(sources.problem(found_in, location, *words(entry)))
    if problems:
        raise InventoryError(problems)

    def report(section: str, location: Location, found: str, remedy: str) -> Problem:
        if section == "routers":
            section, location = hosts.place(location)
        return sources.problem(section, location, found, remedy)

    return Network.model_construct(**values), report


def _as_it_stands(section: str) -> Callable[[Location], Place]:
    return lambda location: (section, location)

"""Read an inventory: files, schema, cross references; everything that can be judged at once.

Whoever goes on to devices reads it by `egovnet.templates.intend.read_inventory`, which adds what
the platforms have to say about names.

A mistake hides no other one, and none follows from another: what a file, a section or an entry
with a mistake would say is not known, and whatever needs it is not judged (`model.partial`).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from egovnet.inventory.bounded_memo import BoundedMemo
from egovnet.inventory.checks import Check, cross_check
from egovnet.inventory.errors import InventoryError, Location, Problem, independent
from egovnet.inventory.examined import Examined
from egovnet.inventory.misplaced import set_apart
from egovnet.inventory.model import (
    Agency,
    Application,
    Backbone,
    Border,
    Circuit,
    Exchange,
    Name,
    Network,
    Region,
    Router,
    Site,
    Vpn,
    VpnId,
)
from egovnet.inventory.model.annotations import PLATFORMS
from egovnet.inventory.model.keys import KeyName, ManagedKey
from egovnet.inventory.model.levels import LevelRule
from egovnet.inventory.model.partial import (
    PartialNetwork,
    as_far_as_known,
    field_adapter,
    partial,
)
from egovnet.inventory.model.schema_problems import Read, dangling, read
from egovnet.inventory.model.shapes import Shape, fields_of, shape_of
from egovnet.inventory.model.shown import nearest
from egovnet.inventory.paused_collector import paused_collector
from egovnet.inventory.references import Reference, dangling_problems, references
from egovnet.inventory.source.nornir_hosts import Hosts
from egovnet.inventory.source.source import Source
from egovnet.inventory.source.sources import Sources
from egovnet.inventory.source.yaml_directory import YamlDirectory
from egovnet.inventory.today import today


class Section:
    """A section of an inventory and what it is made into."""

    def __init__(self, name: str, annotation: Any) -> None:  # noqa: ANN401 -- of any type
        self.name = name
        self.annotation = annotation
        self.adapter: TypeAdapter[Any] = TypeAdapter(annotation)
        self.shape: Shape = shape_of(annotation)


#: Network's field -> its section. Hosts come resolved, the others as they stand.
SECTIONS: Mapping[str, Section] = {
    "backbone": Section("network", Backbone),
    "regions": Section("regions", dict[Name, Region]),
    "agencies": Section("agencies", dict[Name, Agency]),
    "routers": Section("hosts", dict[Name, Router]),
    "circuits": Section("circuits", dict[Name, Circuit]),
    "vpns": Section("vpns", dict[VpnId, Vpn]),
    "sites": Section("sites", dict[Name, Site]),
    "exchanges": Section("exchanges", dict[Name, Exchange]),
    "applications": Section("applications", dict[Name, Application]),
    "levels": Section("levels", dict[Name, LevelRule]),
    "borders": Section("borders", dict[Name, Border]),
    "keys": Section("keys", dict[KeyName, ManagedKey]),
}


def load(directory: Path) -> Network:
    """Read and cross-check the inventory in `directory`.

    Raises:
        InventoryError: with every problem that can be judged; each says file, line, field, what
            was found and what to do.
    """
    return load_source(YamlDirectory(directory))[0]


def load_source(
    source: Source,
    more_checks: Iterable[Check] = (),
    platforms: Collection[str] | None = None,
) -> tuple[Network, Sources]:
    """As `load`, from any source; also where each object stands, for errors of later stages.

    `more_checks` are made with the inventory's own; `platforms` as in `examine`.
    """
    examined = examine(source, more_checks, platforms)
    if examined.problems:
        raise InventoryError(examined.problems)
    return examined.network, examined.sources


def examine(
    source: Source,
    more_checks: Iterable[Check] = (),
    platforms: Collection[str] | None = None,
) -> Examined:
    """As `load_source`, with the problems and what can be used in spite of them.

    `platforms` are the names that a router's may have; None: any.

    Raises:
        InventoryError: there is no inventory.
    """
    with paused_collector():
        sources = source.read()
        texts = _Texts.of(sources, more_checks := tuple(more_checks), platforms)
        if texts is not None and (network := _RIGHT.get(texts)) is not None:
            return Examined((), network, sources, _LateReport(sources, platforms))
        examiner = _Examiner(sources, platforms)
        networks = examiner.networks()
        problems = examiner.problems
        for network in networks:
            problems += cross_check(network, examiner.report)
            for check in more_checks:
                problems += as_far_as_known(check(network, examiner.report))
        ordered = tuple(sorted(set(independent(problems, examiner.sources.problems))))
        if texts is not None and not ordered:
            _RIGHT.keep(texts, networks[-1], texts.length)
        return Examined(ordered, networks[-1], examiner.sources, examiner.report)


@dataclass(frozen=True, slots=True)
class _Texts:
    """All that an inventory without a mistake is made from."""

    #: Section, and the texts of its files.
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    checks: tuple[Check, ...]
    platforms: frozenset[str] | None
    #: Some checks ask what has expired.
    day: date

    @classmethod
    def of(
        cls, sources: Sources, checks: tuple[Check, ...], platforms: Collection[str] | None
    ) -> "_Texts | None":
        """None: something is wrong with the files."""
        if sources.problems or sources.incomplete:
            return None
        sections = tuple(
            (section, tuple(document.text for document in documents))
            for section, documents in sources.documents.items()
        )
        known = None if platforms is None else frozenset(platforms)
        return cls(sections, checks, known, today())

    @property
    def length(self) -> int:
        """Characters in all."""
        return sum(len(text) for _, texts in self.sections for text in texts)


#: Inventories in which nothing is wrong, by their texts: a network of each, which is frozen.
_RIGHT: BoundedMemo[_Texts, Network] = BoundedMemo(2_000_000)


class _LateReport:
    """As `_Examiner.report`, of an inventory that was examined before: few ask for a place."""

    def __init__(self, sources: Sources, platforms: Collection[str] | None) -> None:
        self._sources, self._platforms = sources, platforms

    def __call__(self, section: str, location: Location, found: str, remedy: str) -> Problem:
        return self._examiner.report(section, location, found, remedy)

    @cached_property
    def _examiner(self) -> "_Examiner":
        return _Examiner(self._sources, self._platforms)


class _Examiner:
    """Goes through the sections of an inventory, and keeps what is wrong with each."""

    def __init__(self, sources: Sources, platforms: Collection[str] | None) -> None:
        self.sources = sources
        self._platforms = platforms
        self.problems = list(sources.problems)
        shapes = {section.name: section.shape for section in SECTIONS.values()}
        self.problems += set_apart(sources, shapes)
        self._hosts = Hosts(sources)
        self.problems += self._hosts.problems

    def networks(self) -> list[Network]:
        """The network; where something is wrong, what is right of it, and then what is known.

        In the first, entries with mistakes are missing; in the second their fields that are wrong
        end whatever asks for them.
        """
        data = {
            field: self._hosts.data if section.name == "hosts" else self.sources.data(section.name)
            for field, section in SECTIONS.items()
        }
        results = {
            field: read(section.adapter, section.shape, data[field], self.names)
            for field, section in SECTIONS.items()
        }
        for field, section in SECTIONS.items():
            doubtful = self.sources.doubtful(section.name)
            if doubtful and section.name != "hosts":
                results[field] = results[field].doubted(data[field], doubtful)
        for field, section in SECTIONS.items():
            self.problems += self._told(section, results[field])
        self.problems += self._unused()
        self._judge_references(data, results)
        if not self.problems:
            return [Network.model_construct(**{f: result.value for f, result in results.items()})]
        incomplete = self.sources.incomplete | {
            section.name for field, section in SECTIONS.items() if not results[field].is_right
        }
        right: dict[str, Any] = {}
        known: dict[str, Any] = {}
        for field, section in SECTIONS.items():
            right[field], known[field] = self._usable(section, data[field], results[field])
        sections = frozenset(incomplete)
        named = {
            section.name: frozenset(map(str, self.names(section.name) or ()))
            for field, section in SECTIONS.items()
            if section.name in sections - self.sources.incomplete
            and not results[field].wrong_entries
        }
        return [
            PartialNetwork.model_construct(incomplete=sections, named=named, **values)
            for values in (right, known)
        ]

    def report(self, section: str, location: Location, found: str, remedy: str) -> Problem:
        """A problem at a place of a section; `routers` is that of hosts with what they inherit."""
        if section == "routers":
            section, location = self._hosts.place(location)
        return self.sources.problem(section, location, found, remedy)

    def names(self, section: str, roles: Collection[str] = ()) -> Collection[str] | None:
        """Names that there are, of routers with one of `roles`; None: nobody knows."""
        if section == PLATFORMS:
            return self._platforms
        names = self.sources.names(section)
        return self._hosts.with_roles(names, roles) if names and roles else names

    def _told(self, section: Section, result: Read) -> Iterator[Problem]:
        if section.name == "hosts":
            yield from self._hosts.told(result.mistakes, self.names)
            return
        if section.shape.model is not None and section.name in self.sources.incomplete:
            return  # nothing was read: all of it would be missing
        for mistake in result.mistakes:
            yield self.report(section.name, mistake.location, mistake.found, mistake.remedy)

    def _unused(self) -> Iterator[Problem]:
        """Mistakes in what groups and defaults say, and no host inherits."""
        for section, key, value, location in self._hosts.unused():
            field = fields_of(Router)[key]
            result = read(field_adapter(Router, key), field.shape, value, self.names)
            for mistake in result.mistakes:
                at = (*location, *mistake.location)
                yield self.report(section, at, mistake.found, mistake.remedy)
            for each in references(field.shape, value, self.names):
                known = self.names(each.section) or ()
                yield self.report(
                    section, (*location, *each.at), *dangling(each.name, each.section, known)
                )

    def _judge_references(self, data: Mapping[str, Any], results: Mapping[str, Read]) -> None:
        found = [
            (section, Reference("groups", name, at))
            for section, name, at in self._hosts.unknown_groups
        ]
        for field, section in SECTIONS.items():
            result, names = results[field], self.names
            named = "routers" if section.name == "hosts" else section.name
            right = data[field]
            if not result.is_right and section.shape.key is not None:
                right = {k: v for k, v in right.items() if k not in result.respelled}
            found += ((named, each) for each in references(section.shape, right, names))
            for each in references(section.shape, result.respelled, names):
                at = result.written(each.at)
                found.append((named, Reference(each.section, each.name, at)))
        wrong = {section.name: results[f].wrong_entries for f, section in SECTIONS.items()}
        found = [
            (named, each)
            for named, each in found
            if not _meant_by(each.name, wrong.get(each.section, frozenset()))
        ]
        self.problems += dangling_problems(found, self.names, self.report)
        # a section without any entry is a file that was emptied: what it lacks is not known
        self.sources.incomplete |= {
            each.section for _, each in found if self.names(each.section) in (None, {}.keys())
        }

    def _usable(self, section: Section, data: Any, result: Read) -> tuple[Any, Any]:  # noqa: ANN401 -- what YAML gives
        """What is right of a section, and what is known of it."""
        if result.is_right and not (section.shape.model and data == {}):
            return result.value, result.value
        if section.shape.model is not None:
            wrong = result.wrong
            if section.name in self.sources.incomplete:  # nothing was read: it has no defaults
                wrong = frozenset((key,) for key in fields_of(section.shape.model))
            known = partial(section.shape.model, result.respelled, wrong)
            return known, known
        item = section.shape.item.model if section.shape.item is not None else None
        assert item is not None  # noqa: S101 -- sections are models or mappings of them
        right = section.adapter.validate_python(
            {key: value for key, value in data.items() if key not in result.respelled},
            by_alias=True,
            by_name=False,
        )
        entries = {
            key: partial(item, value, result.wrong, (key,))
            for key, value in result.respelled.items()
            if isinstance(value, dict) and (key,) not in result.wrong
        }
        return right, right | entries


#: Entries with names of a wrong form, of more than which each name of nothing may be one.
_MANY = 50


def _meant_by(name: object, wrong: Collection[str]) -> bool:
    """Whether it is the right name of an entry that has a name of a wrong form."""
    return bool(wrong) and (len(wrong) > _MANY or nearest(name, wrong) is not None)

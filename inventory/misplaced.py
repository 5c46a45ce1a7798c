"""Entries that stand where none is read: in another section's file, a step too deep, or at the
margin. Each is one mistake of the writer, and would otherwise be as many as it has keys.

What is found is taken out of the sources. What its sections lack then is not known, so that no
name of an entry is missed for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from egovnet.inventory.errors import Location, Problem
from egovnet.inventory.model.annotations import NOUNS, a_noun
from egovnet.inventory.model.shapes import Shape, fields_of
from egovnet.inventory.source.sources import Sources

#: A host is read as several layers; these are Nornir's keys of one.
_HOST = frozenset({"hostname", "port", "platform", "groups", "data", "connection_options"})


@dataclass(frozen=True, slots=True)
class _Keys:
    """The keys of a section's entries."""

    all: frozenset[str]
    required: frozenset[str]


def set_apart(sources: Sources, shapes: Mapping[str, Shape]) -> Iterator[Problem]:
    """Yield a problem for each; linear in the entries. `shapes` are those of sections."""
    kinds = {
        name: _keys(shape.item)
        for name, shape in shapes.items()
        if shape.item is not None and name != "hosts"
    }
    kinds["hosts"] = _Keys(_HOST, frozenset({"hostname", "data"}))
    models = {name: set(fields_of(s.model)) for name, s in shapes.items() if s.model is not None}
    for section in (*kinds, *models):
        for number, document in enumerate(sources.documents.get(section, ())):
            data = document.data or {}
            if section in kinds:
                found = list(_of_entries(section, data, kinds))
            else:
                found = list(_wrapped(section, data, models[section]))
            for key, what, remedy, concerned in found:
                where: Location = (key,)
                yield Problem(document.path, document.line(where), key, what, remedy)
                sources.incomplete |= {section, *concerned}
            if found:
                gone = {key for key, *_ in found}
                if any(not concerned for *_, concerned in found):
                    gone |= data.keys()  # nobody knows how the rest is meant
                kept = {key: value for key, value in data.items() if key not in gone}
                sources.documents[section][number] = replace(document, data=kept)


#: Key, what was found, what to do, and the sections that it is about besides.
_Found = tuple[str, str, str, frozenset[str]]


def _of_entries(
    section: str, data: Mapping[str, Any], kinds: Mapping[str, _Keys]
) -> Iterator[_Found]:
    own = kinds[section].all
    yield from _wrapped(section, data, own)
    yield from _at_the_margin(data, own)
    for name, entry in data.items():
        if not isinstance(entry, dict) or own >= entry.keys():
            continue
        others = [
            other
            for other, keys in kinds.items()
            if other != section and keys.required <= entry.keys() <= keys.all
        ]
        if len(others) == 1:
            file = f"{others[0]}.yaml" if others[0] != "sites" else "a file of sites/"
            found = f"{a_noun(others[0])}, by its keys, where {a_noun(section)} belongs"
            yield name, found, f"move it to {file}", frozenset(others)


def _wrapped(
    section: str, data: Mapping[str, Any], own: frozenset[str] | set[str]
) -> Iterator[_Found]:
    """All of it below a key that says again what the file's name says."""
    inner = data.get(section)
    if len(data) != 1 or not isinstance(inner, dict) or not inner or section in own:
        return
    entries = all(isinstance(value, dict | None) for value in inner.values())
    if (entries and not own & inner.keys()) or (section not in NOUNS and own & inner.keys()):
        remedy = "remove this line, and move what is below it to the left"
        yield section, "the file's own name, and everything below it", remedy, frozenset()


def _at_the_margin(data: Mapping[str, Any], own: frozenset[str]) -> Iterator[_Found]:
    """A name with nothing below it, and the keys that belong there beside it."""
    empty = next((name for name, entry in data.items() if entry is None), None)
    beside = [key for key, value in data.items() if key in own and not isinstance(value, dict)]
    if empty is not None and empty not in own and beside:
        found = f"nothing below it, and {', '.join(beside)} beside it"
        yield empty, found, "indent its keys below it, by two spaces", frozenset()


def _keys(item: Shape) -> _Keys:
    assert item.model is not None  # noqa: S101 -- sections are mappings of models
    fields = fields_of(item.model)
    required = (key for key, each in fields.items() if each.required)
    return _Keys(frozenset(fields), frozenset(required))

"""Mistakes in data that a model is to be made of, in the words of egovnet.

One mistake of the writer is one `Mistake`: a misspelled key is not a missing one as well, and what
several keys of a mapping lack is said once. Each says what was found and what to do: the keys or
values that there are, the one that was probably meant, an example.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Protocol

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from egovnet.inventory.model.annotations import NOUNS, PLATFORMS, a_noun
from egovnet.inventory.model.other_keys import key_meant
from egovnet.inventory.model.shapes import Field, Location, Place, Shape, fields_of, place_at
from egovnet.inventory.model.shown import (
    choices,
    did_you_mean,
    is_credential,
    listed,
    nearest,
    odd_letters,
    said_at,
    shown,
)


class Names(Protocol):
    """Which names there are."""

    def __call__(self, section: str, roles: Collection[str] = (), /) -> Collection[str] | None:
        """Those of a section, of routers with one of `roles`, however wrong; None: nobody knows."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake, at a place of the data as it was written."""

    location: Location
    found: str
    remedy: str
    #: Keys that `mapping` lacks; then `found` and `remedy` are about these.
    lacks: tuple[str, ...] = ()

    @property
    def mapping(self) -> Location:
        """The mapping that lacks keys: one that lacks one key is addressed by that."""
        return self.location[:-1] if len(self.lacks) == 1 else self.location


@dataclass(frozen=True, slots=True)
class Read:
    """What data came to: a value, or mistakes and what can be used in spite of them."""

    #: Where `is_right`. Otherwise something is wrong, if only what another section has to answer
    #: for, such as the form of a name.
    value: Any
    is_right: bool
    mistakes: tuple[Mistake, ...] = ()
    #: The data with misspelled keys as they were meant, and without unknown ones; of a mapping
    #: of entries those alone that have mistakes.
    respelled: Any = None
    #: Where in `respelled` a value is wrong.
    wrong: frozenset[Location] = frozenset()
    #: Where a value of `respelled` is written.
    written: Callable[[Location], Location] = tuple

    def doubted(self, data: Mapping[str, Any], at: Collection[Location]) -> "Read":
        """This, where nobody knows the values at `at` of what was read, which was `data`."""
        entries = {place[0] for place in at}
        respelled = {key: value for key, value in data.items() if key in entries}
        if self.respelled is not None:
            respelled |= self.respelled
        elif isinstance(self.value, BaseModel):
            respelled = dict(data)
        return replace(self, is_right=False, respelled=respelled, wrong=self.wrong | frozenset(at))

    @property
    def wrong_entries(self) -> frozenset[str]:
        """Entries that are wrong as a whole, such as by their names."""
        return frozenset(str(location[0]) for location in self.wrong if len(location) == 1)


def read(
    adapter: TypeAdapter[Any],
    shape: Shape,
    data: Any,  # noqa: ANN401 -- what YAML gives
    names: Names,
    besides: Collection[str] = (),
) -> Read:
    """`data` as a value of `shape`'s type, or every mistake in it.

    `besides` are keys of its models that stand elsewhere, and that no unknown key is meant for.
    """
    try:
        return Read(adapter.validate_python(data, by_alias=True, by_name=False), is_right=True)
    except ValidationError as error:
        broken = {entry["loc"][0] for entry in error.errors(include_url=False) if entry["loc"]}
    entries = shape.key is not None and isinstance(data, dict)
    if entries:  # the others are right, and there may be many
        data = {key: value for key, value in data.items() if key in broken}
    speller = _Speller(frozenset(besides))
    respelled = speller.corrected(shape, data, ())
    explained: list[Mistake] = []
    wrong: frozenset[Location] = frozenset()
    try:
        adapter.validate_python(respelled, by_alias=True, by_name=False)
    except ValidationError as error:
        explained = list(_Explainer(shape, names, besides).mistakes(error))
        errors = error.errors(include_url=False)
        wrong = frozenset(_in_file(entry) for entry in errors if entry["type"] != "missing")
    told = [replace(each, location=speller.written(each.location)) for each in explained]
    return Read(None, False, (*speller.mistakes, *told), respelled, wrong, speller.written)


@dataclass(slots=True)
class _Speller:
    """Finds keys that no model has, and what was meant by them."""

    besides: frozenset[str]
    mistakes: list[Mistake] = field(default_factory=list)
    #: Location of a value where its key stands right -> the key as it is written.
    renamed: dict[Location, str] = field(default_factory=dict)

    def corrected(self, shape: Shape, data: Any, at: Location) -> Any:  # noqa: ANN401 -- what YAML gives
        """`data` with the keys that were meant; what fits no key is left out."""
        if shape.model is not None and isinstance(data, dict):
            fields = fields_of(shape.model)
            meant = self._meant(fields, data, at)
            return {
                key: self.corrected(fields[key].shape, value, (*at, key))
                for key, value in meant.items()
            }
        if shape.item is not None and shape.key is not None and isinstance(data, dict):
            meant = self._chosen(shape.key.choices, data, at) if shape.key.choices else data
            return {k: self.corrected(shape.item, v, (*at, str(k))) for k, v in meant.items()}
        if shape.item is not None and shape.key is None and isinstance(data, list | tuple):
            return [self.corrected(shape.item, v, (*at, index)) for index, v in enumerate(data)]
        return data

    def written(self, location: Location) -> Location:
        """Where the value at a location of the corrected data was written."""
        return tuple(
            self.renamed.get(location[: index + 1], part) for index, part in enumerate(location)
        )

    def _chosen(self, known: Collection[str], data: dict[Any, Any], at: Location) -> dict[Any, Any]:
        """The entries of a mapping whose keys are of a few, under the keys that were meant."""
        meant: dict[Any, Any] = {}
        for key, value in data.items():
            free = [each for each in known if each not in data and each not in meant]
            near = nearest(key, free) if key not in known and not is_credential(key) else None
            if near is not None:
                self.renamed[*at, near] = str(key)
                remedy = f"did you mean {near!r}? use {choices(known)}"
                place = (*self.written(at), str(key))
                self.mistakes.append(Mistake(place, f"{shown(key)} is not known", remedy))
            meant[key if near is None else near] = value
        return meant

    def _meant(self, fields: Mapping[str, Field], data: dict[Any, Any], at: Location) -> Any:  # noqa: ANN401 -- see above
        meant = {key: value for key, value in data.items() if key in fields}
        known = [key for key in fields if key not in self.besides]
        for key in [key for key in data if key not in fields]:
            name, colon, value = str(key).partition(":")
            if colon and data[key] is None and name in fields and name not in meant:
                # in brackets, YAML takes `port:eth1` for a key
                meant[name] = value
                self.renamed[*at, name] = str(key)
                place = (*self.written(at), str(key))
                found, remedy = "no space after the colon", f"write {name}: {value}"
                self.mistakes.append(Mistake(place, found, remedy))
                continue
            free = [each for each in known if each not in data and each not in meant]
            # what stands at a secret's key is never taken for another's value, which is quoted
            near = None if is_credential(key) else key_meant(key, free)
            if near is not None:
                meant[near] = data[key]
                self.renamed[*at, near] = str(key)
            question = f"did you mean {near!r}? " if near is not None else ""
            allowed = f"{question}the keys here are {listed(known, key)}" if known else "remove it"
            found = f"unknown key{odd_letters(key)}"
            self.mistakes.append(Mistake((*self.written(at), str(key)), found, allowed))
        return meant


#: pydantic's error type -> (found, remedy); `{input}` is what was written, others its context.
_WORDS: Mapping[str, tuple[str, str]] = {
    "egovnet": ("{found}", "{remedy}"),
    "string_type": (
        "{input} is not text",
        "write text{such_as}; numbers, dates, yes and no in quotes",
    ),
    "string_too_long": ("{input} is too long", "use at most {max_length} characters"),
    "string_too_short": ("is empty", "write text{such_as}"),
    "greater_than_equal": ("{input} is too small", "use {ge} or more"),
    "less_than_equal": ("{input} is too large", "use {le} or less"),
    "too_short": ("is empty", "give at least one"),
    "too_long": ("{input} is too long", "use at most {max_length} entries"),
}
_NO_WHOLE_NUMBER = ("int_type", "int_parsing", "int_from_float", "int_parsing_size")
_CHOICES = ("enum", "literal_error")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)")
#: What YAML 1.1 takes for a number: octal, hexadecimal, binary, of base 60, with a sign or `_`.
_OLD = re.compile(r"(?!(?:0|[1-9][0-9]*)$)[-+]?(?:0[xobXOB])?[0-9A-Fa-f_]+(?::[0-9_]+)*")


@dataclass(frozen=True, slots=True)
class _Explainer:
    """pydantic's errors in our words; no sentence of pydantic's, and no pattern, gets out."""

    root: Shape
    names: Names
    besides: Collection[str]

    def mistakes(self, error: ValidationError) -> Iterator[Mistake]:
        """Every mistake of the writer."""
        lacking: dict[Location, list[str]] = {}
        for entry in error.errors(include_url=False):
            if entry["type"] == "missing":
                *above, key = entry["loc"]
                lacking.setdefault(tuple(above), []).append(str(key))
            elif not self._follows(entry):
                yield Mistake(_in_file(entry), *self._words(entry))
        for location, keys in lacking.items():
            place = place_at(self.root, location)
            yield missing(location, keys, place, self.names)

    def _follows(self, entry: ErrorDetails) -> bool:
        """Whether the error only repeats another one."""
        if entry["type"] == "too_short" and entry["input"]:
            return True  # of the items that are wrong, each by itself
        shape = place_at(self.root, _in_file(entry)).shape
        if entry["type"] != "string_pattern_mismatch" or _is_key(entry) or shape.names is None:
            return False
        # an entry's bad name is reported where the entry is
        return entry["input"] in (self.names(shape.names) or ())

    def _words(self, entry: ErrorDetails) -> tuple[str, str]:
        kind, value = entry["type"], said_at(entry["loc"], entry["input"])
        place = place_at(self.root, _in_file(entry))
        shape = place.shape
        if _is_key(entry):
            above = place_at(self.root, _in_file(entry)[:-1]).shape
            shape, place = above.key or shape, Place(above.key or shape)
        if kind in _CHOICES and shape.choices:
            meant = did_you_mean(value, shape.choices)
            is_text = isinstance(value, str)
            found = f"is not known{odd_letters(value)}" if is_text else "where one word belongs"
            return f"{shown(value)} {found}", f"{meant}use {choices(shape.choices)}"
        if kind == "string_pattern_mismatch" and shape.form is not None:
            other = other_kind(value, shape.names, self.names) if shape.names else ""
            if shape.names and other:
                known = self.names(shape.names) or ()
                found, remedy = dangling(value, shape.names, known)
                return found + other, remedy
            near = nearest(value, (shape.names and self.names(shape.names)) or ())
            meant = f"did you mean {near!r}? " if near is not None else ""
            return f"{shown(value)} does not fit{odd_letters(value)}", f"{meant}{shape.form.remedy}"
        if kind in _WORDS:
            values: dict[str, Any] = {"input": shown(value), "such_as": _such_as(place)}
            values |= entry.get("ctx", {})
            found, remedy = _WORDS[kind]
            return found.format_map(values), remedy.format_map(values)
        return self._of_another_kind(value, kind, shape, place)

    def _of_another_kind(
        self, value: object, kind: str, shape: Shape, place: Place
    ) -> tuple[str, str]:
        if kind in _NO_WHOLE_NUMBER and isinstance(value, str) and _DECIMAL.fullmatch(value):
            return f"{value} in quotes, which is text", f"write {value} without them"
        if kind in _NO_WHOLE_NUMBER and isinstance(value, str) and _OLD.fullmatch(value):
            return f"{shown(value)} is not a decimal number", "write its digits alone: 65000"
        if kind in _NO_WHOLE_NUMBER:
            return f"{shown(value)} is not a whole number", f"write a whole number{_such_as(place)}"
        if shape.model is not None or shape.key is not None:
            return f"{shown(value)} where a mapping belongs", self._below(shape)
        if shape.item is not None:
            items = value.split(",") if isinstance(value, str) else [value]
            texts = [each.strip() if isinstance(each, str) else each for each in items]
            scalar = isinstance(value, str | int) and not isinstance(value, bool) and value != ""
            such_as = f", such as {in_yaml(texts)}" if scalar else _such_as(place)
            remedy = f"write a list{such_as}"
            return f"{shown(value)} where a list belongs", remedy
        takes = "true or false" if bool in shape.types else f"another value{_such_as(place)}"
        return f"{shown(value)} does not fit", f"write {takes}"

    def _below(self, shape: Shape) -> str:
        if shape.model is None:
            return "write key: value"
        keys = [key for key in fields_of(shape.model) if key not in self.besides]
        return f"write key: value; the keys here are {listed(keys)}"


def missing(location: Location, keys: Collection[str], place: Place, names: Names) -> Mistake:
    """The mistake of a mapping of a model at `location` that lacks keys."""
    lacks = tuple(keys)
    fields = fields_of(place.shape.model) if place.shape.model is not None else {}
    if len(lacks) == 1:
        told = _what(fields[lacks[0]], names) if lacks[0] in fields else ""
        return Mistake((*location, lacks[0]), "is missing", f"add it{told and f': {told}'}", lacks)
    *most, last = lacks
    remedy = "; ".join(
        f"{key}: {_what(fields[key], names)}" if key in fields else key for key in lacks
    )
    return Mistake(location, f"lacks {', '.join(most)} and {last}", f"add {remedy}", lacks)


def _what(field_: Field, names: Names) -> str:
    """What a field is and takes, for one who does not know it: description, values, example."""
    said = field_.description.rstrip(".")
    if said[1:2].islower():
        said = said[0].lower() + said[1:]
    shape = field_.shape.item if field_.shape.item and not field_.shape.key else field_.shape
    if shape.choices:
        takes = f"one of {', '.join(shape.choices)}"
        if shape is not field_.shape:
            takes = f"of {', '.join(shape.choices)}{_such_as(Place(shape, field_))}"
        return "; ".join(filter(None, (said, takes)))
    known = names(shape.names, shape.roles) if shape.names else None
    if known:
        return "; ".join(filter(None, (said, f"one of {listed(known)}")))
    return f"{said}{_such_as(Place(field_.shape, field_))}"


def dangling(written: object, section: str, known: Collection[str]) -> tuple[str, str]:
    """(found, remedy) of a name that is no entry of `section`, whose names are `known`."""
    if section == PLATFORMS:
        return (
            f"no platform {shown(written)}",
            f"{did_you_mean(written, known)}use {choices(known)}",
        )
    there = f"there are {listed(known, written)}; " if known else ""
    remedy = f"{did_you_mean(written, known)}{there}correct the name or add it to {section}.yaml"
    return f"no {NOUNS[section]} {shown(written)}", remedy


def other_kind(name: object, section: str, names: Names) -> str:
    """What a name is that is no entry of `section`: ", which is a site"; "" where it is nothing."""
    for other in NOUNS:
        if other not in (section, PLATFORMS, "groups", "levels") and name in (names(other) or ()):
            return f", which is {a_noun(other)}"
    return ""


def _such_as(place: Place) -> str:
    if place.field is not None and place.field.examples:
        return f", such as {in_yaml(place.field.examples[0])}"
    return f", such as {place.shape.form.example}" if place.shape.form is not None else ""


def in_yaml(value: object) -> str:
    """A value as one writes it in YAML, on one line."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, tuple | set | frozenset):
        value = [each.value if isinstance(each, Enum) else each for each in value]
    text = yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, width=10_000, allow_unicode=True
    )
    return str(text).removesuffix("\n").removesuffix("...").removesuffix("\n")


def _is_key(entry: ErrorDetails) -> bool:
    return bool(entry["loc"]) and entry["loc"][-1] == "[key]"


def _in_file(error: ErrorDetails) -> Location:
    """Where the mistake stands in the section's mapping."""
    # pydantic ends the location of a wrong key with "[key]", which is in no file.
    stated = tuple(part for part in error["loc"] if part != "[key]")
    return (*stated, *error.get("ctx", {}).get("at", ()))

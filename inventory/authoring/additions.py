"""What can be added to an inventory, and what each kind of entry asks for.

An `Option` is a field of the models, so that a new field is one by itself. What one option says is
put into the entry where the field stands.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from pydantic import BaseModel

from egovnet.inventory.authoring.file_kinds import RouterData, file_kinds
from egovnet.inventory.model import SiteNetworkAccess
from egovnet.inventory.model.annotations import PLATFORMS, Form
from egovnet.inventory.model.shapes import Field, Shape, fields_of

#: Stands in an option's path for the name of a site's access.
ACCESS = "*"


@dataclass(frozen=True, slots=True)
class Option:
    """A field of an entry, as an option of the command line."""

    #: Without the two hyphens.
    name: str
    #: Keys that lead to it in the entry.
    path: tuple[str, ...]
    field: Field
    model: type[BaseModel]
    #: It must be said: no group gives it and nothing stands for it.
    required: bool

    @property
    def shape(self) -> Shape:
        """What one value of it is."""
        shape = self.field.shape
        return shape.item if shape.item is not None and shape.key is None else shape

    @property
    def repeated(self) -> bool:
        """Whether it may be given several times."""
        return self.field.shape.item is not None

    def value(self, text: str) -> object:
        """What `text` of a command line is in YAML."""
        if int in self.shape.types and text.removeprefix("-").isdecimal():
            return int(text)
        if date in self.shape.types:
            with suppress(ValueError):  # what is no day is refused by its field
                return date.fromisoformat(text)
        if bool in self.shape.types and text in ("true", "false"):
            return text == "true"
        return text


@dataclass(frozen=True, slots=True)
class EntryKind:
    """A kind of entry that can be added."""

    name: str
    section: str
    options: tuple[Option, ...]
    #: Of its name.
    form: Form | None


@cache
def entry_kinds() -> Mapping[str, EntryKind]:
    """Every kind, in the order in which a network grows."""
    shapes = {kind.name: kind.shape for kind in file_kinds()}
    kinds = {}
    for name, section in (
        ("region", "regions"),
        ("router", "hosts"),
        ("circuit", "circuits"),
        ("agency", "agencies"),
        ("vpn", "vpns"),
        ("site", "sites"),
        ("application", "applications"),
        ("exchange", "exchanges"),
        ("level-rule", "levels"),
    ):
        item = shapes[section].item
        assert item is not None  # noqa: S101 -- these files are mappings of entries
        assert item.model is not None  # noqa: S101 -- of models
        key = shapes[section].key
        options = _apart(_options(item.model, (), required=True))
        kinds[name] = EntryKind(name, section, options, key.form if key is not None else None)
    access = tuple(_options(SiteNetworkAccess, (), required=True))
    kinds["access"] = EntryKind("access", "sites", access, kinds["site"].form)
    return kinds


def _apart(options: Iterator[Option]) -> tuple[Option, ...]:
    """Options of different names: an access may have a key that its site has too."""
    made: dict[str, Option] = {}
    for option in options:
        name = f"access-{option.name}" if option.name in made else option.name
        made[name] = replace(option, name=name)
    return tuple(made.values())


def _options(
    model: type[BaseModel], path: tuple[str, ...], *, required: bool, prefix: str = ""
) -> Iterator[Option]:
    for key, field in fields_of(model).items():
        shape = field.shape
        here = (*path, key)
        if shape.model is not None:
            below = "" if shape.model is RouterData else f"{key}-"
            yield from _options(
                shape.model, here, required=required and field.required, prefix=below
            )
        elif shape.item is not None and shape.item.model is SiteNetworkAccess:
            # the first of several: the others are added one by one
            yield from _options(shape.item.model, (*here, ACCESS), required=required)
        elif shape.key is None:
            # what stands for these is found where the entry is made
            implied = shape.names == PLATFORMS or (model is RouterData and key == "tier")
            must = required and field.required and not implied
            yield Option(f"{prefix}{key}", here, field, model, must)


def entry_of(given: Mapping[str, Any], kind: EntryKind, access: str) -> dict[str, Any]:
    """The entry that options make; `access` is the name of a site's access.

    Keys stand in the order of the models.
    """
    entry: dict[str, Any] = {}
    for option in kind.options:
        if option.name not in given:
            continue
        place = entry
        *above, key = option.path
        for part in above:
            place = place.setdefault(access if part == ACCESS else part, {})
        place[key] = given[option.name]
    return entry

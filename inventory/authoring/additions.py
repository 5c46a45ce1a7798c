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
from egovnet.inventory.model import BorderVpn, SiteNetworkAccess
from egovnet.inventory.model.annotations import PLATFORMS, Form
from egovnet.inventory.model.shapes import Field, Shape, fields_of
from egovnet.inventory.register import Register
from egovnet.inventory.registers import all_registers

#: Stands in an option's path for the name of the first part: of a site's access, for one.
PART = "*"


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
class Parts:
    """Entries within an entry of a section: the first is added with it, others one by one."""

    #: Kind by which a further one is added.
    kind: str
    #: What the entry that has them is called, in a command.
    owner: str
    section: str
    #: Key of the entry that they stand at.
    key: str
    model: type[BaseModel]
    #: What the owner is asked for, and the part's name, as sentences.
    asks: tuple[str, str]


#: Everything of that kind.
PARTS = (
    Parts(
        "access",
        "site",
        "sites",
        "site-network-accesses",
        SiteNetworkAccess,
        ("Site that gets another access.", "Name of the access."),
    ),
    Parts(
        "border-vpn",
        "border",
        "borders",
        "vpns",
        BorderVpn,
        ("Border that another VPN crosses.", "A name of its own at the border, such as the VPN's."),
    ),
)
_PARTS = {parts.model: parts for parts in PARTS}


@dataclass(frozen=True, slots=True)
class OneOf:
    """Options of which one has to be said."""

    #: Begins the sentence that lists the words.
    words: str
    #: By the word that a person chooses.
    options: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class EntryKind:
    """A kind of entry that can be added."""

    name: str
    #: Also the name of its file.
    section: str
    options: tuple[Option, ...]
    #: Of its name.
    form: Form | None
    #: Keys of the file that lead to its entries.
    within: tuple[str, ...] = ()
    #: It is a part of an entry of the section.
    parts: Parts | None = None
    #: The register whose file it is, and no section of the inventory.
    register: Register[Any] | None = None
    one_of: tuple[OneOf, ...] = ()

    def port_beside(self, option: Option) -> Option | None:
        """The option of the port beside that of a router: both are said as `ROUTER:PORT`."""
        *above, key = option.path
        if option.shape.names != "hosts" or option.repeated:
            return None
        near = {(*above, "port"), (*above, f"{key}-port")}
        return next((each for each in self.options if each.path in near), None)

    @property
    def words(self) -> str:
        """What it is called in a sentence."""
        return self.name.replace("-", " ").replace("vpn", "VPN")


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
        ("border", "borders"),
    ):
        kinds[name] = _kind(name, section, shapes[section])
    for parts in PARTS:
        options = tuple(_options(parts.model, (), required=True))
        form = kinds[parts.owner].form
        kinds[parts.kind] = EntryKind(parts.kind, parts.section, options, form, parts=parts)
    circuit = _kind("legacy-circuit", "legacy-circuits", shapes["legacy-circuits"], "circuits")
    kinds[circuit.name] = replace(circuit, one_of=tuple(map(_end, "ab")))
    return kinds


def _kind(name: str, section: str, shape: Shape, *within: str) -> EntryKind:
    for part in within:
        assert shape.model is not None  # noqa: S101 -- a register is a model
        shape = fields_of(shape.model)[part].shape
    item = shape.item
    assert item is not None  # noqa: S101 -- these are mappings of entries
    assert item.model is not None  # noqa: S101 -- of models
    options = _apart(_options(item.model, (), required=True))
    form = shape.key.form if shape.key is not None else None
    registers = (one for one in all_registers() if one.file == f"{section}.yaml")
    return EntryKind(name, section, options, form, within, register=next(registers, None))


def _end(end: str) -> OneOf:
    """An end of a line."""
    where = {"site": ("site",), "router": ("router", "port"), "place": ("place",)}
    options = {word: tuple(f"{end}-{key}" for key in keys) for word, keys in where.items()}
    return OneOf(f"End {end} is one of", options)


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
        elif shape.item is not None and shape.item.model in _PARTS:
            # the first of several: the others are added one by one
            yield from _options(shape.item.model, (*here, PART), required=required)
        elif shape.key is None:
            # what stands for these is found where the entry is made
            implied = shape.names == PLATFORMS or (model is RouterData and key == "tier")
            must = required and field.required and not implied
            yield Option(f"{prefix}{key}", here, field, model, must)


def entry_of(given: Mapping[str, Any], kind: EntryKind, part: str) -> dict[str, Any]:
    """The entry that options make; `part` is the name of its first part, such as an access.

    Keys stand in the order of the models.
    """
    entry: dict[str, Any] = {}
    for option in kind.options:
        if option.name not in given:
            continue
        place = entry
        *above, key = option.path
        for key_above in above:
            place = place.setdefault(part if key_above == PART else key_above, {})
        place[key] = given[option.name]
    return entry

"""The models as data: which keys a mapping has, and what may stand behind each.

Read from the annotations, so that a new field is in errors, schemas and the manual by itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from egovnet.inventory.model.annotations import Form, InWords, NameOf

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """What may stand at a place: a scalar, a list (`item`), a mapping (`key`, `item`), a model."""

    #: Python's types of a scalar; several where one of several may stand.
    types: tuple[type, ...] = ()
    model: type[BaseModel] | None = None
    key: "Shape | None" = None
    item: "Shape | None" = None
    #: Nothing may stand there as well.
    optional: bool = False
    #: The only texts there may be, or those besides `types`.
    choices: tuple[str, ...] = ()
    form: Form | None = None
    #: The least and the most of a number, or the most characters of a text.
    least: int | None = None
    most: int | None = None
    #: The section whose entries it names.
    names: str | None = None
    #: Roles of which a router that is named has one; none: any router does.
    roles: tuple[str, ...] = ()
    words: InWords | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A key of a model."""

    key: str
    #: The model's attribute.
    name: str
    shape: Shape
    required: bool
    #: What stands for it where it is left out.
    default: Any
    description: str
    examples: tuple[Any, ...]
    unit: str
    info: FieldInfo


@cache
def fields_of(model: type[BaseModel]) -> Mapping[str, Field]:
    """The fields of a model by their keys, in its order."""
    return {
        info.alias or name: Field(
            key=info.alias or name,
            name=name,
            shape=shape_of(info.annotation, info.metadata),
            required=info.is_required(),
            default=None if info.is_required() else info.get_default(call_default_factory=True),
            description=info.description or "",
            examples=tuple(info.examples or ()),
            unit=_unit(info),
            info=info,
        )
        for name, info in model.model_fields.items()
    }


def shape_of(annotation: Any, metadata: Iterable[object] = ()) -> Shape:  # noqa: ANN401 -- of any type
    """The shape of an annotation and of what stands beside it in an `Annotated`."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return shape_of(arguments[0], (*arguments[1:], *metadata))
    if origin in (Union, UnionType):
        words = next((each for each in metadata if isinstance(each, InWords)), None)
        return replace(_either([shape_of(each, metadata) for each in arguments]), words=words)
    if origin is dict:
        return Shape(key=shape_of(arguments[0]), item=shape_of(arguments[1]))
    if origin in (tuple, frozenset, list, set):
        return Shape(item=shape_of(arguments[0]))
    if origin is Literal:
        return Shape(types=(str,), choices=tuple(map(str, arguments)))
    return _plain(annotation, list(metadata))


def _plain(annotation: Any, metadata: list[object]) -> Shape:  # noqa: ANN401 -- of any type
    if annotation is NoneType:
        return Shape(optional=True)
    if issubclass(annotation, BaseModel):
        return Shape(model=annotation)
    if issubclass(annotation, Enum):
        return Shape(types=(str,), choices=tuple(str(each.value) for each in annotation))
    form: Form | None = None
    names: str | None = None
    roles: tuple[str, ...] = ()
    words: InWords | None = None
    least: Any = None
    most: Any = None
    for each in _plain_metadata(metadata):
        match each:
            case Form():
                form = each
            case NameOf(section=section):
                names, roles = section, each.roles
            case Ge(ge=bound):
                least = bound if least is None else max(least, bound)
            case Le(le=bound) | MaxLen(max_length=bound):
                most = bound if most is None else min(most, bound)
            case InWords():
                words = each
    return Shape(
        (annotation,), form=form, names=names, roles=roles, least=least, most=most, words=words
    )


def _plain_metadata(metadata: Iterable[object]) -> Iterator[object]:
    """What stands in an `Annotated`, with what is in a `Field` of it."""
    for each in metadata:
        if isinstance(each, FieldInfo):
            yield from _plain_metadata(each.metadata)
        else:
            yield each


def _either(shapes: list[Shape]) -> Shape:
    """One of several: a scalar of several types; of anything else the first, and nothing."""
    some = [shape for shape in shapes if shape != Shape(optional=True)]
    first = some[0]
    return Shape(
        types=tuple(dict.fromkeys(kind for shape in some for kind in _plain_types(shape))),
        model=first.model,
        key=first.key,
        item=first.item,
        optional=len(some) < len(shapes),
        choices=tuple(choice for shape in some for choice in shape.choices),
        form=first.form,
        least=first.least,
        most=first.most,
        names=first.names,
        roles=first.roles,
    )


def _plain_types(shape: Shape) -> tuple[type, ...]:
    return () if shape.choices else shape.types


def _unit(info: FieldInfo) -> str:
    extra = info.json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


@dataclass(frozen=True, slots=True)
class Place:
    """What stands at a location of a file: its shape, and the field that it is the value of."""

    shape: Shape
    #: None: an entry, an item, or a key of a mapping.
    field: Field | None = None
    #: Below a key or an index that the model does not have.
    unknown: bool = False


def place_at(root: Shape, location: Iterable[str | int]) -> Place:
    """The place at a location below `root`, or the last known one on the way."""
    place = Place(root)
    for part in location:
        shape = place.shape
        if shape.model is not None:
            field = fields_of(shape.model).get(str(part))
            if field is None:
                return Place(shape, place.field, unknown=True)
            place = Place(field.shape, field)
        elif shape.item is not None:
            place = Place(shape.item)
        else:
            return Place(shape, place.field, unknown=True)
    return place


def models_below(shape: Shape) -> dict[type[BaseModel], None]:
    """Every model in `shape`, each once, those nearer to it first."""
    found: dict[type[BaseModel], None] = {}
    waiting = [shape]
    while waiting:
        here = waiting.pop(0)
        if here.item is not None:
            waiting.append(here.item)
        if here.model is not None and here.model not in found:
            found[here.model] = None
            waiting += (field.shape for field in fields_of(here.model).values())
    return found

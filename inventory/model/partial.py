"""Values of which a part is not known: what is right in an entry that has a mistake.

Whoever asks for what is not known is interrupted by `CannotBeJudgedError`, so that no error ever
follows from another one: no default, and nothing made up, stands for what was written wrongly.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from egovnet.inventory.model.network import Network
from egovnet.inventory.model.shapes import Field, Location, fields_of

Model = TypeVar("Model", bound=BaseModel)
Item = TypeVar("Item")


class CannotBeJudgedError(Exception):
    """What is asked for was written wrongly, or could not be read."""


def partial(
    model: type[Model],
    data: Any,  # noqa: ANN401 -- what YAML gives
    wrong: Collection[Location],
    at: Location = (),
) -> Model:
    """A `model` of `data`, which stands at `at`; what is `wrong` or missing in it is not known."""
    values: dict[str, Any] = {}
    unknown: list[str] = []
    given = data if isinstance(data, dict) else {}
    for key, field in fields_of(model).items():
        here = (*at, key)
        if key not in given and not field.required and here not in wrong:
            continue
        if key in given and here not in wrong:
            try:
                values[field.name] = _value(model, field, given[key], wrong, here)
            except ValidationError:
                unknown.append(field.name)
        else:
            unknown.append(field.name)
    made: Model = _with_holes(model).model_construct(_fields_set=set(values), **values)
    for name in unknown:
        made.__dict__.pop(name, None)  # a default would stand for it
    return made


def _value(
    model: type[BaseModel], field: Field, data: object, wrong: Collection[Location], at: Location
) -> object:
    try:
        return field_adapter(model, field.key).validate_python(data, by_alias=True, by_name=False)
    except ValidationError:
        shape = field.shape
        if shape.model is not None and isinstance(data, dict):
            return partial(shape.model, data, wrong, at)
        if shape.item is not None and shape.item.model is not None and isinstance(data, dict):
            inner = shape.item.model
            return _SomeEntries(
                (key, partial(inner, value, wrong, (*at, key)))
                for key, value in data.items()
                if (*at, key) not in wrong
            )
        raise


class _SomeEntries(dict[str, Any]):
    """Entries of a mapping of which others are not known."""

    def __missing__(self, key: str) -> Any:  # noqa: ANN401 -- of any entry
        raise CannotBeJudgedError(key)


@cache
def field_adapter(model: type[BaseModel], key: str) -> TypeAdapter[Any]:
    """Reads a value of one field by itself."""
    info = fields_of(model)[key].info
    annotation: Any = info.annotation
    return TypeAdapter(Annotated[(annotation, *info.metadata)] if info.metadata else annotation)


@cache
def _with_holes(model: type[Model]) -> type[Model]:
    """The model whose fields may be unknown."""

    def ask(self: BaseModel, name: str) -> Any:  # noqa: ANN401 -- of any field
        if name in type(self).model_fields:
            raise CannotBeJudgedError(name)
        raise AttributeError(name)

    return type(f"Partial{model.__name__}", (model,), {"__getattr__": ask, "__module__": __name__})


class PartialNetwork(Network):
    """A network of which something is wrong, or could not be read."""

    #: Sections that may have more than is here.
    incomplete: frozenset[str] = frozenset()
    #: Of those of which every entry's name is known all the same: the names.
    named: Mapping[str, frozenset[str]] = {}

    def is_complete(self, section: str) -> bool:
        """Whether everything that `section` says is here and right."""
        return section not in self.incomplete


def as_far_as_known(items: Iterable[Item]) -> Iterator[Item]:
    """`items` until one of them would need what is not known."""
    try:
        yield from items
    except CannotBeJudgedError:
        return

"""Forms made of others: lists, sets, mappings, records, unions."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from egovnet.tasks.runners.wire import strict_json
from egovnet.tasks.runners.wire.form import (
    WORDS,
    Form,
    FormError,
    Shape,
    at,
    each,
    refuse,
    shown_name,
)
from egovnet.tasks.runners.wire.single_forms import SCALARS

#: Kinds of lists -> what is made of one when it is read, and whether it is a set.
LISTS: dict[Any, tuple[Callable[[list[Any]], Any], bool]] = {
    tuple: (tuple, False),
    list: (list, False),
    Sequence: (tuple, False),
    Collection: (tuple, False),
    frozenset: (frozenset, True),
}


def list_of(inner: Form, made: Callable[[list[Any]], Any], is_set: bool) -> Form:
    """A list of `inner`; `made` makes of it what is read, a set where `is_set`."""
    wanted = f"a list of {inner.name}"

    texts = inner is SCALARS[str]

    def write(value: Any) -> list[Any]:
        if not holds(value):
            raise refuse(value, wanted)
        if texts and set(map(type, value)) <= {str}:
            # a PE's VRFs have hundreds of thousands of routes
            return sorted(value) if is_set else list(value)
        if not is_set:
            return each(inner.write, value)
        return sorted(each(inner.write, value), key=strict_json.written)

    def read(value: Any) -> Any:
        if type(value) is not list:
            raise refuse(value, wanted)
        plain = texts and set(map(type, value)) <= {str}
        found = made(value if plain else each(inner.read, value))
        if len(found) != len(value):
            raise FormError("has a member twice")
        return found

    def holds(value: Any) -> bool:
        return isinstance(value, Collection) and not isinstance(value, str | bytes | Mapping)

    return Form(wanted, Shape.LIST, holds, write, read)


def fixed_tuple(parts: Sequence[Form]) -> Form:
    """A tuple of exactly these parts."""
    wanted = f"a list of {len(parts)}"

    def both(value: Any, calls: Sequence[Callable[[Any], Any]]) -> list[Any]:
        if len(value) != len(calls):
            raise FormError(f"is not {wanted}")
        left = iter(calls)
        return each(lambda member: next(left)(member), value)  # noqa: PLW0108 -- another each time

    def write(value: Any) -> list[Any]:
        if not isinstance(value, tuple):
            raise refuse(value, wanted)
        return both(value, [part.write for part in parts])

    def read(value: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise refuse(value, wanted)
        return tuple(both(value, [part.read for part in parts]))

    def holds(value: Any) -> bool:
        return isinstance(value, tuple) and len(value) == len(parts)

    return Form(wanted, Shape.LIST, holds, write, read)


def mapping_of(key: Form, entry: Form) -> Form:
    """A mapping: an object where its keys are texts, else a list of pairs."""
    as_object = key is SCALARS[str]
    wanted = "an object" if as_object else "a list of pairs"
    pair = fixed_tuple([key, entry])

    def write(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise refuse(value, wanted)
        if not as_object:
            return sorted(each(pair.write, list(value.items())), key=strict_json.written)
        return {key.write(name): at(shown_name(name), entry.write, value[name]) for name in value}

    def read(value: Any) -> dict[Any, Any]:
        if as_object:
            if type(value) is not dict:
                raise refuse(value, wanted)
            return {name: at(shown_name(name), entry.read, below) for name, below in value.items()}
        if type(value) is not list:
            raise refuse(value, wanted)
        found = dict(each(pair.read, value))
        if len(found) != len(value):
            raise FormError("has a key twice")
        return found

    shape = Shape.OBJECT if as_object else Shape.LIST
    return Form(wanted, shape, lambda value: isinstance(value, Mapping), write, read)


def record_of(kind: type[Any], members: Mapping[str, Form]) -> Form:
    """A dataclass: an object of all its fields."""
    wanted = f"a {kind.__name__}"

    def write(value: Any) -> dict[str, Any]:
        if type(value) is not kind:
            raise refuse(value, wanted)
        return {name: at(name, form.write, getattr(value, name)) for name, form in members.items()}

    def read(value: Any) -> Any:
        found = read_fields(value, members)
        try:
            return kind(**found)
        except ValueError:
            raise FormError(f"is not {wanted}") from None

    return Form(wanted, Shape.OBJECT, lambda value: type(value) is kind, write, read)


def read_fields(value: Any, members: Mapping[str, Form]) -> dict[str, Any]:
    """The fields of an object that has exactly these.

    Raises:
        FormError: one is missing, one too many, or one is of another form.
    """
    if type(value) is not dict:
        raise refuse(value, "an object")
    if missing := [name for name in members if name not in value]:
        raise FormError(f"has no {missing[0]}")
    if unknown := [name for name in value if name not in members]:
        raise FormError(f"has a field that is not known, {shown_name(unknown[0])!r}")
    return {name: at(name, form.read, value[name]) for name, form in members.items()}


def union_of(members: Sequence[Form]) -> Form:
    """One of several, which JSON must tell apart.

    Raises:
        TypeError: it does not.
    """
    wanted = " or ".join(member.name for member in members)
    shapes = [member.shape for member in members]
    if len(set(shapes)) < len(shapes) or (
        Shape.TEXT in shapes and {Shape.TEXT_4, Shape.TEXT_6} & set(shapes)
    ):
        raise TypeError(f"{wanted}: JSON does not tell them apart")
    by_shape = dict(zip(shapes, members, strict=True))
    texts = [by_shape[s] for s in (Shape.TEXT_4, Shape.TEXT_6) if s in by_shape]
    others = [member for member in members if member.shape is not Shape.NULL]

    def write(value: Any) -> Any:
        for member in members:
            if member.holds(value):
                return member.write(value)
        if len(others) == 1:
            return others[0].write(value)  # it says better what is wrong, or takes it
        raise refuse(value, wanted)

    def read(value: Any) -> Any:
        shape = WORDS[type(value)][1]
        if shape in by_shape:
            return by_shape[shape].read(value)
        if shape is not Shape.TEXT or not texts:
            raise refuse(value, wanted)
        for member in texts[:-1]:
            try:
                return member.read(value)
            except FormError:
                continue
        return texts[-1].read(value)

    # what holds a union in a union is one flat union to Python
    return Form(
        wanted, Shape.OBJECT, lambda value: any(m.holds(value) for m in members), write, read
    )

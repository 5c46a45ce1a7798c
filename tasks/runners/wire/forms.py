"""Closed forms: how a value of a type is written in JSON and read back, exactly and nothing else.

A form is made from a type hint. What it reads has every field of the hint, no other, each of its
type; so reading what was written gives an equal value, and a hint that leaves anything open (Any,
a callable, a Protocol, a class that holds itself) has no form: that is a TypeError where the form
is made, not a surprise on its way. Neither have credentials.

| hint | in JSON |
|---|---|
| str, int, float, bool, None | the same; a bool is no int |
| bytes | text, base64 |
| Literal, Enum | its value |
| addresses and networks of `ipaddress` | text, as Python writes it |
| tuple, list, Sequence, Collection, frozenset | list; a set's in order, none twice |
| dict, Mapping | object where keys are str; else list of [key, value], no key twice |
| frozen dataclass | object of all its fields |
| union | as the one member that has the value |
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from egovnet.tasks.credentials import Credentials
from egovnet.tasks.runners.wire.compound_forms import (
    LISTS,
    fixed_tuple,
    list_of,
    mapping_of,
    record_of,
    union_of,
)
from egovnet.tasks.runners.wire.form import Form
from egovnet.tasks.runners.wire.single_forms import SCALARS, choice


class Forms:
    """Forms by hint, made when they are asked for.

    `given` are forms of hints that have none by themselves, such as a Protocol's.
    """

    def __init__(self, given: Mapping[object, Form] | None = None) -> None:
        self._made: dict[object, Form] = dict(given or {})
        self._making: list[object] = []

    def of(self, hint: Any) -> Form:
        """The form of a type hint.

        Raises:
            TypeError: it leaves something open.
        """
        if hint not in self._made:
            if hint in self._making:
                raise TypeError(f"{hint} holds itself: there is no end to its form")
            self._making.append(hint)
            try:
                self._made[hint] = self._make(hint)
            finally:
                self._making.pop()
        return self._made[hint]

    def _make(self, hint: Any) -> Form:
        if hint in SCALARS:
            return SCALARS[hint]
        if isinstance(hint, type) and issubclass(hint, Enum):
            return choice(hint, {member.value: member for member in hint})
        if get_origin(hint) is Literal:
            return choice(hint, {value: value for value in get_args(hint)})
        return self._compound(hint)

    def _compound(self, hint: Any) -> Form:
        origin, arguments = get_origin(hint), get_args(hint)
        if is_dataclass(origin or hint):
            return self._record(origin or hint, arguments)
        if origin is tuple and arguments[1:] != (...,):
            return fixed_tuple([self.of(part) for part in arguments])
        if origin in LISTS:
            return list_of(self.of(arguments[0]), *LISTS[origin])
        if origin in (dict, Mapping):
            return mapping_of(self.of(arguments[0]), self.of(arguments[1]))
        if origin in (Union, UnionType):
            return union_of([self.of(member) for member in arguments])
        raise TypeError(f"{hint} has no closed form")

    def _record(self, kind: Any, arguments: tuple[Any, ...]) -> Form:
        if kind is Credentials:
            raise TypeError("credentials do not leave their process")
        if not kind.__dataclass_params__.frozen or any(not f.init for f in fields(kind)):
            raise TypeError(f"{kind.__name__} is no frozen dataclass of its arguments")
        bound = dict(zip(getattr(kind, "__parameters__", ()), arguments, strict=True))
        hints = get_type_hints(kind)
        return record_of(
            kind, {f.name: self.of(with_bound(hints[f.name], bound)) for f in fields(kind)}
        )


def with_bound(hint: Any, bound: Mapping[Any, Any]) -> Any:
    """A hint with type variables replaced, where they stand alone or in a union."""
    if isinstance(hint, TypeVar):
        return bound[hint]
    if get_origin(hint) in (Union, UnionType):
        return Union[tuple(with_bound(member, bound) for member in get_args(hint))]  # noqa: UP007 -- made while running
    return hint

"""A form: how values of one type are written in JSON and read back, exactly and nothing else."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum
from types import NoneType
from typing import Any

#: How much of a name that somebody sent is quoted.
_QUOTED = 40


class FormError(ValueError):
    """A value that is not of its form: where, and what is wrong. It quotes no value."""

    def __init__(self, what: str, where: str = "") -> None:
        super().__init__(f"{where}: {what}" if where else what)
        self.what, self.where = what, where

    def within(self, outer: str) -> "FormError":
        """The same, seen from further out."""
        inner = self.where
        glue = "." if inner and not inner.startswith("[") else ""
        return FormError(self.what, f"{outer}{glue}{inner}")


class Shape(Enum):
    """How a form looks in JSON; members of a union are told apart by it."""

    NULL = "null"
    TRUTH = "true or false"
    NUMBER = "a number"
    TEXT = "text"
    #: Addresses and prefixes: texts that are told apart by their signs.
    TEXT_4 = "text of IPv4"
    TEXT_6 = "text of IPv6"
    LIST = "a list"
    OBJECT = "an object"


@dataclass(frozen=True, slots=True)
class Form:
    """`write` gives JSON of a value, `read` a value of JSON; both raise FormError.

    `holds`: whether a value is of this form's type, which a union asks.
    """

    name: str
    shape: Shape
    holds: Callable[[Any], bool]
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


#: The word in JSON for a Python type that json.loads gives, and its shape.
WORDS = {
    dict: ("an object", Shape.OBJECT),
    list: ("a list", Shape.LIST),
    str: ("text", Shape.TEXT),
    int: ("a whole number", Shape.NUMBER),
    float: ("a number", Shape.NUMBER),
    bool: ("true or false", Shape.TRUTH),
    NoneType: ("null", Shape.NULL),
}


def refuse(value: Any, wanted: str) -> FormError:
    """What is wrong with a value of another type; the value is not quoted."""
    found = WORDS.get(type(value), (f"a {type(value).__name__}",))[0]
    return FormError(f"is {found}, not {wanted}")


def each(call: Callable[[Any], Any], values: Collection[Any]) -> list[Any]:
    """`call` on each; an error says which one it was."""
    done: list[Any] = []
    try:
        for value in values:
            done.append(call(value))
    except FormError as error:
        raise error.within(f"[{len(done)}]") from None
    return done


def at(where: str, call: Callable[[Any], Any], value: Any) -> Any:
    """`call(value)`; an error says where it was."""
    try:
        return call(value)
    except FormError as error:
        raise error.within(where) from None


def shown_name(sent: Any) -> str:
    """A name that somebody sent, so that it can be shown."""
    whole = str(sent)
    short = whole[:_QUOTED] + ("..." if len(whole) > _QUOTED else "")
    return "".join(c if c.isprintable() and c.isascii() else "?" for c in short)

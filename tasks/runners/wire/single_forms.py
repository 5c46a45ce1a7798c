"""Forms of single values: texts, numbers, octets, addresses, choices."""

import base64
import binascii
import ipaddress
from collections.abc import Callable, Mapping
from enum import Enum
from types import NoneType
from typing import Any

from egovnet.tasks.runners.wire.form import WORDS, Form, FormError, Shape, refuse


def _scalar(kind: type, shape: Shape, plain: Callable[[Any], Any]) -> Form:
    """`plain` takes what a subclass adds, such as an enumeration's name, off a value."""
    wanted = WORDS[kind][0]

    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise refuse(value, wanted)
        return value

    def write(value: Any) -> Any:
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise refuse(value, wanted)
        return plain(value)

    return Form(wanted, shape, lambda value: type(value) is kind, write, read)


def _write_float(value: Any) -> float:
    if type(value) not in (int, float):
        raise refuse(value, "a number")
    return float(value)


def _read_float(value: Any) -> float:
    if type(value) is not float:
        raise refuse(value, "a number")
    return value


def _read_octets(value: Any) -> bytes:
    if type(value) is not str:
        raise refuse(value, "text in base64")
    try:
        found = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise FormError("is not base64") from None
    if base64.b64encode(found).decode() != value:
        raise FormError("is not base64 in its one spelling")
    return found


def _write_octets(value: Any) -> str:
    if type(value) is not bytes:
        raise refuse(value, "octets")
    return base64.b64encode(value).decode()


def _address(kind: type) -> Form:
    wanted = f"an {kind.__name__}"

    def write(value: Any) -> str:
        if type(value) is not kind:
            raise refuse(value, wanted)
        if getattr(value, "scope_id", None):
            raise FormError(f"is {wanted} with a zone")
        return str(value)

    def read(value: Any) -> Any:
        if type(value) is not str:
            raise refuse(value, wanted)
        try:
            found = kind(value)
        except ValueError:
            raise FormError(f"is not {wanted}") from None
        # a zone (fe80::1%eth0) may hold any sign
        if str(found) != value or "%" in value:
            raise FormError(f"is not {wanted} in its one spelling")
        return found

    shape = Shape.TEXT_4 if "v4" in kind.__name__ else Shape.TEXT_6
    return Form(wanted, shape, lambda value: type(value) is kind, write, read)


_NOTHING = _scalar(NoneType, Shape.NULL, lambda _: None)
#: Hint -> its form.
SCALARS: dict[Any, Form] = {
    # not str(): an enumeration that is a str may say its name there
    str: _scalar(str, Shape.TEXT, str.__str__),
    int: _scalar(int, Shape.NUMBER, int),
    bool: _scalar(bool, Shape.TRUTH, bool),
    None: _NOTHING,
    NoneType: _NOTHING,
    float: Form("a number", Shape.NUMBER, lambda v: type(v) is float, _write_float, _read_float),
    bytes: Form("octets", Shape.TEXT, lambda v: type(v) is bytes, _write_octets, _read_octets),
    **{
        kind: _address(kind)
        for kind in (
            ipaddress.IPv4Address,
            ipaddress.IPv6Address,
            ipaddress.IPv4Interface,
            ipaddress.IPv6Interface,
            ipaddress.IPv4Network,
            ipaddress.IPv6Network,
        )
    },
}


def choice(hint: Any, members: Mapping[Any, Any]) -> Form:
    """The form of one of `members`, by their values: all texts, or all whole numbers."""
    kinds = {type(value) for value in members}
    if not members or not (kinds <= {str} or kinds <= {int}):
        raise TypeError(f"{hint} is no choice of texts or of whole numbers")
    (kind,) = kinds
    by_member = {member: value for value, member in members.items()}
    name = hint.__name__ if isinstance(hint, type) else " or ".join(map(repr, members))

    def write(value: Any) -> Any:
        if not holds(value):
            raise FormError(f"is none of {name}")
        return by_member[value]

    def read(value: Any) -> Any:
        # True equals 1: the type counts as well
        if type(value) is not kind or value not in members:
            raise FormError(f"is none of {name}")
        return members[value]

    def holds(value: Any) -> bool:
        return isinstance(value, kind | Enum) and value in by_member

    return Form(name, WORDS[kind][1], holds, write, read)

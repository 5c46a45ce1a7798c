"""Named sets of nftables that hold values which stand in the text.

A set that nft does not take as it is said is refused: with one line that it does not take, it takes
none of the file.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from egovnet.templates.frr.config.draft import Unclear
from egovnet.templates.frr.config.nftables_values import (
    check_interface,
    check_value,
    number_range,
    protocol,
    quoted,
    read_prefixes,
)

#: Flags of sets that only the text changes.
_FLAGS = re.compile(r"flags (constant|interval|constant, ?interval|interval, ?constant)")
_SIZE = re.compile(r"size ([1-9][0-9]{0,8})", re.ASCII)


@dataclass(frozen=True, slots=True)
class NamedSet:
    """Values of one of nft's types, such as `ipv4_addr`."""

    kind: str
    values: tuple[str, ...]


def _addresses(value: str) -> tuple[int, int]:
    prefixes = list(read_prefixes(value, "ipv6" if ":" in value else "ipv4"))
    if not prefixes:
        raise Unclear(f"{value} is not an address")
    return int(prefixes[0].network_address), int(prefixes[-1].broadcast_address)


def _ipv4(value: str) -> tuple[int, int]:
    if ":" in value:
        raise Unclear(f"{value} is not an address of IPv4")
    return _addresses(value)


def _ipv6(value: str) -> tuple[int, int]:
    if ":" not in value:
        raise Unclear(f"{value} is not an address of IPv6")
    return _addresses(value)


def _protocol(value: str) -> None:
    protocol(value)


def _name(value: str) -> None:
    check_interface(quoted(value))


#: By type: what a value is from and to, where it is one of numbers. Raises Unclear, ValueError.
_TYPES: Mapping[str, Callable[[str], tuple[int, int] | None]] = {
    "ipv4_addr": _ipv4,
    "ipv6_addr": _ipv6,
    "inet_service": lambda value: number_range(value, "port"),
    "inet_proto": _protocol,
    "ifname": _name,
}


def read_set(lines: list[tuple[int, str]]) -> NamedSet:
    """The values of a set. Raises Unclear, ValueError where packets or time may change them, and
    where nft refuses it."""
    said: dict[str, str] = {}
    for _, text in lines:
        word, _, rest = text.partition(" ")
        if word in said:
            raise Unclear("one thing is said twice")
        said[word] = rest
        known = (
            (word == "type" and rest in _TYPES)
            or text == "auto-merge"
            or _SIZE.fullmatch(text)
            or _FLAGS.fullmatch(text)
            or (word == "elements" and rest.startswith("= {") and rest.endswith("}"))
        )
        if not known:
            raise Unclear(f"a set with {text}")
    values = tuple(value.strip() for value in said.get("elements", "")[3:-1].split(","))
    if "type" not in said or not all(values):
        raise Unclear("a set whose values are not known")
    intervals = "interval" in said.get("flags", "")
    ranges = said["type"] != "ifname" and any("/" in value or "-" in value for value in values)
    if ranges and not intervals:
        raise Unclear("nft refuses ranges in a set without the flag interval, and the filter too")
    if "auto-merge" in said and not intervals:
        raise Unclear("nft refuses auto-merge without the flag interval, and the filter with it")
    # the kernel counts both ends of an interval, and one more
    if "size" in said and int(said["size"]) <= 2 * len(values):
        raise Unclear("the kernel may refuse so many values, and the filter with them")
    numbers = [_checked(said["type"], value) for value in values]
    if "auto-merge" not in said:
        _check_apart(one for one in numbers if one is not None)
    return NamedSet(said["type"], values)


def _checked(kind: str, value: str) -> tuple[int, int] | None:
    """From and to of a value of a type. Raises Unclear for what nft does not take there."""
    if kind != "ifname":
        check_value(value)
    try:
        return _TYPES[kind](value)
    except ValueError as error:
        raise Unclear(f"{value} is no value of a set of {kind}") from error


def _check_apart(ranges: Iterable[tuple[int, int]]) -> None:
    """Raise Unclear where two intervals overlap and are not the same."""
    last = -1
    for low, high in sorted(set(ranges)):
        if low <= last:
            raise Unclear("nft refuses intervals that overlap, and the filter with them")
        last = high

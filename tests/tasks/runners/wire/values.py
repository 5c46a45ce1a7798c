"""Hypothesis strategies of the values of a type hint, for every hint that has a closed form."""

import ipaddress
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from egovnet.tasks.driver import DeviceFault, LineChange
from egovnet.tasks.runners.wire.device_records import DeviceFaultRecord, LineChangeRecord
from egovnet.tasks.runners.wire.forms import with_bound

_MOST = 2
_RECORDS = {LineChange: LineChangeRecord, DeviceFault: DeviceFaultRecord}


def _networks(version: Literal[4, 6]) -> st.SearchStrategy[Any]:
    longest = {4: 32, 6: 128}[version]
    return st.builds(
        lambda address, length: (
            ipaddress.ip_network((int(address), length), strict=False)
            if version == 4
            else ipaddress.IPv6Network((int(address), length), strict=False)
        ),
        st.ip_addresses(v=version),
        st.integers(0, longest),
    )


_SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=6),
    int: st.integers(),
    bool: st.booleans(),
    None: st.none(),
    NoneType: st.none(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bytes: st.binary(max_size=8),
    ipaddress.IPv4Address: st.ip_addresses(v=4),
    ipaddress.IPv6Address: st.ip_addresses(v=6),
    ipaddress.IPv4Interface: st.builds(
        lambda a, n: ipaddress.IPv4Interface((a, n)), st.ip_addresses(v=4), st.integers(0, 32)
    ),
    ipaddress.IPv6Interface: st.builds(
        lambda a, n: ipaddress.IPv6Interface((a, n)), st.ip_addresses(v=6), st.integers(0, 128)
    ),
    ipaddress.IPv4Network: _networks(4),
    ipaddress.IPv6Network: _networks(6),
}


def values(hint: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401, PLR0911 -- hints have no type, and there are many kinds
    """Values of a type hint."""
    hint = _RECORDS.get(hint, hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _SCALARS:
        return _SCALARS[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, UnionType):
        return st.one_of([values(member) for member in arguments])
    if is_dataclass(origin or hint):
        return _records(origin or hint, arguments)
    if origin is tuple and arguments[1:] != (...,):
        return st.tuples(*(values(part) for part in arguments))
    if origin is frozenset:
        return st.frozensets(values(arguments[0]), max_size=_MOST)
    if origin in (tuple, Sequence, Collection):
        return st.lists(values(arguments[0]), max_size=_MOST).map(tuple)
    if origin is list:
        return st.lists(values(arguments[0]), max_size=_MOST)
    assert origin in (dict, Mapping), hint
    return st.dictionaries(values(arguments[0]), values(arguments[1]), max_size=_MOST)


def _records(kind: Any, arguments: tuple[Any, ...]) -> st.SearchStrategy[Any]:  # noqa: ANN401 -- as above
    bound = dict(zip(getattr(kind, "__parameters__", ()), arguments, strict=True))
    hints = get_type_hints(kind)
    return st.builds(
        kind, **{f.name: values(with_bound(hints[f.name], bound)) for f in fields(kind)}
    )

"""Where results become words: no key of a device's line gets out, whoever shows it, or where.

Every `Outcome` goes by here when it is made, and so does every reason why a device failed; the
terminal, JSON, pages and files read results only.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")
#: No words without one of these quote a line with a key, on any platform.
_HINTS = ("passw", "key", "secret", "auth", "md5", "communit", "psk", "phrase", "cipher")


def hidden(words: str) -> str:
    """`words` without keys."""
    lower = words.lower()
    if not any(hint in lower for hint in _HINTS):
        return words
    # a platform's rules are loaded where there is something to look at
    from egovnet.templates.registry import hide_keys  # noqa: PLC0415

    return hide_keys(words)


def without_secrets(value: T) -> T:
    """`value`, a result or a part of one, with every text in it hidden; itself if nothing was."""
    changed: Any = _hidden(value)
    return changed  # type: ignore[no-any-return] # the same type, field by field


def _hidden(value: Any) -> Any:
    changed = value
    if type(value) is str:
        changed = hidden(value)
    elif isinstance(value, Enum):
        pass  # our own words
    elif isinstance(value, Mapping):
        pairs = {_hidden(key): _hidden(below) for key, below in value.items()}
        same = all(k is a and v is b for (k, v), (a, b) in _pairs(value, pairs))
        changed = value if same else pairs
    elif type(value) in (tuple, list):
        items = [_hidden(item) for item in value]
        same = all(old is new for old, new in zip(value, items, strict=True))
        changed = value if same else type(value)(items)
    elif isinstance(value, frozenset):
        changed = frozenset(map(_hidden, value))
    elif is_dataclass(value) and not isinstance(value, type):
        changed = _dataclass(value)
    return changed


def _pairs(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> Any:
    """Entries side by side; of different lengths where two keys became one."""
    if len(old) != len(new):
        return [((None, None), (0, 0))]
    return zip(old.items(), new.items(), strict=True)


def _dataclass(value: Any) -> Any:
    changes = {}
    for field in fields(value):
        before = getattr(value, field.name)
        after = _hidden(before)
        if after is not before:
            changes[field.name] = after
    if not changes:
        return value
    # not `replace`: a field may not be one of the constructor's
    copy = object.__new__(type(value))
    for field in fields(value):
        object.__setattr__(copy, field.name, changes.get(field.name, getattr(value, field.name)))
    return copy

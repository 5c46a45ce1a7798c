"""Facts as plain data, as case files write them: defaults left out, values spelled as text."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any


def plain(value: object) -> Any:  # noqa: ANN401 -- plain data of any shape
    """Dataclasses as mappings without their defaults and line numbers; octets as hex."""
    if is_dataclass(value) and not isinstance(value, type):
        result = {}
        for item in fields(value):
            held = getattr(value, item.name)
            factory = item.default_factory
            default = item.default if factory is MISSING else factory()
            if not item.name.endswith("line") and item.name != "lines" and held != default:
                result[item.name] = plain(held)
        return result
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {("default" if key is None else str(key)): plain(v) for key, v in value.items()}
    if isinstance(value, frozenset):
        return sorted((plain(item) for item in value), key=str)
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def missing(expected: object, found: object, path: str = "") -> list[str]:
    """Where `found` has not what `expected` has; mappings may have more, lists may not."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return [
            problem
            for key, value in expected.items()
            for problem in missing(value, found.get(key), f"{path}/{key}")
        ]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(expected, found, strict=True))
        return [p for i, (one, other) in pairs for p in missing(one, other, f"{path}[{i}]")]
    if expected == found:
        return []
    return [f"{path}: expected {expected!r}, found {found!r}"]

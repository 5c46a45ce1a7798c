"""JSON Schema, draft 7, as far as our schemas use it; an unknown keyword is an error.

Written from the specification (draft-handrews-json-schema-validation-01), so that the schemas are
tried without what made them.
"""

import re
from datetime import date
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str, date),  # YAML reads an unquoted day as one
    "null": (type(None),),
    "boolean": (bool,),
}
#: Keywords that say something to people only.
_NOTES = {
    *("$schema", "title", "description", "examples", "default", "definitions", "format"),
    "patternErrorMessage",
}


def mistakes(schema: Any, value: Any, root: Any = None, at: str = "") -> list[str]:  # noqa: ANN401 -- JSON is any
    """What is wrong with `value`, each with its place."""
    root = schema if root is None else root
    if schema is True:
        return []
    if schema is False:
        return [f"{at}: nothing may stand here"]
    found: list[str] = []
    for keyword, rule in schema.items():
        if keyword not in _NOTES:
            found += _CHECKS[keyword](rule, value, root, at, schema)
    return found


def _type(rule: Any, value: Any, _root: Any, at: str, _schema: Any) -> list[str]:  # noqa: ANN401
    names = rule if isinstance(rule, list) else [rule]
    return [] if any(_is(name, value) for name in names) else [f"{at}: not {' or '.join(names)}"]


def _is(name: str, value: Any) -> bool:  # noqa: ANN401
    if name in ("integer", "number"):
        return isinstance(value, int if name == "integer" else (int, float)) and value not in (
            True,
            False,
        )
    return isinstance(value, _TYPES[name])


def _properties(rule: Any, value: Any, root: Any, at: str, _schema: Any) -> list[str]:  # noqa: ANN401
    if not isinstance(value, dict):
        return []
    return [
        each
        for key, below in rule.items()
        if key in value
        for each in mistakes(below, value[key], root, f"{at}.{key}")
    ]


def _additional(rule: Any, value: Any, root: Any, at: str, schema: Any) -> list[str]:  # noqa: ANN401
    if not isinstance(value, dict):
        return []
    known = schema.get("properties", {})
    return [
        each
        for key, below in value.items()
        if key not in known
        for each in mistakes(rule, below, root, f"{at}.{key}")
    ]


def _names(rule: Any, value: Any, root: Any, at: str, _schema: Any) -> list[str]:  # noqa: ANN401
    keys = value if isinstance(value, dict) else ()
    return [each for key in keys for each in mistakes(rule, key, root, f"{at}.{key}")]


def _reference(rule: str, value: Any, root: Any, at: str, _schema: Any) -> list[str]:  # noqa: ANN401
    place = root
    for part in rule.removeprefix("#/").split("/"):
        place = place[part]
    return mistakes(place, value, root, at)


def _any_of(rule: Any, value: Any, root: Any, at: str, _schema: Any) -> list[str]:  # noqa: ANN401
    tried = [mistakes(each, value, root, at) for each in rule]
    return [] if any(not each for each in tried) else [f"{at}: none of {len(tried)} fits"]


def _all_of(rule: Any, value: Any, root: Any, at: str, _schema: Any) -> list[str]:  # noqa: ANN401
    return [each for below in rule for each in mistakes(below, value, root, at)]


def _items(rule: Any, value: Any, root: Any, at: str, _schema: Any) -> list[str]:  # noqa: ANN401
    items = enumerate(value) if isinstance(value, list) else ()
    return [each for i, below in items for each in mistakes(rule, below, root, f"{at}.{i}")]


def _number(rule: Any, value: Any, right: bool, at: str) -> list[str]:  # noqa: ANN401
    applies = isinstance(value, int | float) and not isinstance(value, bool)
    return [f"{at}: {value} is out of range {rule}"] if applies and not right else []


_CHECKS: dict[str, Any] = {
    "type": _type,
    "properties": _properties,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "$ref": _reference,
    "anyOf": _any_of,
    "allOf": _all_of,
    "items": _items,
    "required": lambda rule, value, _r, at, _s: (
        [f"{at}: lacks {key}" for key in rule if key not in value]
        if isinstance(value, dict)
        else []
    ),
    "enum": lambda rule, value, _r, at, _s: [] if value in rule else [f"{at}: not one of {rule}"],
    "const": lambda rule, value, _r, at, _s: [] if value == rule else [f"{at}: not {rule}"],
    "pattern": lambda rule, value, _r, at, _s: (
        [f"{at}: {value!r} has another form"]
        if isinstance(value, str) and not re.search(rule, value)
        else []
    ),
    "minimum": lambda rule, value, _r, at, _s: _number(rule, value, _at_least(value, rule), at),
    "maximum": lambda rule, value, _r, at, _s: _number(rule, value, not _above(value, rule), at),
    "maxLength": lambda rule, value, _r, at, _s: (
        [f"{at}: too long"] if isinstance(value, str) and len(value) > rule else []
    ),
    "minLength": lambda rule, value, _r, at, _s: (
        [f"{at}: too short"] if isinstance(value, str) and len(value) < rule else []
    ),
    "minItems": lambda rule, value, _r, at, _s: (
        [f"{at}: too few"] if isinstance(value, list) and len(value) < rule else []
    ),
    "minProperties": lambda rule, value, _r, at, _s: (
        [f"{at}: too few"] if isinstance(value, dict) and len(value) < rule else []
    ),
    "uniqueItems": lambda rule, value, _r, at, _s: (
        [f"{at}: twice"]
        if rule and isinstance(value, list) and len({str(each) for each in value}) < len(value)
        else []
    ),
}


def _at_least(value: Any, rule: Any) -> bool:  # noqa: ANN401
    return isinstance(value, int | float) and value >= rule


def _above(value: Any, rule: Any) -> bool:  # noqa: ANN401
    return isinstance(value, int | float) and value > rule

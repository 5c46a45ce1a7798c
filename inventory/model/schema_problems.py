"""pydantic's errors in the words of egovnet: what was found, and what to do next."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

#: pydantic's error type -> (found, remedy); `{input}` is what was written, others its context.
_WORDS: Mapping[str, tuple[str, str]] = {
    "egovnet": ("{found}", "{remedy}"),
    "extra_forbidden": ("unknown key", "remove it or correct its spelling"),
    "missing": ("is missing", "add it"),
    "string_type": ("{input} is no text", "write text; put numbers and yes or no in quotes"),
    "string_pattern_mismatch": ("{input} is not of the form {pattern}", "write it in that form"),
    "string_too_long": ("{input} is too long", "use at most {max_length} characters"),
    "int_type": ("{input} is no whole number", "write a whole number"),
    "int_parsing": ("{input} is no whole number", "write a whole number"),
    "int_from_float": ("{input} is no whole number", "write a whole number"),
    "greater_than_equal": ("{input} is too small", "use {ge} or more"),
    "less_than_equal": ("{input} is too large", "use {le} or less"),
    "literal_error": ("{input} is not known", "use {expected}"),
    "enum": ("{input} is not known", "use {expected}"),
    "too_short": ("is empty", "give at least one"),
    "tuple_type": ("{input} where a list belongs", "write [first, second]"),
    "frozen_set_type": ("{input} where a list belongs", "write [first, second]"),
    "dict_type": ("{input} where a mapping belongs", "write key: value"),
    "model_type": ("{input} where a mapping belongs", "write key: value"),
}

#: What YAML 1.1 takes for a number: octal, hexadecimal, binary, of base 60, with a sign or `_`.
_OLD = re.compile(r"(?!(?:0|[1-9][0-9]*)$)[-+]?(?:0[xobXOB])?[0-9A-Fa-f_]+(?::[0-9_]+)*")


def errors_of(error: ValidationError) -> list[ErrorDetails]:
    """pydantic's errors that are mistakes of the writer.

    A list of which no item is right is too short to pydantic, besides what is wrong with each.
    """
    return [
        entry
        for entry in error.errors(include_url=False)
        if not (entry["type"] == "too_short" and entry["input"])
    ]


def words(error: ErrorDetails) -> tuple[str, str]:
    """(found, remedy) of one of pydantic's errors."""
    kind = error["type"]
    if kind not in _WORDS:
        return f"{shown(error['input'])}: {error['msg']}", "correct it"
    if kind == "int_type" and isinstance(error["input"], str) and _OLD.fullmatch(error["input"]):
        return f"{shown(error['input'])} is no decimal number", "write its digits alone: 65000"
    values: dict[str, Any] = {"input": shown(error["input"]), **error.get("ctx", {})}
    found, remedy = _WORDS[kind]
    return found.format_map(values), remedy.format_map(values)


def in_file(error: ErrorDetails) -> tuple[str | int, ...]:
    """Where the mistake stands in the section's mapping."""
    # pydantic ends the location of a wrong key with "[key]", which is in no file.
    stated = tuple(part for part in error["loc"] if part != "[key]")
    return (*stated, *error.get("ctx", {}).get("at", ()))


def shown(value: object) -> str:
    """What was written, short enough for one line."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."

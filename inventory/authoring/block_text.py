"""YAML as people write it: a line for each key, lists on one line, comments where asked for."""

import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from egovnet.inventory.authoring.file_kinds import FileKind
from egovnet.inventory.model.annotations import PLATFORMS
from egovnet.inventory.model.schema_problems import in_yaml
from egovnet.inventory.model.shapes import Field, Shape, fields_of
from egovnet.inventory.source.nornir_hosts import OWN_KEYS

_WIDTH = 98


def block_lines(data: Mapping[str, Any], indent: int = 0) -> Iterator[str]:
    """Lines of a mapping without comments; lists stand on one line."""
    pad = " " * indent
    for key, value in data.items():
        if isinstance(value, Mapping) and value:
            yield f"{pad}{in_yaml(key)}:"
            yield from block_lines(value, indent + 2)
        else:
            yield f"{pad}{in_yaml(key)}: {in_yaml(value)}"


def commented_text(
    kind: FileKind, data: Mapping[str, Any], known: Mapping[str, Sequence[str]], note: str = ""
) -> str:
    """A file of `data` with a comment at every key, where the key stands for the first time.

    Keys that may be left out are there as comments, with an example; of names of a section, one of
    those that are `known`. `note` is a sentence at the beginning.
    """
    told = f"{kind.title} {note}".strip()
    writer = _Commented(known, OWN_KEYS if kind.name in ("groups", "defaults") else frozenset())
    return "\n".join([*_comment(told, 0), "", *writer.lines(kind.shape, data, 0)]) + "\n"


@dataclass(slots=True)
class _Commented:
    """Keys that are explained already are not explained again."""

    known: Mapping[str, Sequence[str]]
    #: Keys that no comment offers.
    passed_over: Collection[str]
    begun: set[type[BaseModel]] = field(default_factory=set)
    explained: set[tuple[type[BaseModel], str]] = field(default_factory=set)

    def lines(self, shape: Shape, data: Mapping[str, Any], indent: int) -> Iterator[str]:
        """Lines of what stands in a mapping."""
        if shape.model is None:
            for number, (name, value) in enumerate(data.items()):
                if number == 0 and shape.item and shape.item.model not in self.begun:
                    yield from _comment(_doc(shape.item.model), indent)
                if number and indent == 0:
                    yield ""
                yield from self._value(shape.item, name, value, indent)
            return
        first = shape.model not in self.begun
        self.begun.add(shape.model)
        for each in fields_of(shape.model).values():
            offered = first and not each.required and each.key not in self.passed_over
            if each.key not in data and not offered:
                continue
            if (shape.model, each.key) not in self.explained:
                self.explained.add((shape.model, each.key))
                yield from _comment(_told(each), indent)
            if each.key in data:
                yield from self._value(each.shape, each.key, data[each.key], indent)
            else:
                yield f"{' ' * indent}# {each.key}: {in_yaml(self._example(each))}"

    def _value(self, shape: Shape | None, key: str, value: object, indent: int) -> Iterator[str]:
        pad = " " * indent
        if isinstance(value, Mapping) and value and shape is not None:
            yield f"{pad}{in_yaml(key)}:"
            yield from self.lines(shape, value, indent + 2)
        else:
            yield f"{pad}{in_yaml(key)}: {in_yaml(value)}"

    def _example(self, each: Field) -> object:
        section = each.shape.names
        if section is not None and self.known.get(section):
            return self.known[section][0]
        return each.examples[0] if each.examples else each.default


def _doc(model: type[BaseModel] | None) -> str:
    """The first sentence of a model's docstring."""
    return " ".join(((model and model.__doc__) or "").split("\n\n")[0].split())


def _told(each: Field) -> str:
    shape = each.shape.item if each.shape.item and not each.shape.key else each.shape
    parts = [each.description]
    if shape.choices and shape is not each.shape:
        parts.append(f"Of {', '.join(shape.choices)}.")
    elif shape.choices:
        besides = " or a number" if int in shape.types else ""
        parts.append(f"One of {', '.join(shape.choices)}{besides}.")
    if shape.names is not None and shape.names != PLATFORMS:
        parts.append(f"A name of {shape.names}.yaml.")
    if each.unit:
        parts.append(f"Unit: {each.unit}.")
    own = each.default in (None, "", (), {}) or isinstance(each.default, BaseModel)
    if not each.required and not own:
        parts.append(f"Left out: {in_yaml(each.default)}.")
    return " ".join(parts)


def _comment(text: str, indent: int) -> list[str]:
    pad = f"{' ' * indent}# "
    return textwrap.wrap(
        text, _WIDTH, initial_indent=pad, subsequent_indent=pad, break_on_hyphens=False
    )

"""`docs/inventory.md`: every field of every file, made of the models.

python -m egovnet.inventory.authoring.manual > docs/inventory.md
"""

import sys
from collections.abc import Iterator
from datetime import date
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)

from pydantic import BaseModel

from egovnet.inventory.authoring.file_kinds import FileKind, file_kinds
from egovnet.inventory.model.annotations import a_noun, nouns
from egovnet.inventory.model.schema_problems import in_yaml
from egovnet.inventory.model.shapes import Field, Shape, fields_of, models_below
from egovnet.inventory.registers import all_registers
from egovnet.inventory.warnings import codes

_HEAD = """\
# The inventory: every field

An inventory is a directory of YAML files that people write; egovnet numbers the rest and keeps the
numbers in `plan.lock.yaml`. This page is made of the models that read the files
(`python -m egovnet.inventory.authoring.manual`), and a test holds it to them.

- `egovnet init DIR` writes a small inventory with a comment at every key; `--like reference` the
  reference network, `--like complete` a network with every part: platform, Internet gateways,
  applications, departments with address plans of their own, and all access classes.
- `egovnet add KIND`, such as `add router` or `add exchange`, adds an entry and says what was
  allocated.
- `egovnet schema` writes a JSON Schema for each kind of file into `.schemas/`. A file whose first
  line is `# yaml-language-server: $schema=...` is completed and checked by editors while one
  writes: Visual Studio Code with the YAML extension, Neovim, Emacs, JetBrains.
- `egovnet validate` reports every mistake at once, with file, line, what is allowed, and
  [warnings](#warnings).

Keys are kebab-case. Numbers are decimal. A key in **bold** has to be there; of any other the
default is what holds where it is left out. Names of entries are a lower-case letter, then
lower-case letters, digits and hyphens; of VPNs without hyphens.
"""
_TYPES: dict[type, str] = {
    IPv4Network: "IPv4 prefix",
    IPv6Network: "IPv6 prefix",
    IPv4Address: "IPv4 address",
    IPv6Address: "IPv6 address",
    IPv4Interface: "IPv4 address with its length",
    str: "text",
    bool: "true or false",
    date: "date (YYYY-MM-DD)",
}
_OF_EITHER_FAMILY = {
    frozenset((IPv4Network, IPv6Network)): "prefix",
    frozenset((IPv4Address, IPv6Address)): "address",
    frozenset((IPv4Interface, IPv6Interface)): "address with its length",
}
_SEVERAL = {
    "text": "texts",
    "prefix": "prefixes",
    "address": "addresses",
    "address with its length": "addresses with their lengths",
}


def page() -> str:
    """The page, as Markdown."""
    lines = [_HEAD]
    for kind in file_kinds():
        lines += _of_file(kind)
    lines += ["## Warnings", ""]
    lines += ["What is allowed and probably not intended; `validate` exits 0 all the same.", ""]
    lines += ["| code | means |", "|---|---|"]
    of_registers = [register.codes for register in all_registers()]
    for means in (codes(), *of_registers):
        lines += [f"| `{code}` | {meaning} |" for code, meaning in means.items()]
    return "\n".join(lines) + "\n"


def _of_file(kind: FileKind) -> Iterator[str]:
    yield f"## {kind.path}"
    yield ""
    entries = kind.shape.model is None
    yield kind.title + (" A mapping of names to entries." if entries else "")
    if kind.optional:
        yield "An inventory may lack this file."
    if kind.name == "hosts":
        yield "What has to be there may also be inherited."
    yield ""
    if kind.inherits and kind.name != "hosts":
        without = "" if kind.name == "groups" else ", without `groups`"
        entries_are = "An entry has" if entries else "It has"
        yield f"{entries_are} the keys of [hosts.yaml](#hostsyaml){without}."
        yield ""
        return
    for number, model in enumerate(models_below(kind.shape)):
        if number or entries:
            yield f"### {kind.name}: {_title(model)}"
            yield ""
            yield _doc(model)
            yield ""
        yield from _table(model)
        yield ""


def _table(model: type[BaseModel]) -> Iterator[str]:
    yield "| key | what it is | values | default | example |"
    yield "|---|---|---|---|---|"
    for field in fields_of(model).values():
        key = f"**`{field.key}`**" if field.required else f"`{field.key}`"
        # a block has the defaults of its own keys
        plain = not (field.required or isinstance(field.default, BaseModel))
        default = field.default if plain and field.default not in (None, "", (), {}) else ""
        shown = f"`{in_yaml(default)}`" if default != "" else ""
        example = f"`{in_yaml(field.examples[0])}`" if field.examples else ""
        cells = (key, field.description, values_of(field), shown, example)
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def values_of(field: Field) -> str:
    """What may stand behind a key, in words, with its unit."""
    words = _values(field.shape)
    return f"{words} ({field.unit})" if field.unit else words


def _values(shape: Shape) -> str:
    if shape.words is not None:
        return shape.words.one
    if shape.model is not None:
        return f"mapping: {_title(shape.model)}"
    if shape.item is not None:
        name = _values(shape.item).removeprefix("mapping: ")
        return f"mapping of names to {name}" if shape.key else f"list of {_several(shape.item)}"
    if shape.choices:
        listed = ", ".join(f"`{choice}`" for choice in shape.choices)
        return f"{_range(shape)} or {listed}" if int in shape.types else listed
    return _range(shape) if int in shape.types else _text(shape)


def _several(shape: Shape) -> str:
    """What the items of a list are."""
    if shape.words is not None:
        return shape.words.several
    if shape.names is not None:
        return f"names of {nouns(shape.names)}"
    of = _values(shape)
    return _SEVERAL.get(of, of)


def _text(shape: Shape) -> str:
    if shape.names is not None:
        return f"name of {a_noun(shape.names)}"
    if shape.form is not None:
        return shape.form.words
    for both, words in _OF_EITHER_FAMILY.items():
        if both <= set(shape.types):
            return words
    words = " or ".join(_TYPES.get(kind, kind.__name__) for kind in shape.types)
    return f"{words}, at most {shape.most} characters" if shape.most else words


def _range(shape: Shape) -> str:
    if shape.most is None:
        return f"whole number, {shape.least} or more" if shape.least is not None else "whole number"
    return f"{shape.least or 0} to {shape.most}"


def _title(model: type[BaseModel]) -> str:
    """A model's name in words: "SiteNetworkAccess" is "site network access"."""
    name = model.__name__
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()


def _doc(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split("\n\n")[0].split())


if __name__ == "__main__":
    sys.stdout.write(page())

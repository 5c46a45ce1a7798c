"""JSON Schemas of the files, for editors: completion, and mistakes while one writes.

A schema is of draft 7, which every editor's YAML plugin reads. It knows one file at a time: whether
a name is another file's entry, and whether the whole fits together, `egovnet validate` says.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from egovnet.inventory.authoring.file_kinds import FileKind, file_kinds
from egovnet.inventory.model.annotations import PLATFORMS
from egovnet.inventory.model.routers import Router
from egovnet.inventory.model.shapes import fields_of
from egovnet.inventory.source.sections import section_of
from egovnet.inventory.source.yaml_directory import MAY_BE_EMPTY

#: Where an inventory keeps them; a hidden name, which nobody reads as a file of it.
DIRECTORY = ".schemas"
_DRAFT = "http://json-schema.org/draft-07/schema#"
#: What editors look for in the first line of a file.
_LINE = "# yaml-language-server: $schema="


def schema_text(kind: FileKind, platforms: Collection[str]) -> str:
    """The schema of a kind of file, as the text of a JSON file."""
    return json.dumps(schema(kind, platforms), indent=2, ensure_ascii=False) + "\n"


def schema(kind: FileKind, platforms: Collection[str]) -> dict[str, Any]:
    """The schema of a kind of file; `platforms` are the names that a router's may have."""
    made = kind.adapter.json_schema(by_alias=True, ref_template="#/definitions/{model}")
    definitions = made.pop("$defs", {})
    made.pop("title", None)
    body = {"$schema": _DRAFT, **made, "title": kind.path, "description": kind.title}
    if definitions:
        body["definitions"] = definitions
    finished: dict[str, Any] = _Finisher(kind, list(platforms)).finished(body)
    if kind.path in MAY_BE_EMPTY:
        finished["type"] = ["object", "null"]
    return finished


_PLATFORM = {key for key, field in fields_of(Router).items() if field.shape.names == PLATFORMS}
#: What a Nornir file may name and leave empty.
_MAY_BE_EMPTY = ("HostGroup", "RouterData")


@dataclass(frozen=True, slots=True)
class _Finisher:
    """What pydantic does not know or does otherwise: what hosts inherit, values, units, names."""

    kind: FileKind
    platforms: list[str]

    def finished(self, node: Any) -> Any:  # noqa: ANN401 -- a schema is any
        """A schema or a part of one, so that editors of draft 7 make the most of it."""
        if isinstance(node, list):
            return [self.finished(below) for below in node]
        if not isinstance(node, dict):
            return node
        made = {key: self.finished(below) for key, below in node.items()}
        if self.kind.inherits:
            made.pop("required", None)
        if isinstance(made.get("properties"), dict):
            made["properties"] = {
                key: self._property(key, below) for key, below in made["properties"].items()
            }
        if "patternProperties" in made:
            ((pattern, value),) = made.pop("patternProperties").items()
            made["additionalProperties"] = value
            made["propertyNames"] = {**made.get("propertyNames", {}), "pattern": pattern}
        for ours, theirs in (("ge", "minimum"), ("le", "maximum")):
            if ours in made:  # as pydantic writes what stands behind a check of ours
                made[theirs] = made.pop(ours)
        if "$ref" in made:
            return self._reference(made)
        return made

    def _property(self, key: str, node: dict[str, Any]) -> dict[str, Any]:
        made = {name: value for name, value in node.items() if name not in ("title", "unit")}
        if "unit" in node:
            made["description"] = f"{node.get('description', '')} Unit: {node['unit']}.".strip()
        if self.kind.inherits and key in _PLATFORM:
            made["enum"] = self.platforms
        return made

    def _reference(self, node: dict[str, Any]) -> dict[str, Any]:
        """What stands beside a `$ref` counts for nothing in draft 7."""
        besides = {name: value for name, value in node.items() if name != "$ref"}
        reference = {"$ref": node["$ref"]}
        if self.kind.inherits and node["$ref"].rpartition("/")[2] in _MAY_BE_EMPTY:
            return {"anyOf": [reference, {"type": "null"}], **besides}
        return {"allOf": [reference], **besides} if besides else reference


def kind_of(path: str) -> FileKind | None:
    """The kind of the file at a path within an inventory; None: people do not write it."""
    section = section_of(path)
    return next((k for k in file_kinds() if k.name == section or k.path == path), None)


def first_line(path: str) -> str:
    """The line by which editors find the schema of the file at `path` within an inventory."""
    kind = kind_of(path)
    assert kind is not None, path  # noqa: S101 -- programming error
    up = "../" * (len(PurePosixPath(path).parts) - 1)
    return f"{_LINE}{up}{DIRECTORY}/{kind.name}.json"


def with_first_line(path: str, text: str) -> str:
    """The text of a file with the line, unless it names a schema already."""
    head = text[: text.find("\n\n") if "\n\n" in text else len(text)]
    begins = any(line.startswith(_LINE) for line in head.splitlines()[:5])
    return text if begins else f"{first_line(path)}\n{text}"

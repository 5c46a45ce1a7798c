"""JSON Schemas of the files: what is right is right to them, and mistakes are seen."""

import json
from pathlib import Path

import pytest
import yaml

from egovnet.inventory.authoring.file_kinds import file_kinds
from egovnet.inventory.authoring.schemas import (
    first_line,
    kind_of,
    schema,
    schema_text,
    with_first_line,
)
from egovnet.inventory.authoring.skeleton import skeleton_texts
from egovnet.inventory.model.shapes import fields_of, models_below
from egovnet.inventory.registers import all_registers
from egovnet.inventory.source.sections import FILES, OPTIONAL_FILES
from egovnet.playbooks.core.workspace import REFERENCE
from egovnet.templates.registry import names
from tests.inventory.authoring import draft7
from tests.inventory.mistakes import base, mistakes

SCHEMAS = {kind.name: schema(kind, names()) for kind in file_kinds()}
FULL = base()
#: What a schema of one file cannot know: other files, and what stands twice in a mapping.
_REGISTERS = {register.file.removesuffix(".yaml") for register in all_registers()}
BEYOND = {"dangling", "key twice", "name misspelt", "name, everywhere"}


def found(path: str, text: str) -> list[str]:
    kind = kind_of(path)
    assert kind is not None
    return draft7.mistakes(SCHEMAS[kind.name], yaml.safe_load(text))


def test_there_is_a_schema_for_each_kind_of_file() -> None:
    assert SCHEMAS.keys() == {*FILES, *OPTIONAL_FILES, "sites", *_REGISTERS}
    for kind in file_kinds():
        assert json.loads(schema_text(kind, names())) == SCHEMAS[kind.name]


@pytest.mark.parametrize("path", sorted(FULL))
def test_what_is_right_is_right_to_its_schema(path: str) -> None:
    """With a value for each field that there is."""
    assert found(path, yaml.safe_dump(FULL[path])) == []


def test_an_emptied_file_is_wrong_to_its_schema_as_to_validate() -> None:
    """Nornir's own two may be empty."""
    empty = {path for path in FULL if found(path, "") == []}
    assert empty == {"defaults.yaml", "groups.yaml"}


def test_the_reference_and_the_skeleton_are_right() -> None:
    texts = {
        path.relative_to(REFERENCE).as_posix(): path.read_text(encoding="utf-8")
        for path in REFERENCE.rglob("*.yaml")
    }
    for path, text in [*texts.items(), *skeleton_texts().items()]:
        if kind_of(path) is not None:
            assert found(path, text) == [], path


def test_mistakes_in_one_file_are_seen_by_its_schema() -> None:
    missed = []
    seen = 0
    for mistake in mistakes(FULL):
        inherited = mistake.kind == "removed" and mistake.file in ("hosts.yaml", "groups.yaml")
        if mistake.kind in BEYOND or inherited or mistake.file == "defaults.yaml":
            continue
        seen += 1
        if not found(mistake.file, mistake.texts[mistake.file]):
            missed.append(str(mistake))
    assert missed == []
    assert seen > 200


@pytest.mark.parametrize("kind", file_kinds(), ids=lambda kind: kind.name)
def test_every_field_is_described_to_the_editor(kind: object) -> None:
    """The model's own words, with unit; a reference beside them would hide them."""
    name = kind.name  # type: ignore[attr-defined] # a FileKind
    text = json.dumps(SCHEMAS[name], ensure_ascii=False)
    for model in models_below(kind.shape):  # type: ignore[attr-defined] # see above
        for field in fields_of(model).values():
            assert json.dumps(field.description, ensure_ascii=False)[1:-2] in text
            assert not field.unit or f"Unit: {field.unit}." in text
    beside = [node for node in nodes(SCHEMAS[name]) if "$ref" in node and len(node) > 1]
    assert beside == []


def nodes(schema: object) -> list[dict[str, object]]:
    below = (
        schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else []
    )
    own = [schema] if isinstance(schema, dict) else []
    return own + [each for part in below for each in nodes(part)]


def test_the_first_line_leads_from_the_file_to_its_schema() -> None:
    assert first_line("vpns.yaml") == "# yaml-language-server: $schema=.schemas/vpns.json"
    line = first_line("sites/north.yaml")
    assert line == "# yaml-language-server: $schema=../.schemas/sites.json"
    where = Path("sites") / line.partition("=")[2]
    assert where.as_posix() == "sites/../.schemas/sites.json"
    for text in ("", "a: 1\n", "# a\n\nb: 1\n"):
        given = with_first_line("vpns.yaml", text)
        assert given == f"{first_line('vpns.yaml')}\n{text}"
        assert with_first_line("vpns.yaml", given) == given
    assert kind_of("plan.lock.yaml") is None

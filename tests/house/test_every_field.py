"""Every field of every file says what it is: description, example, unit; patterns have words."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from egovnet.inventory.load import SECTIONS
from egovnet.inventory.model.annotations import NOUNS, PLATFORMS, Form
from egovnet.inventory.model.partial import field_adapter
from egovnet.inventory.model.shapes import Field, Shape, fields_of, models_below, shape_of
from egovnet.inventory.registers import all_registers
from egovnet.templates.registry import names, platform
from tests.toy_platform.platform import TOY

ROOTS = [section.shape for section in SECTIONS.values()]
ROOTS += [Shape(model=register.model) for register in all_registers()]
MODELS = list(dict.fromkeys(model for shape in ROOTS for model in models_below(shape)))
FIELDS = [(model, field) for model in MODELS for field in fields_of(model).values()]
IDS = [f"{model.__name__}.{field.key}" for model, field in FIELDS]
#: What a pattern is made of; none of it is for people.
SIGNS = re.compile(r"[\\^$*+?{}\[\]|]")


@pytest.mark.parametrize(("model", "field"), FIELDS, ids=IDS)
def test_a_field_says_what_it_is(model: type[BaseModel], field: Field) -> None:
    how = "write it in the annotation: about('What it is.', an example, unit='...')"
    assert field.description, f"no description; {how}"
    assert field.description.endswith("."), "a description is a sentence with its full stop"
    assert field.description[0].isupper()
    number = bool({int, float} & set(field.shape.types))
    assert field.unit or not number, f"a number without a unit; {how}"
    told = field.examples or field.shape.types == (bool,) or field.shape.names == PLATFORMS
    assert told, f"no example; {how}"
    for example in field.examples:
        if not (field.shape.key or field.shape.model):  # those may show a part
            field_adapter(model, field.key).validate_python(example)


@pytest.mark.parametrize(("model", "field"), FIELDS, ids=IDS)
def test_a_name_names_a_section(model: type[BaseModel], field: Field) -> None:
    shape = field.shape.item or field.shape
    assert shape.names is None or shape.names in NOUNS
    suspect = {"region", "parent", "router", "pe", "vpn", "owner"}
    assert field.key not in suspect or shape.names, "mark it with NameOf: RegionName, VpnName, ..."


def patterns(schema: Any) -> Iterator[str]:  # noqa: ANN401 -- a schema is any
    if isinstance(schema, dict):
        if schema.get("type") == "str" and "pattern" in schema:
            yield schema["pattern"]
        for below in schema.values():
            yield from patterns(below)
    elif isinstance(schema, list | tuple):
        for below in schema:
            yield from patterns(below)


def forms(shape: Shape) -> Iterator[Form]:
    if shape.form is not None:
        yield shape.form
    for below in (shape.key, shape.item):
        if below is not None:
            yield from forms(below)


FORMS = {form for shape in ROOTS for form in forms(shape)}
FORMS |= {form for _, field in FIELDS for form in forms(field.shape)}
TRIED = [*(platform(name) for name in names()), TOY]
FORMS |= {form for each in TRIED for form in (each.capabilities.port, each.capabilities.vpn)}


def test_every_pattern_has_words_for_people() -> None:
    used: set[str] = set()
    for model in MODELS:
        used |= set(patterns(model.__pydantic_core_schema__))
    for section in SECTIONS.values():
        used |= set(patterns(section.adapter.core_schema))
    assert used == {f"^(?:{form.pattern})$" for form in FORMS} & used
    assert len(used) > 5, "the schemas were not searched"


@pytest.mark.parametrize("form", sorted(FORMS, key=lambda form: form.pattern))
def test_a_form_is_told_in_words_that_hold_for_its_example(form: Form) -> None:
    assert not SIGNS.search(form.words)
    assert form.fits(form.example.strip('"'))
    assert re.search(r"letter|digit|number|name", form.words)


def test_a_pattern_without_words_is_found() -> None:
    """What the tests above would say of a field that another has added."""

    class Bare(BaseModel):
        plain: int = 1

    field = fields_of(Bare)["plain"]
    with pytest.raises(AssertionError, match="no description"):
        test_a_field_says_what_it_is(Bare, field)
    assert shape_of(int).form is None
    assert list(patterns(TypeAdapter(str).core_schema)) == []

"""A YAML file of its own beside the inventory's sections, read into a closed model."""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter

from egovnet.inventory.errors import InventoryError, Location, Problem, independent
from egovnet.inventory.model.partial import as_far_as_known, partial
from egovnet.inventory.model.schema_problems import Names, read
from egovnet.inventory.model.shapes import shape_of
from egovnet.inventory.source.yaml_source import (
    Document,
    judge_document,
    judge_text,
    refuse_empty,
)

Model = TypeVar("Model", bound=BaseModel)


def _nobody_knows(_section: str, _roles: Collection[str] = ()) -> None:
    """Names of other files are the cross check's matter."""


def read_closed(
    path: Path,
    model: type[Model],
    cross_check: Callable[[Model, Document], Iterable[Problem]],
    names: Names = _nobody_knows,
    instead: str | None = None,
) -> Model:
    """Read `path` into `model`; `cross_check` finds what one value alone cannot show.

    `names` are those that messages may propose where one of a section is missing; `instead` is a
    text that the file is to have.

    Raises:
        InventoryError: with every problem of a stage at once: file, line, field, what to do.
    """
    judged = judge_document(path) if instead is None else judge_text(instead, str(path))
    judged = refuse_empty(judged)
    document, problems = judged.document, list(judged.problems)
    if document is None:
        raise InventoryError(problems)
    result = read(TypeAdapter(model), shape_of(model), document.data or {}, names)
    problems += (problem_at(document, m.location, m.found, m.remedy) for m in result.mistakes)
    value: Model = result.value
    if not result.is_right:
        value = partial(model, result.respelled, result.wrong)
    problems += as_far_as_known(cross_check(value, document))
    if problems:
        raise InventoryError(independent(problems, judged.problems))
    return value


def problem_at(document: Document, location: Location, found: str, remedy: str) -> Problem:
    """A problem at a place of the file, with its line looked up."""
    field = ".".join(map(str, location))
    return Problem(document.path, document.line(location), field, found, remedy)

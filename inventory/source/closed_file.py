"""A YAML file of its own beside the inventory's sections, read into a closed model."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from egovnet.inventory.errors import InventoryError, Location, Problem
from egovnet.inventory.model.schema_problems import errors_of, in_file, words
from egovnet.inventory.source.yaml_source import Document, read_document

Model = TypeVar("Model", bound=BaseModel)


def read_closed(
    path: Path, model: type[Model], cross_check: Callable[[Model, Document], Iterable[Problem]]
) -> Model:
    """Read `path` into `model`; `cross_check` finds what one value alone cannot show.

    Raises:
        InventoryError: with every problem of a stage at once: file, line, field, what to do.
    """
    document = read_document(path)
    try:
        read = model.model_validate(document.data or {}, by_alias=True, by_name=False)
    except ValidationError as error:
        raise InventoryError(
            problem_at(document, in_file(entry), *words(entry)) for entry in errors_of(error)
        ) from error
    problems = list(cross_check(read, document))
    if problems:
        raise InventoryError(problems)
    return read


def problem_at(document: Document, location: Location, found: str, remedy: str) -> Problem:
    """A problem at a place of the file, with its line looked up."""
    field = ".".join(map(str, location))
    return Problem(document.path, document.line(location), field, found, remedy)

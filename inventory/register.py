"""A register: a file of its own beside the inventory's sections, which an inventory may lack.

The registers are the modules of `egovnet.inventory.registers`: each has one `REGISTER`.
"""

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from egovnet.inventory import registers
from egovnet.inventory.errors import InventoryError, Problem
from egovnet.inventory.model import Network
from egovnet.inventory.source.closed_file import read_closed
from egovnet.inventory.source.yaml_source import Document

Model = TypeVar("Model", bound=BaseModel)


#: (value, its file, network) -> what one value alone cannot show, with lines looked up.
CrossChecks = Callable[[Model, Document, Network], Iterable[Problem]]


class Register(Generic[Model]):
    """A register: what people call it, its file, its model and its cross checks.

    `model` can be made without arguments: that is what an inventory without the file says.
    """

    def __init__(
        self, *, name: str, file: str, model: type[Model], cross_checks: CrossChecks[Model]
    ) -> None:
        self.name = name
        self.file = file
        self.model = model
        self.cross_checks = cross_checks

    def read(self, directory: Path, network: Network) -> Model:
        """What the register says in the inventory in `directory`.

        Raises:
            InventoryError: with every problem at once: file, line, field, what to do.
        """
        path = directory / self.file
        if not path.exists():
            return self.model()
        return read_closed(
            path, self.model, lambda value, document: self.cross_checks(value, document, network)
        )


def all_registers() -> Iterator[Register[Any]]:
    """Every register, by the name of its module."""
    for module in sorted(iter_modules(registers.__path__), key=lambda found: found.name):
        register = import_module(f"{registers.__name__}.{module.name}").REGISTER
        assert isinstance(register, Register)  # noqa: S101 -- what a module of the folder is
        yield register


def read_registers(directory: Path, network: Network) -> dict[str, BaseModel]:
    """Name -> value of every register of the inventory in `directory`.

    Raises:
        InventoryError: with the problems of all registers at once.
    """
    values: dict[str, BaseModel] = {}
    problems: list[Problem] = []
    for register in all_registers():
        try:
            values[register.name] = register.read(directory, network)
        except InventoryError as error:
            problems += error.problems
    if problems:
        raise InventoryError(problems)
    return values

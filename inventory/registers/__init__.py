"""Registers of an inventory: a module each, with its model, its checks and a `REGISTER`.

They are found by listing this folder; `egovnet.inventory.register` says what one is.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from pydantic import BaseModel

from egovnet.inventory.errors import InventoryError, InventoryWarning, Problem
from egovnet.inventory.model import Network
from egovnet.inventory.register import Register


def all_registers() -> Iterator[Register[Any]]:
    """Every register, by the name of its module."""
    for module in sorted(iter_modules(__path__), key=lambda found: found.name):
        register = import_module(f"{__name__}.{module.name}").REGISTER
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


def register_warnings(directory: Path, network: Network) -> tuple[InventoryWarning, ...]:
    """What the registers of a valid inventory say and probably do not mean, by place."""
    return tuple(sorted(w for one in all_registers() for w in one.warnings(directory, network)))

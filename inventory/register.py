"""A register: a file of its own beside the inventory's sections, which an inventory may lack.

The registers are the modules of `egovnet.inventory.registers`: each has one `REGISTER`.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel

from egovnet.inventory.errors import Problem
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
        if not os.path.lexists(path):  # a link to nowhere is unreadable
            return self.model()
        return read_closed(
            path, self.model, lambda value, document: self.cross_checks(value, document, network)
        )

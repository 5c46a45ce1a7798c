"""A register: a file of its own beside the inventory's sections, which an inventory may lack.

The registers are the modules of `egovnet.inventory.registers`: each has one `REGISTER`.
"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel

from egovnet.inventory.errors import InventoryWarning, Location, Problem
from egovnet.inventory.model import Network, PartSite
from egovnet.inventory.model.partial import PartialNetwork
from egovnet.inventory.model.shapes import shape_of
from egovnet.inventory.references import dangling_problems, references
from egovnet.inventory.source.closed_file import problem_at, read_closed
from egovnet.inventory.source.yaml_source import Document, read_document

Model = TypeVar("Model", bound=BaseModel)


#: (value, its file, network) -> what one value alone cannot show, with lines looked up.
CrossChecks = Callable[[Model, Document, Network], Iterable[Problem]]
#: (value, its file, network) -> a code and a problem for what is probably not intended.
Warnings = Callable[[Model, Document, Network], Iterable[tuple[str, Problem]]]
#: Sections that a network has by another name.
_FIELDS = {"hosts": "routers"}


def _no_warnings(_value: BaseModel, _: Document, __: Network) -> Iterable[tuple[str, Problem]]:
    return ()


class Register(Generic[Model]):
    """A register: what people call it, its file, its model and its cross checks.

    `model` can be made without arguments: that is what an inventory without the file says. Names
    of routers, sites and other entries in it (`NameOf`) are held against the inventory; `codes` are
    those of its warnings, and what each means.
    """

    def __init__(
        self,
        *,
        name: str,
        file: str,
        model: type[Model],
        cross_checks: CrossChecks[Model],
        codes: Mapping[str, str] | None = None,
        warnings: Warnings[Model] = _no_warnings,
        beside: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.file = file
        #: Names of files of another form that are read with it.
        self.beside = beside
        self.model = model
        self.cross_checks = cross_checks
        self.codes = codes or {}
        self._warnings = warnings

    def read(self, directory: Path, network: Network, instead: str | None = None) -> Model:
        """What the register says in the inventory in `directory`.

        `instead` is a text that its file is to have.

        Raises:
            InventoryError: with every problem at once: file, line, field, what to do.
        """
        network = network.numbered  # a planned site may be named
        path = directory / self.file
        if instead is None and not os.path.lexists(path):  # a link to nowhere is unreadable
            return self.model()
        names = partial(_names, network)
        return read_closed(path, self.model, partial(self._problems, network), names, instead)

    def warnings(self, directory: Path, network: Network) -> Iterator[InventoryWarning]:
        """What the file allows and probably does not mean; it and the network hold."""
        path = directory / self.file
        if os.path.lexists(path):
            value, document = self.read(directory, network), read_document(path)
            found = self._warnings(value, document, network.numbered)
            for code, p in found:
                yield InventoryWarning(p.file, p.line, p.field, code, p.found, p.remedy)

    def _problems(self, network: Network, value: Model, document: Document) -> Iterator[Problem]:
        def report(_: str, location: Location, found: str, remedy: str) -> Problem:
            return problem_at(document, location, found, remedy)

        names = partial(_names, network)
        found = references(shape_of(self.model), document.data or {}, names)
        yield from dangling_problems(((self.name, each) for each in found), names, report)
        yield from self.cross_checks(value, document, network)


def _names(network: Network, section: str, _roles: Collection[str] = ()) -> Collection[str] | None:
    """Names that somebody wrote in a section; None: nobody knows all of them."""
    if not network.is_complete(section):
        return network.named.get(section) if isinstance(network, PartialNetwork) else None
    if section == "sites":
        sites = network.written_sites.items()
        return {name: site for name, site in sites if not isinstance(site, PartSite)}.keys()
    entries: Mapping[str, object] = getattr(network, _FIELDS.get(section, section))
    return entries.keys()

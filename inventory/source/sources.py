"""The files of an inventory as read, and where each object stands in them."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from egovnet.inventory.errors import Location, Problem
from egovnet.inventory.source.yaml_source import Document


class Sources:
    """The documents of an inventory, by section: `sites` may have several, others have one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.documents: dict[str, list[Document]] = {}
        #: What is wrong with the files; what could be read all the same is in `documents`.
        self.problems: list[Problem] = []
        #: Sections of which something could not be read: what they lack is not known.
        self.incomplete: set[str] = set()

    def data(self, section: str) -> dict[str, Any]:
        """The mapping that `section` says, from all its files."""
        merged: dict[str, Any] = {}
        for document in self.documents.get(section, []):
            merged.update(document.data or {})
        return merged

    def names(self, section: str) -> Collection[str] | None:
        """Names of the entries of a section, however wrong; None: not all could be read."""
        return None if section in self.incomplete else self._names(section)

    def _names(self, section: str) -> Collection[str]:
        documents = self.documents.get(section, [])
        if len(documents) == 1:
            return (documents[0].data or {}).keys()
        return {key for document in documents for key in document.data or {}}

    def doubtful(self, section: str) -> frozenset[Location]:
        """Where keys of a section are given twice, so that nobody knows which is meant."""
        paths = {document.path for document in self.documents.get(section, ())}
        return frozenset(
            tuple(problem.field.split("."))
            for problem in self.problems
            if problem.file in paths and problem.field
        )

    def texts(self) -> dict[str, str]:
        """Text of every file that was read, by its path within the inventory."""
        return {
            Path(document.path).relative_to(self.root).as_posix(): document.text
            for documents in self.documents.values()
            for document in documents
        }

    def place(self, section: str, location: Location) -> tuple[str, int]:
        """File and line of `location` (such as ("party-beijing", "prefixes", 0)) in `section`."""
        documents = self.documents.get(section, [])
        for document in documents:
            if not location or location[0] in (document.data or {}):
                return document.path, document.line(location)
        if not documents:
            return section, 0
        # of what no file has: the beginning of the first that could, where an editor can jump to
        return documents[0].path, documents[0].line(location)

    def problem(self, section: str, location: Location, found: str, remedy: str) -> Problem:
        """A problem at `location`, with file and line looked up."""
        path, line = self.place(section, location)
        return Problem(path, line, ".".join(map(str, location)), found, remedy)

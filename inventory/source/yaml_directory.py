"""Inventories in YAML: a directory of files, or texts by their paths within one.

The directory holds `network.yaml`, `regions.yaml`, `agencies.yaml`, `circuits.yaml`, `vpns.yaml`,
`sites.yaml` or `sites/*.yaml`, and Nornir's own `hosts.yaml`, `groups.yaml`, `defaults.yaml`
(which plain Nornir tools read too).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from egovnet.inventory.errors import InventoryError, Problem, missing_directory
from egovnet.inventory.source.sections import FILES, section_of
from egovnet.inventory.source.sources import Sources
from egovnet.inventory.source.yaml_source import Document, parse_document, read_document

_Place = TypeVar("_Place", Path, str)


@dataclass(frozen=True, slots=True)
class YamlDirectory:
    """An inventory in a directory."""

    path: Path

    def read(self) -> Sources:
        """Every file; one that would not be read by its name is a problem."""
        if not self.path.is_dir():
            raise missing_directory(self.path)
        wanted = [(name, self.path / f"{name}.yaml") for name in FILES]
        site_files = sorted(self.path.glob("sites/*.yaml"))
        if (self.path / "sites.yaml").exists() or not site_files:
            site_files.insert(0, self.path / "sites.yaml")
        wanted += [("sites", path) for path in site_files]
        problems = [
            Problem(str(path), 0, "", "would not be read: it ends in .yml", "rename it to .yaml")
            for path in sorted([*self.path.glob("*.yml"), *self.path.glob("sites/*.yml")])
        ]
        return _together(self.path, wanted, read_document, problems)


@dataclass(frozen=True, slots=True)
class YamlTexts:
    """An inventory as texts by path within it, such as "sites/beijing.yaml".

    Files that no inventory has, and the lock file, are passed over.
    """

    files: Mapping[str, str]

    def read(self) -> Sources:
        """Every text of a section."""
        sections = {path: name for path in sorted(self.files) if (name := section_of(path))}
        problems = [
            Problem(f"{section}.yaml", 0, "", "is missing", "restore the file")
            for section in (*FILES, "sites")
            if section not in sections.values()
        ]
        wanted = [(section, path) for path, section in sections.items()]
        return _together(
            Path(), wanted, lambda path: parse_document(self.files[path], path), problems
        )


def _together(
    root: Path,
    wanted: Iterable[tuple[str, _Place]],
    parse: Callable[[_Place], Document],
    problems: list[Problem],
) -> Sources:
    sources = Sources(root)
    for section, place in wanted:
        try:
            document = parse(place)
        except InventoryError as error:
            problems += error.problems
        else:
            problems += _add(sources, section, document)
    if problems:
        raise InventoryError(problems)
    return sources


def _add(sources: Sources, section: str, document: Document) -> list[Problem]:
    """Add a document of `section` to `sources`, or say why it cannot be one."""
    if not isinstance(document.data or {}, dict):
        found, remedy = "a list or text, not a mapping", "write key: value"
        return [Problem(document.path, 1, "", found, remedy)]
    problems = _given_elsewhere(document, sources.documents.get(section, []))
    sources.documents.setdefault(section, []).append(document)
    return problems


def _given_elsewhere(document: Document, others: list[Document]) -> list[Problem]:
    return [
        Problem(
            document.path,
            document.line((key,)),
            str(key),
            f"given twice, also in {other.path}:{other.line((key,))}",
            "keep one",
        )
        for other in others
        for key in (document.data or {}).keys() & (other.data or {}).keys()
    ]

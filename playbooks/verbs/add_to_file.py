"""Puts an entry into its file, line by line, and keeps the numbers that it is given."""

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from egovnet.inventory.authoring.additions import (
    EntryKind,
)
from egovnet.inventory.authoring.insert import CannotInsertError, with_entry
from egovnet.inventory.authoring.schemas import first_line
from egovnet.inventory.errors import InventoryError, Problem
from egovnet.inventory.examined import Examined
from egovnet.inventory.model.schema_problems import dangling
from egovnet.inventory.source.regular_file import read_regular_text
from egovnet.inventory.source.replace_file import replace_text
from egovnet.inventory.source.sections import section_of
from egovnet.playbooks.core.intended import DirectoryInventory
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.verbs.add_request import Request, above


@dataclass(frozen=True, slots=True)
class Placed:
    """A file as it is and as it is to be."""

    file: str
    old: str | None
    new: str
    added: str
    line: int


def placed_in(
    directory: Path, examined: Examined, request: Request, kind: EntryKind, entry: dict[str, Any]
) -> Placed:
    """The file that gets an entry, as it would be; nothing is written.

    Raises:
        InventoryError: the file cannot be read, or has no place for the entry.
        UsageError: the file that the request names is none of sites.
    """
    path = above(request, kind)
    if kind.parts is not None:
        file = _file_of(directory, examined, kind.parts.section, str(request.owner))
    elif request.kind == "site":
        file = _file_for_site(directory, examined, request, str(entry.get("region")))
    else:
        file = f"{kind.section}.yaml"
    old = text_of(directory / file)
    try:
        new = with_entry(
            f"{first_line(file)}\n" if old is None else old, path, str(request.name), entry
        )
    except CannotInsertError as error:
        where = ".".join((*path, str(request.name)))
        found = f"the {kind.words} cannot be added: {error}"
        remedy = "write it into the file by hand"
        if error.there:
            remedy = "take another name, or change the entry in the file"
        raise InventoryError([Problem(str(directory / file), 0, where, found, remedy)]) from error
    added, line = _difference("" if old is None else old, new)
    return Placed(file, old, new, added, line)


def text_of(path: Path) -> str | None:
    """The text of a file; None: it is not there."""
    if not os.path.lexists(path):
        return None
    try:
        return read_regular_text(path)
    except OSError as error:
        found = f"cannot be read: {error.strerror}"
        problem = Problem(str(path), 0, "", found, "check path and rights")
        raise InventoryError([problem]) from error


def _difference(old: str, new: str) -> tuple[str, int]:
    """The lines of `new` that `old` does not have, and where the first stands, from 1."""
    before, after = old.splitlines(), new.splitlines()
    first = 0
    while first < len(before) and first < len(after) and before[first] == after[first]:
        first += 1
    same = 0
    while same < min(len(before), len(after)) - first and before[-1 - same] == after[-1 - same]:
        same += 1
    added = after[first : len(after) - same]
    blank = sum(1 for _ in _leading_blanks(added))
    return "\n".join(added[blank:]), first + blank + 1


def _leading_blanks(lines: list[str]) -> list[str]:
    blanks = []
    for line in lines:
        if line.strip():
            break
        blanks.append(line)
    return blanks


def _file_of(directory: Path, examined: Examined, section: str, name: str) -> str:
    known = examined.sources.data(section)
    if name not in known:
        found, remedy = dangling(name, section, known)
        raise UsageError(f"{found} -> {remedy}")
    path, _ = examined.sources.place(section, (name,))
    return Path(path).relative_to(directory).as_posix()


def _file_for_site(directory: Path, examined: Examined, request: Request, region: str) -> str:
    """The file that is named, or the one that most sites of the region are in."""
    if request.file is not None:
        file = Path(os.path.normpath(request.file)).as_posix()
        if section_of(file) != "sites":
            raise UsageError(f"--file: {request.file} is not a file of sites; use sites/NAME.yaml")
        return file
    near = Counter(
        examined.sources.place("sites", (name,))[0]
        for name, site in examined.sources.data("sites").items()
        if isinstance(site, dict) and site.get("region") == region
    )
    if near:
        return Path(near.most_common(1)[0][0]).relative_to(directory).as_posix()
    return "sites.yaml" if (directory / "sites.yaml").exists() else f"sites/{region}.yaml"


def write_placed(directory: Path, placed: Placed) -> None:
    """The entry, and the lock file with its numbers; neither without the other."""
    replace_text(directory, placed.file, placed.old, placed.new)
    try:
        DirectoryInventory(directory).keep_allocation()
    except BaseException:
        if placed.old is None:
            (directory / placed.file).unlink()
        else:
            replace_text(directory, placed.file, placed.new, placed.old)
        raise

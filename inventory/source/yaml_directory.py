"""Inventories in YAML: a directory of files, or texts by their paths within one.

What a directory holds and nobody reads is a problem: a misspelled file would take its customers
off the network. Hidden names (`.git`, `.gitignore`), `README*`, `LICENSE*`, `CHANGELOG*`,
`CODEOWNERS`, `Makefile` and plans (`*.plan`) are for people and their tools, and passed over.

The directory holds `network.yaml`, `regions.yaml`, `agencies.yaml`, `circuits.yaml`, `vpns.yaml`,
`sites.yaml` or `sites/*.yaml`, Nornir's own `hosts.yaml`, `groups.yaml`, `defaults.yaml`
(which plain Nornir tools read too), and where there are any, `exchanges.yaml`,
`applications.yaml`, `levels.yaml`, `borders.yaml` and `keys.yaml`, this one with `keys.age` or
`keys.sm` and `keys.recipients`.
"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from egovnet.inventory.errors import InventoryError, Problem, missing_directory
from egovnet.inventory.model import other_keys
from egovnet.inventory.source.sections import (
    FILES,
    KEY_RECIPIENTS_FILE,
    KEY_STORE_FILES,
    LOCK_FILE,
    OPTIONAL_FILES,
    section_of,
)
from egovnet.inventory.source.sources import Sources
from egovnet.inventory.source.yaml_source import (
    Document,
    Judged,
    judge_document,
    judge_text,
    refuse_empty,
)

_Place = TypeVar("_Place", Path, str)


@dataclass(frozen=True, slots=True)
class YamlDirectory:
    """An inventory in a directory."""

    path: Path
    #: Names of files at the top that others read: registers, and the lock file.
    besides: Collection[str] = (LOCK_FILE,)
    #: Texts that files are to have, by their paths: what would be, before it is written.
    instead: Mapping[Path, str] = field(default_factory=dict)

    def read(self) -> Sources:
        """Every file; one that would not be read by its name is a problem."""
        if not self.path.is_dir():
            raise missing_directory(self.path)
        unread = list(self._unread())
        if not self.instead and _is_another_directory(self.path, unread):
            raise _no_inventory(self.path)
        wanted = [(name, self.path / f"{name}.yaml") for name in FILES]
        optional = [(name, self.path / f"{name}.yaml") for name in OPTIONAL_FILES]
        wanted += [(name, path) for name, path in optional if self._has(path)]
        new = (path for path in self.instead if path.parent == self.path / "sites")
        found = {*self.path.glob("sites/*.yaml"), *new}
        site_files = sorted(path for path in found if not path.name.startswith("."))
        if (self.path / "sites.yaml").exists() or not site_files:
            site_files.insert(0, self.path / "sites.yaml")
        wanted += [("sites", path) for path in site_files]
        unread, wanted = self._as_meant(unread, wanted)
        sources = _together(self.path, wanted, self._judge, [file.problem for file in unread])
        if any(file.may_hold_sites for file in unread):
            sources.incomplete.add("sites")
        return sources

    def _has(self, path: Path) -> bool:
        return path in self.instead or os.path.lexists(path)

    def _judge(self, path: Path) -> Judged:
        text = self.instead.get(path)
        judged = judge_document(path) if text is None else judge_text(text, str(path))
        # Nornir's own two are empty in many an inventory; what others would inherit is missed then
        return judged if path.name in MAY_BE_EMPTY else refuse_empty(judged)

    def _as_meant(
        self, unread: list["_Unread"], wanted: list[tuple[str, Path]]
    ) -> tuple[list["_Unread"], list[tuple[str, Path]]]:
        """Files that stand under another name are read: to miss them is no second mistake."""
        there = {path for _, path in wanted if self._has(path)}
        missing = [path for _, path in wanted if path not in there]
        strangers = [file for file in unread if file.could_be_any]
        taken = {file.meant for file in unread}
        left = [path for path in missing if path not in taken]
        if len(strangers) == len(left) == 1:
            unread = [
                replace(file, meant=left[0]).renamed() if file is strangers[0] else file
                for file in unread
            ]
        for file in unread:
            section = (
                section_of(file.meant.relative_to(self.path).as_posix()) if file.meant else None
            )
            if file.meant is None or section is None or os.path.lexists(file.meant):
                continue
            if file.meant in missing:
                wanted = [entry for entry in wanted if entry[1] != file.meant]
            wanted.append((section, file.path))
        return unread, wanted

    def _unread(self) -> Iterator["_Unread"]:
        """Each entry that nobody would read."""
        top = _TOP | set(self.besides)
        sites = self.path / "sites"
        for path in _entries(self.path):
            if path == sites and path.is_dir():
                continue
            if path.name.startswith("."):
                if _is_hidden_file(path, top):
                    yield _hidden(path)
            elif path.name not in top and not _for_people(path):
                yield _not_read(path, sorted({*top, "sites"}))
        for path in _entries(sites) if sites.is_dir() else ():
            if path.name.startswith("."):
                if _may_hold_sites(path):
                    yield _hidden(path)
            elif path.suffix != ".yaml" and not _for_people(path):
                yield _not_read(path, [])


#: Files at the top that are read here.
_TOP = {f"{name}.yaml" for name in (*FILES, *OPTIONAL_FILES, "sites")}
_TOP |= {*KEY_STORE_FILES, KEY_RECIPIENTS_FILE}


def _is_hidden_file(path: Path, top: Collection[str]) -> bool:
    """Whether an entry whose name begins with a dot is one of an inventory that somebody hid."""
    return path.name[1:] in {*top, "sites"} or _is_hidden_yml(path, top)


def passed_over(path: Path) -> bool:
    """Whether an inventory takes no notice of this entry at its top, by its name."""
    if path.name.startswith("."):
        return not _is_hidden_file(path, _TOP)
    return _for_people(path)


@dataclass(frozen=True, slots=True)
class _Unread:
    """An entry that nobody would read, and the file that was probably meant."""

    path: Path
    problem: Problem
    meant: Path | None = None

    @property
    def could_be_any(self) -> bool:
        """Whether its name says nothing of what it holds."""
        return self.meant is None and self.path.suffix == ".yaml" and not self.path.is_dir()

    @property
    def may_hold_sites(self) -> bool:
        """Whether there may be sites in it, which are not read."""
        return self.path.is_dir() or (self.path.parent.name == "sites" and self.meant is None)

    def renamed(self) -> "_Unread":
        """With the remedy to give it the name that was meant."""
        assert self.meant is not None  # noqa: S101 -- programming error
        remedy = f"rename it to {self.meant.name}, which is missing, or move it out"
        return replace(self, problem=replace(self.problem, remedy=remedy))


MAY_BE_EMPTY = ("defaults.yaml", "groups.yaml")
#: The file by which an inventory is found where another directory was named.
_FIRST = f"{FILES[0]}.yaml"


def _is_another_directory(path: Path, unread: Collection["_Unread"]) -> bool:
    """Whether it holds things, and none of them is an inventory's or may be meant for one."""
    named = (*(f"{name}.yaml" for name in (*FILES, *OPTIONAL_FILES, "sites")), "sites")
    if any(os.path.lexists(path / name) for name in named):
        return False
    if (path.parent / _FIRST).is_file():
        return True  # such as its sites
    return bool(unread) and all(file.meant is None for file in unread)


def _no_inventory(path: Path) -> InventoryError:
    """The error for a directory of something else; an inventory nearby is named."""
    if (path.parent / _FIRST).is_file():
        near = [path.parent]
    else:
        near = [
            each
            for each in _entries(path)
            if not each.name.startswith(".") and (each / _FIRST).is_file()
        ]
    found = f"no inventory: neither {_FIRST} nor any other file of one is in it"
    remedy = "name one with --inventory, or write one with: egovnet init DIR"
    if near:
        remedy = f"name {' or '.join(map(str, near[:3]))}"
    return InventoryError([Problem(str(path), 0, "", found, remedy)])


#: What Emacs puts beside a file that is edited: a link to nowhere, of the file's own name.
_EMACS_LOCK = ".#"


def _entries(directory: Path) -> list[Path]:
    """What is in a directory, hidden names too.

    Raises:
        InventoryError: it cannot be listed.
    """
    try:
        return sorted(directory.iterdir())
    except OSError as error:
        found = f"cannot be listed: {error.strerror}"
        raise InventoryError([Problem(str(directory), 0, "", found, "check its rights")]) from error


#: Files that are for people; `__init__.py` makes an inventory part of a package.
_FOR_PEOPLE = ("README", "LICENSE", "CHANGELOG", "CODEOWNERS", "Makefile", "__init__.py")
_DOCUMENT = ("", ".md", ".rst", ".txt")


def _for_people(path: Path) -> bool:
    if path.is_dir():
        return path.name == "__pycache__" and not _holds_yaml(path)
    if path.name in _FOR_PEOPLE:
        return True
    if path.suffix == ".plan":
        return True  # who works in the directory writes plans there
    # README.yaml is somebody's mistake
    return path.suffix in _DOCUMENT and path.stem in _FOR_PEOPLE


def _is_yaml(name: str) -> bool:
    """Whether a file's name says YAML, however it is spelled; `.yaml` alone does, too."""
    return name.casefold().endswith((".yaml", ".yml"))


def _holds_yaml(directory: Path) -> bool:
    return any(_is_yaml(name) for _, _, names in os.walk(directory) for name in names)


def _is_hidden_yml(path: Path, known: Collection[str]) -> bool:
    """Whether a hidden file is one of `known` by another ending, such as `.vpns.yml`."""
    shown = path.name[1:]
    return _is_yaml(shown) and f"{Path(shown).stem}.yaml".casefold() in known


def _may_hold_sites(hidden: Path) -> bool:
    """Whether a hidden entry of `sites/` is what somebody hid, and no tool's own."""
    if hidden.is_dir():
        return _holds_yaml(hidden)
    return _is_yaml(hidden.name) and not hidden.name.startswith(_EMACS_LOCK)


def _hidden(path: Path) -> _Unread:
    """A file of an inventory that somebody hid: its sites, exchanges or rules would be gone."""
    found = "would not be read: its name begins with a dot"
    if path.is_dir() and path.name != ".sites":
        remedy = "move its files to sites/, or it out of the inventory"
        return _Unread(path, Problem(str(path), 0, "", found, remedy))
    stem = Path(path.name[1:]).stem if _is_yaml(path.name) else path.name[1:]
    shown = path.with_name(f"{stem}.yaml" if _is_yaml(path.name) else stem)
    remedy = f"rename it to {shown.name}, or move it out of the inventory"
    meant = shown if path.is_file() else None
    return _Unread(path, Problem(str(path), 0, "", found, remedy), meant)


def _not_read(path: Path, known: list[str]) -> _Unread:
    meant: Path | None = None
    if path.suffix == ".yml":
        found, remedy = "it ends in .yml", "rename it to .yaml"
        meant = path.with_suffix(".yaml")
    elif path.is_dir():
        found, remedy = "a directory", "move its files to sites/, or it out of the inventory"
    elif near := _named_alike(path, known):
        found, remedy = "no file of an inventory has this name", f"rename it to {near}"
        meant = path.with_name(near)
    elif path.parent.name == "sites" and not known:
        found, remedy = "it does not end in .yaml", "rename it, or move it out of the inventory"
    else:
        found = "no file of an inventory has this name"
        remedy = "rename it, put sites into sites/, or move it out of the inventory"
    problem = Problem(str(path), 0, "", f"would not be read: {found}", remedy)
    return _Unread(path, problem, meant)


def _named_alike(path: Path, known: Collection[str]) -> str | None:
    """The file that is meant: as other tools call it, or misspelled."""
    other = other_keys.FILES.get(path.stem) if path.suffix == ".yaml" else None
    near = [other] if other in known else get_close_matches(path.name, known, n=1, cutoff=0.75)
    return near[0] if near else None


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
        sources = _together(
            Path(), wanted, lambda path: judge_text(self.files[path], path), problems
        )
        sources.incomplete |= {*FILES, "sites"} - set(sections.values())
        return sources


def _together(
    root: Path,
    wanted: Iterable[tuple[str, _Place]],
    judge: Callable[[_Place], Judged],
    problems: list[Problem],
) -> Sources:
    sources = Sources(root)
    sources.problems += problems
    for section, place in wanted:
        try:
            judged = judge(place)
        except InventoryError as error:
            sources.problems += error.problems
            sources.incomplete.add(section)
        else:
            sources.problems += judged.problems
            _add(sources, section, judged)
    return sources


def _add(sources: Sources, section: str, judged: Judged) -> None:
    """Add a document of `section` to `sources`, or say why it cannot be one."""
    document = judged.document
    if document is None or not isinstance(document.data or {}, dict):
        if document is not None:
            found, remedy = "a list or text, not a mapping", "write key: value"
            if section not in ("network", "defaults"):
                remedy = "write each entry as a name with a colon, and its keys below it"
            sources.problems.append(Problem(document.path, 1, "", found, remedy))
        sources.incomplete.add(section)
        return
    sources.problems += _given_elsewhere(document, sources.documents.get(section, []))
    sources.documents.setdefault(section, []).append(document)


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

"""Configurations of unknown origin: a directory of texts, one file a router.

Nothing is left out without a problem: a file that is not read would be a router that is not proved.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from egovnet.inventory.errors import Problem
from egovnet.inventory.source.regular_file import read_regular
from egovnet.templates.model.errors import ConfigTextError
from egovnet.templates.registry import stated_name

SUFFIXES = (".cfg", ".conf", ".txt")
_ANY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class ConfigText:
    """A router's text and where it stands."""

    host: str
    file: str
    text: str


def read_configs(directory: Path) -> dict[str, ConfigText]:
    """Host -> its text, from `directory`/<host>.cfg, .conf or .txt; hidden files are left out.

    Raises:
        ConfigTextError: with every problem of the directory and its files at once; nothing to
            check is a problem.
    """
    try:
        entries = sorted(path for path in directory.iterdir() if not path.name.startswith("."))
    except OSError as error:
        found = f"cannot be read as a directory: {error.strerror}"
        remedy = "name a directory of configurations with --configs"
        raise ConfigTextError([Problem(str(directory), 0, "", found, remedy)]) from error
    if not entries:
        found, remedy = "nothing to check: no file in it", "put one file a router there: <host>.cfg"
        raise ConfigTextError([Problem(str(directory), 0, "", found, remedy)])
    problems: list[Problem] = []
    texts = [text for path in entries if (text := _read(path, problems.append)) is not None]
    problems += _names(texts)
    if problems:
        raise ConfigTextError(problems)
    return {text.host: text for text in texts}


def _read(path: Path, report: Callable[[Problem], None]) -> ConfigText | None:
    """One file, or None after a problem was reported."""
    file = str(path)
    wrong = _wrong_name(path)
    if wrong:
        report(Problem(file, 0, "", *wrong))
        return None
    try:
        data = read_regular(path)
    except OSError as error:
        report(Problem(file, 0, "", f"cannot be read: {error.strerror}", "check path and rights"))
        return None
    place, found, remedy = 0, "", "save the router's configuration as text"
    text = ""
    if not data.strip():
        found, remedy = "empty", "write the router's configuration into it"
    elif b"\0" in data:
        place, found = data.index(b"\0"), "binary data, no text"
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            place, found = error.start, f"not UTF-8 text (byte {error.start})"
    if found:
        line = data.count(b"\n", 0, place) + 1 if place else 0
        report(Problem(file, line, "", found, remedy))
        return None
    return ConfigText(path.stem, file, text)


def _wrong_name(path: Path) -> tuple[str, str] | None:
    """Why an entry of the directory is not a router's file by its name, and what to do."""
    if path.is_dir():
        return "would not be read: a directory", "move its files up, or it elsewhere"
    if path.suffix not in SUFFIXES:
        ends = ", ".join(SUFFIXES)
        return f"would not be read: it ends in none of {ends}", "name it <host>.cfg, or move it"
    if not _ANY_NAME.fullmatch(path.stem):
        return "its name is not a host's", "name it <host>.cfg"
    return None


def _names(texts: list[ConfigText]) -> Iterator[Problem]:
    """One file a router, and each of the router that it is named after."""
    files: dict[str, str] = {}
    stated: dict[str, str] = {}
    for text in texts:
        other = files.setdefault(text.host.casefold(), text.file)
        if other != text.file:
            found = f"a second file for {text.host}, beside {other}"
            yield Problem(text.file, 0, "", found, "keep the one that it runs")
        said = stated_name(text.text)
        if said is None:
            continue
        name, line = said
        if name.casefold() != text.host.casefold():
            found = f"the text is {name}'s, and the file is named after {text.host}"
            yield Problem(text.file, line, "hostname", found, f"rename it, such as {name}.cfg")
        other = stated.setdefault(name.casefold(), text.file)
        if other != text.file and files.get(text.host.casefold()) == text.file:
            found = f"a second text of {name}, beside {other}"
            yield Problem(text.file, line, "hostname", found, "keep the one that it runs")

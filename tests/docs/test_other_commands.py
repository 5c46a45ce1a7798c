"""Commands of other programs on the pages: what they name is there, and no page has another.

What egovnet's own commands do is held by test_pages.py; these need root, an engine or hours.
"""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, pages
from tests.docs.test_pages import ELSEWHERE_BY_LINE

#: Programs that pages name in blocks which nobody runs, and why nobody does.
NOT_RUN = {
    "bao": "its server: tests/tasks/keys/test_openbao.py has one",
    "cd": "of the line after it",
    "docker": "no engine: the archive is read by tests/lab/test_container_image.py",
    "export": "of the line after it",
    "git": "the reader's own clone; git's words are git's",
    "install": "into /etc of the reader's machine",
    "journalctl": "no systemd in a container",
    "podman": "no engine: tests/packaging reads the file as one does",
    "systemctl": "no systemd in a container",
}
_OURS = {"make", "pytest", "python", "python3"}
_LINE = re.compile(r"^ {4,}(?:\$ )?(\S.*)$")


def _lines() -> Iterator[tuple[str, list[str]]]:
    """(place, words) of every line of an indented or `sh` block that begins with a program."""
    for page in pages():
        block, name = "", page.relative_to(ROOT).as_posix()
        text = page.read_text(encoding="utf-8").replace(" \\\n", " ")
        for number, line in enumerate(text.splitlines(), start=1):
            if line.lstrip().startswith("```"):
                block = "" if block else line.strip()
                continue
            found = line.strip() if block == "```sh" else ""
            if not block and (indented := _LINE.match(line)):
                found = indented[1]
            for part in re.split(r"\s&&\s|;\s|\s\|\s", re.split(r"\s{2,}#", found)[0]):
                try:
                    words = shlex.split(part)
                except ValueError:  # of a text, such as one with an apostrophe
                    continue
                if words and Path(words[0]).name in _OURS | NOT_RUN.keys():
                    yield f"{name}:{number}", words


LINES = list(_lines())
MADE = [(place, words) for place, words in LINES if Path(words[0]).name in _OURS]


def test_there_are_such_lines() -> None:
    assert len(MADE) > 10
    assert {Path(words[0]).name for _, words in LINES} >= {"make", "systemctl", "pytest"}


@pytest.mark.parametrize(("place", "words"), MADE, ids=[f"{p} {' '.join(w)}" for p, w in MADE])
def test_a_command_of_ours_is_there(place: str, words: list[str]) -> None:
    program, *rest = words
    match Path(program).name:
        case "make":
            targets = [word for word in rest if not word.startswith(("-", "/")) and "=" not in word]
            done = subprocess.run(
                ["make", "-n", *targets], cwd=ROOT, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{place}: {done.stderr}"
        case "pytest":
            paths = [word for word in rest if word.startswith("tests/")]
            assert paths, place
            assert all((ROOT / path.partition("::")[0]).exists() for path in paths), place
        case _:
            assert rest[0] == "-m", place
            done = subprocess.run(
                [sys.executable, "-m", rest[1], "--help"],
                cwd=ROOT, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, f"{place}: {done.stderr}"
            options = [word for word in rest[2:] if word.startswith("--")]
            assert all(option in done.stdout for option in options), place


def test_files_that_such_lines_name_are_there() -> None:
    for place, words in LINES:
        for word in words:
            if word.startswith(("docs/", "lab/", "tests/", "packaging/")):
                assert (ROOT / word).exists(), f"{place}: {word}"


@pytest.mark.parametrize("line", sorted(ELSEWHERE_BY_LINE))
def test_the_test_that_is_named_gives_that_command(line: str) -> None:
    """The verb and every option of it stand there as words that a test gives."""
    place = ROOT / ELSEWHERE_BY_LINE[line]
    files = [place] if place.is_file() else sorted(place.rglob("*.py"))
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    words = shlex.split(line)[1:]
    named = [words[0], *(word for word in words if word.startswith("--"))]
    lacking = [w for w in named if not re.search(rf"[\"' ]{re.escape(w)}[\"' =]", text)]
    assert lacking == []

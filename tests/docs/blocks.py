"""What a page of the documentation has a reader do: commands with what they print, and edits.

    ```console
    $ egovnet plan -o first.plan        # exit 3: there is something to do
    ...
    1 to change, 3 as intended, 0 not planned
    ```

A command begins with `$`; a backslash at its end goes on in the next line. What follows is printed
by it, in this order; a line `...` stands for any lines, and `...` within one for any text. Without
such lines nothing is said of what it prints. It exits 0, or as the comment behind it says.

    ```diff
    --- my-network/hosts.yaml
         region: centre
    +    state: leaving
    ```

is an edit: these lines stand once in the file, but for those with `+`; afterwards, but for those
with `-`.

`<!-- test: WORDS -->` is what happens in the reader's network meanwhile, such as new hardware.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_COMMENT = re.compile(r"\s{2,}# (?:exit (\d)\b)?.*$")


@dataclass(frozen=True)
class Command:
    """A line for a shell."""

    page: Path
    line: int
    text: str
    exit: int = 0
    expected: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


@dataclass(frozen=True)
class Edit:
    """Lines of a file, and what they become."""

    page: Path
    line: int
    file: str
    before: str
    after: str


@dataclass(frozen=True)
class Event:
    """What happens in the network that the page is about."""

    page: Path
    line: int
    words: tuple[str, ...]


Step = Command | Edit | Event


def pages() -> list[Path]:
    """Every page that a person reads."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def steps(page: Path) -> list[Step]:
    """What the page has its reader do, in order."""
    found: list[Step] = []
    for number, kind, lines in _blocks(page):
        if kind == "console":
            found += _commands(page, number, lines)
        elif kind == "diff":
            found.append(_edit(page, number, lines))
        elif kind == "test":
            found.append(Event(page, number, tuple(lines[0].split())))
    return found


def _blocks(page: Path) -> Iterator[tuple[int, str, list[str]]]:
    """(line number, kind, lines) of fenced blocks and of comments for the test."""
    kind, begun, lines = "", 0, list[str]()
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        fence = re.match(r"```(\w*)", line)
        if fence and begun:
            yield begun, kind, lines
            begun, lines = 0, []
        elif fence:
            kind, begun = fence[1], number
        elif begun:
            lines.append(line)
        elif event := re.fullmatch(r"<!-- test: (.*) -->", line):
            yield number, "test", [event[1]]


def _commands(page: Path, begin: int, lines: list[str]) -> Iterator[Command]:
    number = 0
    while number < len(lines):
        at = begin + 1 + number
        if not lines[number].startswith("$ "):
            raise ValueError(f"{page}:{at}: output before a command")
        text = lines[number][2:]
        while text.endswith("\\"):
            number += 1
            text = text[:-1].rstrip() + " " + lines[number].strip()
        number += 1
        comment = _COMMENT.search(text)
        code = int(comment[1] or 0) if comment else 0
        expected = []
        while number < len(lines) and not lines[number].startswith("$ "):
            expected.append(lines[number])
            number += 1
        yield Command(page, at, _COMMENT.sub("", text), code, tuple(expected))


def _edit(page: Path, number: int, lines: list[str]) -> Edit:
    if not lines[0].startswith("--- "):
        raise ValueError(f"{page}:{number}: an edit begins with --- FILE")
    signs = [(line[:1], line[1:]) for line in lines[1:]]
    before = "".join(f"{text}\n" for sign, text in signs if sign != "+")
    after = "".join(f"{text}\n" for sign, text in signs if sign != "-")
    return Edit(page, number, lines[0][4:], before, after)


def missing(expected: tuple[str, ...], printed: str) -> str | None:
    """The first expected line that was not printed after those before it; None: all were."""
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    at, anywhere = 0, False
    for wanted in (" ".join(line.split()) for line in expected):
        if wanted == "...":
            anywhere = True
            continue
        pattern = re.compile(".*".join(map(re.escape, wanted.split("..."))))
        rest = lines[at:] if anywhere else lines[at : at + 1]
        here = next((n for n, line in enumerate(rest) if pattern.fullmatch(line)), None)
        if here is None:
            return wanted
        at, anywhere = at + here + 1, False
    return None if anywhere or at == len(lines) or not expected else "the end"

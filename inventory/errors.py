"""The one tree of errors that egovnet raises on purpose, and the problems that they list.

EgovnetError              what the caller gave cannot be done (exit code 2)
|-- ProblemsError         one stage's problems, all at once (2)
|   |-- InventoryError    in the files of an inventory
|   `-- ConfigTextError   in a text that should be a router's configuration (templates)
`-- UnreachableError      what everything goes through does not answer (5)

Other rooms add their own below these; a class says its exit code. A `Problem` says where (file,
line, field), what was found and what to do next.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

#: Characters of a part of a problem, whatever it quotes: a file may have a million in one value.
_MOST = 2000
#: Other places of a mistake that are named.
_OTHERS = 3


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in an input, addressed so that an editor can jump to it.

    `line` counts from 1; 0 means that the file as a whole is meant. Of what is longer than a person
    reads, the middle is left out.
    """

    file: str
    line: int
    field: str
    found: str
    remedy: str

    def __post_init__(self) -> None:
        for name in ("field", "found", "remedy"):
            object.__setattr__(self, name, _shortened(getattr(self, name)))

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.file}:{self.line}" if self.line else self.file

    def __str__(self) -> str:
        field = f" {self.field}:" if self.field else ""
        remedy = f" -> {self.remedy}" if self.remedy else ""
        return _one_line(f"{self.place}:{field} {self.found}{remedy}")


@dataclass(frozen=True, slots=True, order=True)
class InventoryWarning:
    """What is allowed and probably not intended; addressed as a `Problem` is."""

    file: str
    line: int
    field: str
    #: What kind it is, such as "pe-with-one-circuit".
    code: str
    found: str
    remedy: str

    def __str__(self) -> str:
        problem = Problem(self.file, self.line, self.field, self.found, self.remedy)
        return f"{problem} [{self.code}]"


def grouped_warnings(warnings: Iterable[InventoryWarning]) -> list[str]:
    """A line for each kind of warning, in the order of the first of each; a few of one kind alone.

    What thirty routers lack is one decision of whoever planned them. A warning about a file as a
    whole has its names in it, and stands for itself.
    """
    kinds: dict[tuple[str, InventoryWarning | None], list[InventoryWarning]] = {}
    for warning in warnings:
        kinds.setdefault((warning.code, None if warning.field else warning), []).append(warning)
    return [
        sentence
        for alike in kinds.values()
        for sentence in (map(str, alike) if len(alike) <= _OTHERS else (_of_a_kind(alike),))
    ]


def _of_a_kind(alike: Sequence[InventoryWarning]) -> str:
    first, *others = alike
    names = list(dict.fromkeys(each.field.split(".")[0] for each in others))
    more = f" and {len(names) - _OTHERS:,} more" if len(names) > _OTHERS else ""
    also = f"; {len(others):,} like it, at {', '.join(names[:_OTHERS])}{more}"
    return str(replace(first, found=f"{first.found}{also}"))


def sentences(problems: Iterable[Problem]) -> list[str]:
    """What is wrong, a line for each cause, in the order of the first of each.

    A key that is misspelled in thirty entries is one mistake of whoever wrote them: it is said
    where it stands first, with the number and a few of the other places.
    """
    causes: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        # without a line, as of options, another field is another place to look at
        key = _last_key(problem.field) if problem.line else problem.field
        causes.setdefault((problem.found, problem.remedy, key), []).append(problem)
    return [_with_others(first, others) for first, *others in causes.values()]


def _last_key(field: str) -> str:
    """The key that a field ends with, whatever entry it is in; "" of an entry as a whole."""
    below = [part for part in field.split(".") if not part.isdecimal()][1:]
    return below[-1] if below else ""


def _with_others(first: Problem, others: Collection[Problem]) -> str:
    places = list(dict.fromkeys(each.place for each in others))
    if not places:
        return str(first)
    here = all(each.file == first.file and each.line for each in others)
    shown = [place.removeprefix(f"{first.file}:") if here else place for place in places[:_OTHERS]]
    more = f" and {len(places) - _OTHERS:,} more" if len(places) > _OTHERS else ""
    where = "at" if not here else "on line" if len(places) == 1 else "on lines"
    also = f", {len(others) + 1:,} times: also {where} {', '.join(shown)}{more}"
    return str(replace(first, found=f"{first.found}{also}"))


def independent(problems: Iterable[Problem], doubtful: Iterable[Problem]) -> list[Problem]:
    """`problems` without those about values that nobody knows, such as of a key given twice.

    `doubtful` are problems of a file's keys, which are among `problems`.
    """
    fields = {(each.file, each.field) for each in doubtful if each.field}
    own = set(doubtful)
    return [each for each in problems if each in own or not _is_below(each, fields)]


def _is_below(problem: Problem, fields: set[tuple[str, str]]) -> bool:
    parts = problem.field.split(".") if fields else []
    return any(
        (problem.file, ".".join(parts[:length])) in fields for length in range(1, len(parts) + 1)
    )


def _shortened(text: str) -> str:
    if len(text) <= _MOST:
        return text
    half = _MOST // 2
    return f"{text[:half]} ({len(text) - 2 * half} characters left out) {text[-half:]}"


def _one_line(text: str) -> str:
    """`text` with what would break a line or move a cursor written as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class EgovnetError(Exception):
    """Root of every error that egovnet raises on purpose."""

    #: What the command line exits with: 1 internal, 2 bad usage or input, 5 devices.
    exit_code: ClassVar[int] = 2
    #: What an editor can jump to; empty where nothing in a file is wrong.
    problems: tuple[Problem, ...] = ()


class UnreachableError(EgovnetError):
    """What every device is reached through does not answer; nothing was begun."""

    exit_code = 5


class ProblemsError(EgovnetError):
    """Every problem of one stage of reading, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(sentences(self.problems)))


class InventoryError(ProblemsError):
    """Every problem of one stage of reading an inventory."""


#: Keys and indices that lead to a value within a file or a section.
Location = tuple[str | int, ...]
#: (section, location, found, remedy) -> the problem there, with file and line looked up. The
#: section "routers" is that of hosts with what they inherit, by field.
Report = Callable[[str, Location, str, str], Problem]


def missing_directory(path: Path) -> InventoryError:
    """The error for an inventory path that is not a directory."""
    found = "no such inventory directory"
    remedy = "name one with --inventory, or write one with: egovnet init DIR"
    if path.is_file():
        found, remedy = "a file, and no inventory directory", f"name its directory: {path.parent}"
    return InventoryError([Problem(str(path), 0, "", found, remedy)])

"""Errors of texts that are read.

EgovnetError
`-- ConfigTextError       one text that cannot be a router's configuration (exit code 2)
"""

from collections.abc import Iterable

from egovnet.inventory.model.errors import EgovnetError, Problem


class ConfigTextError(EgovnetError):
    """Every reason why a text cannot be judged (binary, empty, cut off), sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))

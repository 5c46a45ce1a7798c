"""The lines of a text, kept as one string."""

from collections.abc import Sequence
from typing import Any


class TextLines(Sequence[str]):
    """A nation's texts have millions of lines, of which findings quote a few: a text is taken
    apart again when the first of its lines is asked for."""

    __slots__ = ("_count", "_lines", "_text")

    def __init__(self, lines: Sequence[str]) -> None:
        self._text = "\n".join(lines)
        self._count = len(lines)
        self._lines: Sequence[str] | None = None

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        if self._lines is None:
            self._lines = tuple(self._text.split("\n")[: self._count])
        return self._lines[index]

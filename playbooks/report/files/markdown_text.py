"""Markdown for a merge request, of text that anybody may have written.

Text of devices is in `<code>` with all punctuation as character references: no table, link,
mention or issue number can be made of it, on GitLab and GitHub alike.
"""

import re
from collections.abc import Iterable

from egovnet.playbooks.report.text.moments import full_moment
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.provenance import Provenance

#: Bytes. GitHub refuses a comment of 65,536 characters.
MOST_BYTES = 60_000
_LONGEST = 160


class MarkdownPage:
    """Lines, until there are as many bytes as may be; `file` has what is left out."""

    def __init__(self, most: int, file: str) -> None:
        self._file = file
        self.most = self._limit = most
        self._lines: list[str] = []
        self._size = 0

    def share(self, part: float) -> None:
        """Let what is added from now on take at most this part of what is left."""
        self._limit = self._size + int((self.most - self._size) * part)

    def add(self, *lines: str) -> bool:
        """Add the lines together, or nothing and False when they do not fit."""
        size = sum(len(line.encode()) + 1 for line in lines)
        if self._size + size > self._limit:
            return False
        self._lines += lines
        self._size += size
        return True

    @property
    def text(self) -> str:
        """All that was added."""
        return "\n".join(self._lines) + "\n"

    def table(
        self, title: str, columns: Iterable[str], rows: Iterable[tuple[int, Iterable[str]]]
    ) -> None:
        """A table with as many rows as fit; under it how many things are in those that do not."""
        listed = [(number, "| " + " | ".join(row) + " |") for number, row in rows]
        if not listed:
            return
        head = "| " + " | ".join(columns) + " |"
        rule = "|" + "---|" * head.count(" | ") + "---|"
        if not self.add(f"### {title}", "", head, rule):
            self.cut(title, sum(number for number, _ in listed))
            return
        shown = 0
        while shown < len(listed) and self.add(listed[shown][1]):
            shown += 1
        self.add("")
        if left := sum(number for number, _ in listed[shown:]):
            self.cut(title, left)

    def cut(self, title: str, number: int) -> None:
        """Add, whatever room there is, how much is left out."""
        line = f"*{number:,} more of “{title}” are in {self._file}.*"
        self._lines += [line, ""]
        self._size += len(line.encode()) + 2


def code(text: str) -> str:
    """Text of anybody, as nothing but text; shortened."""
    text = visible(text)
    if not text.strip():
        return ""
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    # A full stop is left alone but where it would make a bare link of what is before it.
    kept = re.sub(r"[!-'*+:-@\[-`{-~]|(?<=www)\.", lambda m: f"&#{ord(m[0])};", text, flags=re.I)
    return f"<code>{kept}</code>"


def made_by(made: Provenance) -> str:
    """Where a paper comes from, in a sentence."""
    texts = f", texts {code(made.short_texts)}" if made.texts else ""
    return (
        f"Made {code(full_moment(made.made))} by {code(made.author)} with egovnet "
        f"{code(made.version)}; inventory {code(made.short_inventory or 'not known')}{texts}."
    )

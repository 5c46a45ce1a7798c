"""Help whose lines end between words: `lab up --reconfigure` and `in-service` are not broken at a
hyphen, since people copy them."""

import re
from collections.abc import Iterable

import click

_HYPHEN = re.compile(r"(?<=\S)-(?=\S)")
#: Stands for a hyphen while lines are broken, and is one character wide.
_UNBROKEN = "\uffff"


class WholeWords(click.HelpFormatter):
    """click's formatter, that breaks no word at its hyphens."""

    def write_text(self, text: str) -> None:
        """As click's."""
        super().write_text(_HYPHEN.sub(_UNBROKEN, text))

    def write_dl(
        self,
        rows: Iterable[tuple[str, str]],
        col_max: int = 30,
        col_spacing: int = 2,
    ) -> None:
        """As click's."""
        kept = [(name, _HYPHEN.sub(_UNBROKEN, words)) for name, words in rows]
        super().write_dl(kept, col_max, col_spacing)

    def getvalue(self) -> str:
        """As click's."""
        return super().getvalue().replace(_UNBROKEN, "-")


class VerbContext(click.Context):
    """The context of a verb."""

    formatter_class = WholeWords

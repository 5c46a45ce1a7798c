"""Words that are kept: a ticket, a name, a reason. What is not text could not be written down."""

from typing import Any

import click


class WordsOfPeople(click.types.StringParamType):
    """Text of at most so many characters, as the journal's columns have room for."""

    name = "text"

    def __init__(self, most: int = 100) -> None:
        self.most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text; fails as click does."""
        text = str(super().convert(value, param, ctx))
        try:
            text.encode()
        except UnicodeEncodeError:  # octets of a command line that are no UTF-8
            self.fail("it is not UTF-8 text", param, ctx)
        if len(text) > self.most:
            self.fail(f"it is longer than {self.most} characters", param, ctx)
        return text

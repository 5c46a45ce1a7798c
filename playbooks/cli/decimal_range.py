"""A whole number on the command line: decimal digits, as in an inventory."""

import re
from typing import Any

import click

#: Python's own `int` takes `1_000`, `+5`, blanks, leading zeros and the digits of any script.
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)")


class DecimalRange(click.IntRange):
    """click's range of integers, written in decimal digits alone."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; fails as click does."""
        if isinstance(value, str) and not _DECIMAL.fullmatch(value):
            self.fail(f"{value!r} is not a valid integer.", param, ctx)
        return int(super().convert(value, param, ctx))

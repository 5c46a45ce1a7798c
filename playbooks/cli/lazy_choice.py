"""A choice whose values are asked for when they are needed: their module may be slow to import."""

from collections.abc import Callable, Sequence
from functools import cached_property

import click


class LazyChoice(click.Choice[str]):
    """One of `values()`."""

    def __init__(self, values: Callable[[], Sequence[str]]) -> None:
        self._values = values
        self.case_sensitive = True

    @cached_property
    def choices(self) -> Sequence[str]:  # type: ignore[override] # an attribute that click only reads
        """The values, asked for once."""
        return tuple(self._values())

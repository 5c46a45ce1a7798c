"""Options that say how much of a result is printed: each verb has those that it knows."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from egovnet.playbooks.results.detail import Detail

if TYPE_CHECKING:
    from egovnet.playbooks.results.outcome import AnyOutcome

_OPTIONS = {
    Detail.STAT: click.option("--stat", is_flag=True, help="Differences as a line a router."),
    Detail.FULL: click.option("--full", is_flag=True, help="Every router's difference, whole."),
    Detail.QUIET: click.option(
        "-q", "--quiet", is_flag=True, help="How it ended and what to do next; no progress."
    ),
    Detail.VERBOSE: click.option(
        "-v", "--verbose", is_flag=True, help="Every name, and what each finding rests on."
    ),
}
#: Of verbs that print differences, and of those that print none.
OF_DIFFERENCES = (Detail.STAT, Detail.FULL, Detail.QUIET, Detail.VERBOSE)
OF_FINDINGS = (Detail.QUIET, Detail.VERBOSE)


def details(*known: Detail) -> "Callable[[Callable[..., AnyOutcome]], Callable[..., AnyOutcome]]":
    """A verb whose printer knows these. Stands under `verb`."""

    def mark(function: "Callable[..., AnyOutcome]") -> "Callable[..., AnyOutcome]":
        function.__dict__["details"] = known
        return function

    return mark


def with_options(run: Callable[..., None], known: tuple[Detail, ...]) -> Callable[..., None]:
    """`run` with the options of `known`."""
    for detail in reversed(known):
        run = _OPTIONS[detail](run)
    return run


def chosen(given: dict[str, Any]) -> Detail:
    """Take the options out of a verb's arguments: the one that was given.

    Raises:
        UsageError: more than one.
    """
    from egovnet.playbooks.core.selection import UsageError

    asked = [detail for detail in _OPTIONS if given.pop(detail.value, False)]
    if len(asked) > 1:
        names = " and ".join(f"--{detail.value}" for detail in asked)
        raise UsageError(f"{names} are different answers: give one of them")
    return asked[0] if asked else Detail.NORMAL

"""Differences of many routers, those together that are the same but for each router's own words.

What may differ within a fold are addresses and the router's own name. A number is no such word: a
VLAN, a target or an AS number that differs is another difference, and is shown.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from egovnet.playbooks.results.plan import PlannedDiff

_ADDRESS = re.compile(
    r"(?<![\w.:])(?:"
    r"\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?"  # IPv4
    r"|(?=[0-9a-fA-F.]*:[0-9a-fA-F:.]*:)[0-9a-fA-F:]+(?:/\d{1,3})?"  # IPv6
    r"|49(?:\.[0-9a-fA-F]{4}){4}\.00"  # an IS-IS network entity title
    r")(?![\w.])"
)


@dataclass(frozen=True, slots=True)
class FoldedDiff:
    """`shown` stands for all of them; each is of one or more routers."""

    shown: PlannedDiff
    others: tuple[PlannedDiff, ...] = ()

    @property
    def devices(self) -> tuple[str, ...]:
        """All routers, those of `shown` first."""
        return tuple(n for diff in (self.shown, *self.others) for n in diff.devices)


def folded(diffs: Iterable[PlannedDiff]) -> tuple[FoldedDiff, ...]:
    """In the order in which each first comes."""
    groups: dict[str, list[PlannedDiff]] = {}
    for diff in diffs:
        groups.setdefault(_shape(diff), []).append(diff)
    return tuple(FoldedDiff(first, tuple(others)) for first, *others in groups.values())


def without_addresses(text: str) -> str:
    """`text`, every address in it replaced by one word: equal for what differs in them alone."""
    return _ADDRESS.sub("<address>", text)


def _shape(diff: PlannedDiff) -> str:
    text = without_addresses(diff.diff)
    for name in diff.devices:
        text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", "<router>", text)
    return text

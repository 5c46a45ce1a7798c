"""Findings of a verification by what was checked, the layer that others stand on first.

A circuit that is down takes sessions, routes and packets along: what fails lowest is where to look.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from egovnet.playbooks.results.verification import CheckFinding

#: Kinds of checks from the ground up; a kind that is not here stands on all of them.
_LAYERS = (
    "daemon",
    "answers",
    "addresses",
    "IS-IS adjacency",
    "LDP session",
    "BGP session",
    "CE session",
    "PE side",
    "customer",
    "route targets",
    "unreachable default",
    "VRF routes",
    "no stray routes",
)


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings of one kind of check, leaks or faults, new ones or known ones."""

    klass: str
    leak: bool
    known: bool
    findings: tuple[CheckFinding, ...]

    @property
    def devices(self) -> tuple[str, ...]:
        """Where they were found, sorted."""
        return tuple(sorted({finding.device for finding in self.findings}))


def grouped(findings: Iterable[CheckFinding]) -> tuple[FindingGroup, ...]:
    """New ones first, leaks before faults, then from the ground up."""
    found: dict[tuple[bool, bool, str], list[CheckFinding]] = {}
    for finding in findings:
        key = (finding.known, finding.severity != "leak", finding.klass)
        found.setdefault(key, []).append(finding)
    order = sorted(found, key=lambda key: (key[0], key[1], _layer(key[2])))
    return tuple(
        FindingGroup(klass, not fault, known, tuple(found[known, fault, klass]))
        for known, fault, klass in order
    )


def lowest(groups: Iterable[FindingGroup]) -> str:
    """The kind of check that others which fail may follow from; "" where there is no such."""
    faults = [group.klass for group in groups if not group.known and not group.leak]
    if len(faults) < 2 or _layer(faults[0])[0] == len(_LAYERS):
        return ""
    return faults[0]


def _layer(klass: str) -> tuple[int, str]:
    return (_LAYERS.index(klass) if klass in _LAYERS else len(_LAYERS), klass)

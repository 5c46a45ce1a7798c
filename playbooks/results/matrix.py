"""The matrix of VPN against VPN: what each source may reach, and what it does reach.

Made once from a verdict, for the page, the terminal and JSON alike.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from egovnet.isolation.model.domains import ANYWHERE
from egovnet.isolation.model.finding import Finding
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.symptoms import by_cause
from egovnet.isolation.model.verdict import Verdict


class CellState(StrEnum):
    """What a cell says of packets from its row's domain to its column's."""

    #: A path that is intended.
    ALLOWED = "allowed"
    #: A path would be intended, and the texts have none.
    UNUSED = "allowed, no path"
    #: A path that must not be.
    LEAK = "leak"
    NONE = "no path"


@dataclass(frozen=True, slots=True)
class Cell:
    """Source against target. `findings` are positions of causes, the gravest first, from 1."""

    source: str
    target: str
    state: CellState
    reason: str = ""
    findings: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """Domains in order, zone by zone, and every cell that is not "no path"."""

    domains: tuple[str, ...]
    zones: Mapping[str, str]
    cells: Mapping[tuple[str, str], Cell]

    def cell(self, source: str, target: str) -> Cell:
        """The cell of a pair; "no path" when nothing is known of it."""
        return self.cells.get((source, target)) or Cell(source, target, CellState.NONE)

    def by_zone(self) -> dict[str, tuple[str, ...]]:
        """Zone -> its domains; what is in no zone comes under an empty name, last."""
        groups: dict[str, list[str]] = {}
        for domain in self.domains:
            groups.setdefault(self.zones.get(domain, ""), []).append(domain)
        own = groups.pop("", None)
        if own:
            groups[""] = own
        return {zone: tuple(domains) for zone, domains in groups.items()}

    def crosses(self, source: str, target: str) -> bool:
        """Whether the pair is of two zones, which must never meet."""
        one, other = self.zones.get(source, ""), self.zones.get(target, "")
        return bool(one and other) and one != other

    def to_dict(self) -> dict[str, Any]:
        """`matrix` in JSON, where findings are counted from 0."""
        return {
            "domains": [{"name": name, "zone": self.zones.get(name, "")} for name in self.domains],
            "cells": [
                {
                    "source": cell.source,
                    "target": cell.target,
                    "state": cell.state.value,
                    "reason": cell.reason,
                    "findings": [number - 1 for number in cell.findings],
                }
                for cell in self.cells.values()
            ],
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """`to_dict` read back."""
        cells = (
            Cell(
                cell["source"],
                cell["target"],
                CellState(cell["state"]),
                cell["reason"],
                tuple(number + 1 for number in cell["findings"]),
            )
            for cell in data["cells"]
        )
        return cls(
            tuple(domain["name"] for domain in data["domains"]),
            {domain["name"]: domain["zone"] for domain in data["domains"]},
            {(cell.source, cell.target): cell for cell in cells},
        )


def matrix(verdict: Verdict) -> Matrix:
    """The matrix of a verdict; domains that only a path knows come last.

    Every leak that has a source and a target is in a cell: in all of its source's row, but what
    is allowed, where its target is anywhere.
    """
    reasons = {(cell.source, cell.target): cell.reason for cell in verdict.allowed}
    labels = tuple(dict.fromkeys([*verdict.domains, *_only_in_paths(verdict)]))
    leaks: dict[tuple[str, str], list[int]] = {}
    for number, caused in enumerate(by_cause(verdict.findings), start=1):
        pairs = {
            pair: None
            for finding in (caused.finding, *caused.symptoms)
            if finding.severity is Severity.LEAK
            for pair in _pairs(finding, labels, reasons)
        }
        for pair in pairs:
            leaks.setdefault(pair, []).append(number)
    cells = {}
    for pair in dict.fromkeys([*reasons, *sorted(verdict.found), *leaks]):
        numbers = tuple(leaks.get(pair, ()))
        if numbers or pair not in reasons:
            state = CellState.LEAK
        else:
            state = CellState.ALLOWED if pair in verdict.found else CellState.UNUSED
        cells[pair] = Cell(*pair, state, reasons.get(pair, ""), numbers)
    return Matrix(labels, {label: verdict.zones.get(label, "") for label in labels}, cells)


def _only_in_paths(verdict: Verdict) -> Iterator[str]:
    """Labels of pairs with a path, and of leaks."""
    for pair in sorted(verdict.found):
        yield from pair
    for finding in sorted(verdict.findings, key=lambda one: one.rank):
        if finding.severity is Severity.LEAK and finding.source is not None:
            yield finding.source.label
            if finding.target is not None and finding.target != ANYWHERE:
                yield finding.target.label


def _pairs(
    finding: Finding, labels: Iterable[str], allowed: Collection[tuple[str, str]]
) -> Iterable[tuple[str, str]]:
    """The (source, target) labels that a finding joins, each once."""
    if finding.source is None or finding.target is None:
        return ()
    source = finding.source.label
    if finding.target == ANYWHERE:
        one_way = [(source, label) for label in labels if label != source]
    else:
        one_way = [(source, finding.target.label)]
    pairs = [*one_way, *((b, a) for a, b in one_way if finding.both_ways)]
    if finding.target == ANYWHERE:
        pairs = [pair for pair in pairs if pair not in allowed]
    return dict.fromkeys(pairs)

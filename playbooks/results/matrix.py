"""The matrix of VPN against VPN: what each source may reach, and what it does reach.

Made once from a verdict, for the page, the terminal and JSON alike.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from egovnet.isolation.model.verdict import Finding, Severity, Verdict


class State(StrEnum):
    """What a cell says of packets from its row's domain to its column's."""

    #: A path that is meant.
    ALLOWED = "allowed"
    #: A path would be meant, and the texts have none.
    UNUSED = "allowed, no path"
    #: A path that must not be.
    LEAK = "leak"
    NONE = "no path"


@dataclass(frozen=True, slots=True)
class Cell:
    """Source against target. `findings` are positions in `Matrix.findings`, counted from 1."""

    source: str
    target: str
    state: State
    reason: str = ""
    findings: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """Domains in order, zone by zone, and every cell that is not "no path"."""

    domains: tuple[str, ...]
    zones: Mapping[str, str]
    cells: Mapping[tuple[str, str], Cell]
    #: The verdict's findings, the gravest first.
    findings: tuple[Finding, ...]

    def cell(self, source: str, target: str) -> Cell:
        """The cell of a pair; "no path" when nothing is known of it."""
        return self.cells.get((source, target)) or Cell(source, target, State.NONE)

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


def by_gravity(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Leaks, then risks, then hygiene; otherwise as they came."""
    order = {severity: index for index, severity in enumerate(Severity)}
    return tuple(sorted(findings, key=lambda finding: order[finding.severity]))


def matrix(verdict: Verdict) -> Matrix:
    """The matrix of a verdict; domains that only a path knows come last."""
    findings = by_gravity(verdict.findings)
    pairs_in_paths = (label for pair in sorted(verdict.found) for label in pair)
    labels = tuple(dict.fromkeys([*verdict.domains, *pairs_in_paths]))
    named = _named_pairs(findings, labels)
    reasons = {(cell.source, cell.target): cell.reason for cell in verdict.allowed}
    cells = {}
    for pair in dict.fromkeys([*reasons, *sorted(verdict.found), *named]):
        numbers = tuple(named.get(pair, ()))
        if numbers or pair not in reasons:
            state = State.LEAK
        else:
            state = State.ALLOWED if pair in verdict.found else State.UNUSED
        cells[pair] = Cell(*pair, state, reasons.get(pair, ""), numbers)
    return Matrix(labels, dict(verdict.zones), cells, findings)


def _named_pairs(
    findings: Iterable[Finding], labels: Iterable[str]
) -> dict[tuple[str, str], list[int]]:
    """(source, target) -> numbers of the leaks whose message begins with that pair."""
    one = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
    pattern = re.compile(rf"({one}) (reaches|and|is in the VRF of) ({one})(?![\w/-])")
    pairs: dict[tuple[str, str], list[int]] = {}
    for number, finding in enumerate(findings, start=1):
        match = pattern.match(finding.message) if one else None
        if match is None or finding.severity is not Severity.LEAK:
            continue
        source, word, target = match.groups()
        both = [(source, target)] if word == "reaches" else [(source, target), (target, source)]
        for pair in dict.fromkeys(both):
            pairs.setdefault(pair, []).append(number)
    return pairs

"""Findings by what causes them: one cause, one report, its symptoms under it.

Findings that have a cause in common belong together, and so does what others of the same cause
have in common with them. Near linear in the findings.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from egovnet.isolation.model.catalogue import CATALOGUE
from egovnet.isolation.model.cause import REMEDIES, Cause, CauseKind, Place
from egovnet.isolation.model.finding import Finding, Scope
from egovnet.isolation.model.finding_class import Severity

#: Properties that look at a cause itself; others see what comes of it.
_NEAREST: dict[CauseKind, tuple[str, ...]] = {
    CauseKind.PORT: ("P2", "P6"),
    CauseKind.PROTOCOL: ("P4",),
    CauseKind.FILTER: ("P5", "P7"),
    CauseKind.LIMIT: ("P5",),
    CauseKind.SESSION: ("P8", "P5", "P7"),
    CauseKind.LINK: ("P3",),
    CauseKind.STATIC: ("P3", "P7", "P5"),
    CauseKind.POLICY: ("P9",),
    CauseKind.LABEL: ("P9",),
    CauseKind.VPN_ROUTE: ("P9",),
    CauseKind.IDENTITY: ("P9",),
    CauseKind.MISSING_PART: ("coverage",),
}


@dataclass(frozen=True, slots=True)
class Caused:
    """What one cause makes: a finding of the gravest, and the others as symptoms of the same."""

    finding: Finding
    symptoms: tuple[Finding, ...]

    @property
    def cause(self) -> Cause:
        """What is to be changed."""
        return self.finding.causes[0]

    @property
    def remedy(self) -> str:
        """What an engineer does about it."""
        nearest = CATALOGUE[self.finding.klass].proves in _NEAREST.get(self.cause.kind, ())
        own = CATALOGUE[self.finding.klass].remedy
        return own if nearest else REMEDIES.get(self.cause.kind, own)

    @property
    def severity(self) -> Severity:
        """That of the gravest."""
        return self.finding.severity

    @property
    def scope(self) -> Scope:
        """How far apart those are that it joins, of what is as grave."""
        same = (one for one in (self.finding, *self.symptoms) if one.severity is self.severity)
        return min(same, key=lambda one: one.rank).scope

    @property
    def places(self) -> tuple[Place, ...]:
        """Everywhere that it is to be changed, in order."""
        found = {
            cause.place: None
            for one in (self.finding, *self.symptoms)
            for cause in one.causes
            if cause.place.device
        }
        said = {(place.device, place.vrf) for place in found if place.line or place.quote}
        # where a line says it, that a place has no line for it adds nothing
        return tuple(p for p in sorted(found) if p.line or p.quote or (p.device, p.vrf) not in said)


def by_cause(findings: Iterable[Finding]) -> tuple[Caused, ...]:
    """One for each cause: the gravest first, then those who are farthest apart."""
    ordered = sorted(findings, key=lambda one: one.rank)
    groups = _joined(ordered)
    # the first of each group is the gravest
    return tuple(_caused(group) for group in sorted(groups, key=lambda group: group[0].rank))


def _caused(group: list[Finding]) -> Caused:
    head = min((one for one in group if one.severity is group[0].severity), key=_distance)
    return Caused(head, tuple(one for one in group if one is not head))


def _distance(one: Finding) -> tuple[int, tuple[int, int], bool]:
    """How far a finding is from telling its cause: by its property, by whom it joins, by place."""
    cause = one.causes[0]
    nearest = _NEAREST.get(cause.kind, ())
    proves = CATALOGUE[one.klass].proves
    far = nearest.index(proves) if proves in nearest else len(nearest)
    return far, one.rank, (one.device, one.vrf) != (cause.place.device, cause.place.vrf)


def _joined(findings: list[Finding]) -> list[list[Finding]]:
    """Findings that have a cause in common, in the order of each group's first."""
    parent: dict[Cause, Cause] = {}

    def root(cause: Cause) -> Cause:
        while parent.setdefault(cause, cause) is not cause:
            parent[cause] = parent[parent[cause]]
            cause = parent[cause]
        return cause

    at: dict[tuple[str, ...], Cause] = {}
    for one in findings:
        first = one.causes[0]
        for other in one.causes[1:]:
            parent[root(other)] = root(first)
        for cause in one.causes:
            if cause.kind is not CauseKind.LINE and cause.place.line:
                at.setdefault((cause.place.device, str(cause.place.line)), cause)
    for one in findings:
        # what is wrong with the very line that makes another finding comes of the same
        if one.causes[0].kind is CauseKind.LINE and (same := at.get(one.causes[0].key)):
            parent[root(one.causes[0])] = root(same)
    groups: dict[Cause, list[Finding]] = {}
    for one in findings:
        groups.setdefault(root(one.causes[0]), []).append(one)
    return list(groups.values())

"""What a property sees, before it is reported: the same thing at many places is one finding."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace

from egovnet.isolation.model.cause import Cause, Place
from egovnet.isolation.model.domains import BACKBONE, GATEWAY, MANAGEMENT, PLATFORM, Domain
from egovnet.isolation.model.finding import Finding


@dataclass(frozen=True, slots=True)
class FindingDraft:
    """One thing seen at one place. `group`: what it is; `place`: where, so that two states of a
    network can be compared place by place; `write` makes the finding when it is asked for;
    `causes`: what is to be changed there, the first its own."""

    group: Hashable
    place: Hashable
    write: Callable[[], Finding]
    causes: tuple[Cause, ...]


def single(finding: Finding) -> FindingDraft:
    """A finding that is one of its kind."""
    return FindingDraft(finding.key, (), lambda: finding, finding.causes)


def findings(drafts: Iterable[FindingDraft]) -> tuple[Finding, ...]:
    """One finding for each group, the first seen, with the causes and the number of all places
    that do the same; the most severe first."""
    first: dict[Hashable, FindingDraft] = {}
    places: dict[Hashable, set[Hashable]] = {}
    causes: dict[Hashable, dict[tuple[Cause, Place], Cause]] = {}
    for draft in drafts:
        first.setdefault(draft.group, draft)
        places.setdefault(draft.group, set()).add(draft.place)
        each = causes.setdefault(draft.group, {})
        for cause in draft.causes:
            each.setdefault((cause, cause.place), cause)
    written = [
        replace(d.write(), more=len(places[group]) - 1, causes=tuple(causes[group].values()))
        for group, d in first.items()
    ]
    return tuple(sorted(written, key=lambda f: (*f.rank, f.klass)))


def kind_of_path(source: Domain, target: Domain) -> str:
    """What a path between two domains breaks; a key of `classes.p1.BY_KIND`."""
    if not (source.known and target.known):
        return "unknown-vrf"
    if MANAGEMENT in (source, target):
        return "management-leak"
    if {BACKBONE, PLATFORM, GATEWAY} & {source, target}:
        return "backbone-leak"
    if source.vpn == target.vpn:
        return "spoke-to-spoke"
    return "zone-leak" if source.zone != target.zone else "agency-leak"

"""What a property sees, before it is told: the same thing at many places is one finding."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace

from egovnet.isolation.model.domains import Domain
from egovnet.isolation.model.verdict import Finding, Severity


@dataclass(frozen=True, slots=True)
class Sighting:
    """One thing seen at one place. `group`: what it is; `place`: where, so that two states of a
    network can be compared place by place; `tell` writes the finding when it is asked for."""

    group: Hashable
    place: Hashable
    tell: Callable[[], Finding]


def single(finding: Finding) -> Sighting:
    """A finding that is one of its kind."""
    return Sighting(finding.key, (), lambda: finding)


def findings(sightings: Iterable[Sighting]) -> tuple[Finding, ...]:
    """One finding for each group, the first seen, and how many places more do the same."""
    first: dict[Hashable, Sighting] = {}
    places: dict[Hashable, set[Hashable]] = {}
    for sighting in sightings:
        first.setdefault(sighting.group, sighting)
        places.setdefault(sighting.group, set()).add(sighting.place)
    told = [replace(s.tell(), more=len(places[group]) - 1) for group, s in first.items()]
    order = {severity: index for index, severity in enumerate(Severity)}
    return tuple(sorted(told, key=lambda f: (order[f.severity], f.klass)))


def kind_of_path(source: Domain, target: Domain) -> str:
    """What a path between two domains breaks."""
    if not (source.known and target.known):
        return "unknown-vrf"
    if "management" in {source.label, target.label}:
        return "management-leak"
    if "backbone" in {source.label, target.label}:
        return "backbone-leak"
    if source.vpn == target.vpn:
        return "spoke-to-spoke"
    return "zone-leak" if source.zone != target.zone else "agency-leak"

"""A finding of a proof as verbs report it: one cause with its symptoms, JSON there and back."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from egovnet.isolation.model.catalogue import CATALOGUE
from egovnet.isolation.model.cause import Place
from egovnet.isolation.model.finding import Finding, Hop, Scope
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.symptoms import Caused, by_cause

__all__ = ["Hop", "Place", "ReportedFinding", "Scope", "Severity", "reported"]


@dataclass(frozen=True, slots=True)
class ReportedFinding:
    """One finding. Also one of an earlier version, read back: its class may be in no catalogue."""

    #: Id of its class, such as "P1 zone-leak".
    klass: str
    severity: Severity
    device: str
    vrf: str
    message: str
    path: tuple[Hop, ...] = ()
    #: Line of the device's text; 0: none.
    line: int = 0
    family: str = ""
    #: How many places more do the same.
    more: int = 0
    #: Labels of the domains that it joins; "" where it joins nobody, or nobody kept it.
    source: str = ""
    target: str = ""
    both_ways: bool = False
    #: How far apart those are that it joins.
    scope: Scope = Scope.FAULT
    #: What is to be changed, in a few words; "" where that is the finding's own line.
    cause: str = ""
    #: What an engineer does about it.
    remedy: str = ""
    #: Everywhere that it is to be changed.
    places: tuple[Place, ...] = ()
    #: What comes of the same cause; symptoms have none of their own.
    symptoms: tuple["ReportedFinding", ...] = ()

    @property
    def denies(self) -> bool:
        """Whether it denies the proof; hygiene does not, nor a risk that its class tolerates."""
        known = CATALOGUE.get(self.klass)
        tolerated = known is not None and self.severity in known.tolerated
        return self.severity is not Severity.HYGIENE and not tolerated

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """What verbs report of a finding by itself."""
        return cls(
            finding.klass,
            finding.severity,
            finding.device,
            finding.vrf,
            finding.message,
            finding.path,
            finding.line,
            finding.family,
            finding.more,
            finding.source.label if finding.source else "",
            finding.target.label if finding.target else "",
            finding.both_ways,
            finding.scope,
            remedy=CATALOGUE[finding.klass].remedy,
        )

    @classmethod
    def of_cause(cls, caused: Caused) -> Self:
        """What verbs report of a cause: its gravest finding, and the others under it."""
        return replace(
            cls.of(caused.finding),
            cause=caused.cause.says,
            remedy=caused.remedy,
            scope=caused.scope,
            places=caused.places,
            symptoms=tuple(map(cls.of, caused.symptoms)),
        )

    def to_dict(self) -> dict[str, Any]:
        """One of `findings` in JSON."""
        return {
            **self._alone(),
            "cause": self.cause,
            "places": [asdict(place) for place in self.places],
            "symptoms": [symptom._alone() for symptom in self.symptoms],
        }

    def _alone(self) -> dict[str, Any]:
        """One of `symptoms` in JSON."""
        return {
            "class": self.klass,
            "severity": self.severity.value,
            "device": self.device,
            "vrf": self.vrf,
            "message": self.message,
            "path": [asdict(hop) for hop in self.path],
            "line": self.line,
            "family": self.family,
            "more": self.more,
            "source": self.source,
            "target": self.target,
            "both_ways": self.both_ways,
            "scope": self.scope.value,
            "remedy": self.remedy,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """`to_dict` read back; what an earlier version did not write is as if nobody knew."""
        return cls(
            data["class"],
            Severity(data["severity"]),
            data["device"],
            data["vrf"],
            data["message"],
            tuple(Hop(**hop) for hop in data["path"]),
            data["line"],
            data["family"],
            data["more"],
            data.get("source", ""),
            data.get("target", ""),
            data.get("both_ways", False),
            Scope(data.get("scope", Scope.FAULT)),
            data.get("cause", ""),
            data.get("remedy", ""),
            tuple(Place(**place) for place in data.get("places", ())),
            tuple(cls.from_dict(symptom) for symptom in data.get("symptoms", ())),
        )


def reported(findings: Iterable[Finding]) -> tuple[ReportedFinding, ...]:
    """One for each cause, the gravest first."""
    return tuple(map(ReportedFinding.of_cause, by_cause(findings)))

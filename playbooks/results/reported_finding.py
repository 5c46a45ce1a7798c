"""A finding of a proof as verbs report it: labels in place of domains, JSON there and back."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from egovnet.isolation.model.finding import Finding, Hop
from egovnet.isolation.model.finding_class import Severity

__all__ = ["Hop", "ReportedFinding", "Severity"]


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

    @property
    def denies(self) -> bool:
        """Whether it denies the proof; hygiene does not."""
        return self.severity is not Severity.HYGIENE

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """What verbs report of a finding."""
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
        )

    def to_dict(self) -> dict[str, Any]:
        """One of `findings` in JSON."""
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
        )

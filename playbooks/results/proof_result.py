"""What a proof came to, as `prove` and others report it: JSON there and back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, Self

from egovnet.isolation.model.verdict import Checked, Verdict
from egovnet.playbooks.results.assumptions import Assumption, assumptions_from, assumptions_to
from egovnet.playbooks.results.matrix import Matrix, matrix
from egovnet.playbooks.results.reported_finding import ReportedFinding, reported
from egovnet.playbooks.results.verdict import proved, reason

__all__ = ["Checked", "ProofResult", "proof_result"]

_NOBODY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ProofResult:
    """A verdict over what was read. The most severe findings come first."""

    proved: bool
    #: Why, in one sentence without a full stop.
    reason: str
    findings: tuple[ReportedFinding, ...]
    checked: Checked
    #: Devices that were asked and did not answer, and why.
    unreachable: Mapping[str, str]
    assumptions: tuple[Assumption, ...]
    matrix: Matrix
    #: When it was proved, where that is not now.
    proved_at: str = field(default="")

    @property
    def denied(self) -> bool:
        """Whether a finding denies it; without one it may be unproved for want of answers."""
        return any(finding.denies for finding in self.findings)

    def to_dict(self) -> dict[str, Any]:
        """What `prove --json` prints."""
        checked = asdict(self.checked)
        data = {
            "proved": self.proved,
            "reason": self.reason,
            "findings": [finding.to_dict() for finding in self.findings],
            "checked": {
                key: list(value) if isinstance(value, tuple) else value
                for key, value in checked.items()
            },
            "unreachable": dict(self.unreachable),
            **assumptions_to(self.assumptions),
            "matrix": self.matrix.to_dict(),
        }
        return data | {"proved_at": self.proved_at} if self.proved_at else data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """`to_dict` read back, also what an earlier version wrote."""
        checked = data["checked"]
        return cls(
            data["proved"],
            data["reason"],
            tuple(ReportedFinding.from_dict(finding) for finding in data["findings"]),
            Checked(
                checked["devices"],
                checked["vrfs"],
                checked["interfaces"],
                checked["lines"],
                checked["lines_not_understood"],
                tuple(checked["properties"]),
                tuple(checked["missing"]),
            ),
            dict(data["unreachable"]),
            assumptions_from(data),
            Matrix.from_dict(data["matrix"]),
            data.get("proved_at", ""),
        )


def proof_result(verdict: Verdict, unreachable: Mapping[str, str] = _NOBODY) -> ProofResult:
    """What a verdict comes to where `unreachable` were asked and did not answer."""
    return ProofResult(
        proved(verdict, unreachable),
        reason(verdict, unreachable),
        reported(verdict.findings),
        verdict.checked,
        unreachable,
        verdict.assumptions,
        matrix(verdict),
    )

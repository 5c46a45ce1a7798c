"""What a verification came to: checks of the control plane, packets, labels, findings."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from egovnet.playbooks.results.connection_cell import ConnectionCell, UntriedEntry
from egovnet.playbooks.results.outcome import Exit, most_severe


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """A check that failed."""

    #: What was checked, such as "VRF routes".
    klass: str
    #: "leak" or "fault".
    severity: str
    device: str
    subject: str
    message: str
    #: It failed before the change too, and outside of it.
    known: bool

    def to_dict(self) -> dict[str, Any]:
        """One of `findings` in JSON."""
        return {
            "class": self.klass,
            "severity": self.severity,
            "device": self.device,
            "subject": self.subject,
            "message": self.message,
            "known": self.known,
        }


@dataclass(frozen=True, slots=True)
class WaitingAccess:
    """An access that waits for its customer, by the inventory."""

    site: str
    access: str
    device: str
    port: str
    #: Whether the customer's router is there, so that it can be set in service.
    answers: bool

    @property
    def words(self) -> str:
        """One line for people."""
        where = f"{self.site}/{self.access} ({self.device} {self.port})"
        if self.answers:
            return f"{where}: the customer's router answers; set state: in-service"
        return f"{where}: waiting for the customer"

    def to_dict(self) -> dict[str, Any]:
        """One of `waiting` in JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class CheckCounts:
    """How many checks of a kind passed, failed, and failed as they did before."""

    passed: int = 0
    failed: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True)
class PacketCoverage:
    """How much of the packet matrix was probed, and from where."""

    probed: int = 0
    pairs: int = 0
    #: Such as "PE VRFs" and "hosts".
    sources: tuple[str, ...] = ()
    #: Pairs of the whole network; after a change `pairs` are those that it may concern.
    whole: int = 0
    #: Connections between hosts, for what registers declare; and what nobody could try.
    connections: tuple[ConnectionCell, ...] = ()
    untried: tuple[UntriedEntry, ...] = ()

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.probed / self.pairs if self.pairs else 0.0

    def to_dict(self) -> dict[str, Any]:
        """`matrix` in JSON."""
        return {
            "probed": self.probed,
            "pairs": self.pairs,
            "share": self.share,
            "sources": list(self.sources),
            "whole": self.whole,
            "connections": [cell.to_dict() for cell in self.connections],
            "untried": [one.to_dict() for one in self.untried],
        }


@dataclass(frozen=True, slots=True)
class LabelsSeen:
    """Whether customers' packets were seen under MPLS labels."""

    seen: bool = False
    #: Routers whose circuits were watched.
    watched: tuple[str, ...] = ()
    #: Such as "bj-p1: label 18, label 84".
    examples: tuple[str, ...] = ()
    #: False where no router's platform can show labels.
    possible: bool = True
    #: Whether a packet went over the backbone and was answered.
    expected: bool = False

    @property
    def missing(self) -> bool:
        """Whether labels were to be seen, and were not."""
        return self.expected and self.possible and not self.seen

    def to_dict(self) -> dict[str, Any]:
        """`labels` in JSON."""
        return {
            "seen": self.seen,
            "watched": list(self.watched),
            "examples": list(self.examples),
            "possible": self.possible,
            "expected": self.expected,
        }


@dataclass(frozen=True, slots=True)
class NotPossible:
    """What could not be shown on some devices, whatever they do: nobody is blamed for it."""

    #: "packets", "labels" or "ESP keys".
    what: str
    why: str
    devices: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """One of `not_possible` in JSON."""
        return {"what": self.what, "why": self.why, "devices": list(self.devices)}


@dataclass(frozen=True, slots=True)
class AccessesSeen:
    """What a verification saw of customers' accesses, each as "site/access", sorted."""

    #: The customer's router answered: a session was up, or an echo came back.
    answered: tuple[str, ...] = ()
    #: They wait for their customer, and the PE's side is as intended.
    provisioned: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As the journal keeps it."""
        return {"answered": list(self.answered), "provisioned": list(self.provisioned)}


@dataclass(frozen=True, slots=True)
class Verification:
    """The network as it was seen, evaluated."""

    passed: bool
    checks: Mapping[str, CheckCounts] = field(default_factory=dict)
    matrix: PacketCoverage = PacketCoverage()
    labels: LabelsSeen = LabelsSeen()
    #: New ones first, leaks before faults.
    findings: tuple[CheckFinding, ...] = ()
    #: Device -> why it did not answer.
    unreachable: Mapping[str, str] = field(default_factory=dict)
    #: Of these nothing but the PE's side was asked for.
    waiting: tuple[WaitingAccess, ...] = ()
    not_possible: tuple[NotPossible, ...] = ()
    #: For the journal: by it, a rollout is counted.
    seen: AccessesSeen = AccessesSeen()

    @property
    def exit(self) -> Exit:
        """4 when something failed that was not known; 5 when a device did not answer."""
        codes = []
        if not all(finding.known for finding in self.findings) or self.labels.missing:
            codes.append(Exit.LEAK_OR_FAILED_VERIFICATION)
        if self.unreachable:
            codes.append(Exit.DEVICES_FAILED)
        return most_severe(codes)

    def to_dict(self) -> dict[str, Any]:
        """What `verify --json` prints."""
        return {
            "passed": self.passed,
            "checks": {kind: asdict(counts) for kind, counts in self.checks.items()},
            "matrix": self.matrix.to_dict(),
            "labels": self.labels.to_dict(),
            "findings": [finding.to_dict() for finding in self.findings],
            "unreachable": dict(self.unreachable),
            "waiting": [access.to_dict() for access in self.waiting],
            "not_possible": [one.to_dict() for one in self.not_possible],
        }


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What the devices pushed so far lost or leak, and which do not answer."""

    findings: tuple[CheckFinding, ...] = ()
    unreachable: Mapping[str, str] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.findings or self.unreachable)

    def to_dict(self) -> dict[str, Any]:
        """As the journal keeps it."""
        return {
            "findings": [finding.to_dict() for finding in self.findings],
            "unreachable": dict(self.unreachable),
        }

"""A difference: one object of one device that is not as the inventory intends it.

The object is a VRF, a session, a port or the like, in the device's configuration or in its state.
Times are ISO 8601 in UTC with seconds.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from egovnet.inventory.model.drift_class import DriftClass

#: Why a difference is not restored.
NOT_APPLIED = "the inventory has changes for it that were not applied yet: apply them first"


class Status(StrEnum):
    """Whether a difference counts in this run."""

    OPEN = "open"
    #: Younger than the class's grace period.
    IN_GRACE = "in grace"
    #: Acknowledged by a person until a day that is not over.
    ACKNOWLEDGED = "acknowledged"
    #: Reported for completeness: a difference that is no drift.
    INFORMATIONAL = "informational"

    @property
    def rank(self) -> int:
        """Its place where differences of one class are listed."""
        return list(type(self)).index(self)


#: What the key `standing` says for a status, until the next version drops the key.
_STANDING = {Status.IN_GRACE: "grace", Status.INFORMATIONAL: "told"}


def standing(status: Status) -> str:
    """The former word for a status."""
    return _STANDING.get(status, status.value)


@dataclass(frozen=True, slots=True)
class Difference:
    """One object that is not as intended."""

    device: str
    klass: DriftClass
    #: "configuration" or "state".
    kind: str
    #: The object, such as "VRF i-party ipv4", "BGP session 10.0.0.1", "interface eth3.101".
    subject: str
    #: What is wrong, in one line.
    message: str
    vrf: str = ""
    #: The port that it is about, where it is about one and nothing else.
    port: str = ""
    vpn: str = ""
    #: Agency of the VPN; "" is the backbone's operator.
    owner: str = ""
    #: Native lines, "- " as running, "+ " as intended, without secrets; empty for a state.
    lines: tuple[str, ...] = ()
    #: The proof's witness path, one step a line.
    path: tuple[str, ...] = ()
    #: Whether `--remediate` may restore it, and if not, why.
    remediable: bool = False
    why_not: str = ""
    #: When it was first seen, and in how many runs in a row, this one included.
    first_seen: str = ""
    runs: int = 1
    status: Status = Status.OPEN
    #: End of the grace period or of the acknowledgement, who acknowledged it, and why.
    until: str = ""
    acknowledged_by: str = ""
    reason: str = ""
    #: It was restored in this run and seen to be gone; or why it was not, where that was asked for.
    remediated: bool = False
    not_remediated: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same difference in another run."""
        return (self.device, self.kind, self.subject)

    @property
    def awaits_apply(self) -> bool:
        """Whether it is there since the inventory's changes were not applied yet."""
        return self.why_not == NOT_APPLIED

    @property
    def counts(self) -> bool:
        """Whether it is drift that nobody acknowledged."""
        return self.status is Status.OPEN

    def to_dict(self) -> dict[str, Any]:
        """As `drift --json` prints it; `docs/json.md` says which keys are former names."""
        remedy = f"not mended: {self.not_remediated}" if self.not_remediated else ""
        return {
            "device": self.device,
            "class": self.klass.value,
            "kind": self.kind,
            "subject": self.subject,
            "message": self.message,
            "vrf": self.vrf,
            "port": self.port,
            "vpn": self.vpn,
            "owner": self.owner,
            "lines": list(self.lines),
            "path": list(self.path),
            "remediable": self.remediable,
            "why_not": self.why_not,
            "first_seen": self.first_seen,
            "runs": self.runs,
            "status": self.status.value,
            "until": self.until,
            "acknowledged_by": self.acknowledged_by,
            "reason": self.reason,
            "remediated": self.remediated,
            "not_remediated": self.not_remediated,
            # former names
            "mendable": self.remediable,
            "standing": standing(self.status),
            "answered_by": self.acknowledged_by,
            "remedy": "mended" if self.remediated else remedy,
        }


def rank(difference: Difference) -> tuple[int, int, str, str, str]:
    """Sorts differences: the most severe class first, within it those that count."""
    d = difference
    return (d.klass.rank, d.status.rank, d.device, d.kind, d.subject)

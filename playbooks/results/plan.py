"""What `plan` came to, and `apply` and `rollback` that only showed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from egovnet.playbooks.results.affected import Affected
from egovnet.playbooks.results.leaving import LeavingRouter
from egovnet.playbooks.results.plan_summary import PlanSummary
from egovnet.playbooks.results.push_proof import PushProof
from egovnet.playbooks.results.service_move import ServiceMove
from egovnet.playbooks.results.zone_change import ZoneChange


@dataclass(frozen=True, slots=True)
class PlannedDiff:
    """A native diff, and the devices that it is the same on."""

    devices: tuple[str, ...]
    diff: str

    @property
    def added(self) -> int:
        """Lines added."""
        return self._lines("+")

    @property
    def removed(self) -> int:
        """Lines removed."""
        return self._lines("-")

    def _lines(self, sign: str) -> int:
        return sum(line.startswith(sign) for line in self.diff.splitlines())

    def to_dict(self) -> dict[str, Any]:
        """One of `changes` in JSON."""
        return {
            "devices": list(self.devices),
            "diff": self.diff,
            "added": self.added,
            "removed": self.removed,
        }


@dataclass(frozen=True, slots=True)
class PlannedWave:
    """Devices that are pushed side by side."""

    name: str
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanResult:
    """A plan, shown."""

    network: str
    #: ISO 8601.
    created: str
    hash: str
    #: "apply", "rollback" or "remediate".
    kind: str
    changes: tuple[PlannedDiff, ...] = ()
    unchanged: tuple[str, ...] = ()
    #: Device -> why it did not answer.
    unreachable: Mapping[str, str] = field(default_factory=dict)
    affected: Affected = field(default_factory=Affected)
    waves: tuple[PlannedWave, ...] = ()
    #: None when nothing would change.
    proof: PushProof | None = None
    #: Device -> lines with keys that somebody set by hand, without the keys: those that stay, and
    #: those that go with what they belong to.
    keys_kept: Mapping[str, Sequence[str]] = field(default_factory=dict)
    keys_removed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    zone_changes: tuple[ZoneChange, ...] = ()
    #: Options without which it is not pushed.
    needs: tuple[str, ...] = ()
    #: Routers on their way out of the network.
    leaving: tuple[LeavingRouter, ...] = ()
    #: Accesses ("site/access") that the network lacks until the transaction that follows.
    lacking: tuple[str, ...] = ()
    #: Services that go from one state to another.
    moves: tuple[ServiceMove, ...] = ()
    summary: PlanSummary = field(default_factory=PlanSummary)
    #: The transactions that follow this one.
    then: tuple["PlanResult", ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """What `plan --json` prints."""
        return {
            "network": self.network,
            "created": self.created,
            "hash": self.hash,
            "kind": self.kind,
            "changes": [change.to_dict() for change in self.changes],
            "unchanged": list(self.unchanged),
            "unreachable": dict(sorted(self.unreachable.items())),
            "affected": self.affected.to_dict(),
            "interrupted": [one.to_dict() for one in self.affected.interrupted],
            "waves": [{"name": wave.name, "devices": list(wave.devices)} for wave in self.waves],
            "keys": {
                "kept": {name: list(lines) for name, lines in sorted(self.keys_kept.items())},
                "removed": {name: list(lines) for name, lines in sorted(self.keys_removed.items())},
            },
            "zone_changes": [change.to_dict() for change in self.zone_changes],
            "needs": list(self.needs),
            "leaving": [router.to_dict() for router in self.leaving],
            "lacking": list(self.lacking),
            "moves": [move.to_dict() for move in self.moves],
            "summary": self.summary.to_dict(),
            "then": [later.to_dict() for later in self.then],
            "proof": self.proof and self.proof.to_dict(),
        }

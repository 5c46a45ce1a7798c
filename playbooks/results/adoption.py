"""What `adopt` came to: what ran, how it differs from the inventory, and the change it became."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from egovnet.playbooks.results.plan import PlannedDiff
from egovnet.playbooks.results.push_proof import PushProof


@dataclass(frozen=True, slots=True)
class Adoption:
    """Routers of which the journal knew nothing, as they were read."""

    network: str
    #: "shown" (nothing was recorded), "refused" or "adopted".
    result: str
    #: Id in the journal; None: nothing was recorded.
    change: int | None = None
    #: Routers that are adopted, or would be.
    devices: tuple[str, ...] = ()
    #: Chosen routers that the journal knew already.
    known: tuple[str, ...] = ()
    #: From what runs to what the inventory renders.
    differences: tuple[PlannedDiff, ...] = ()
    #: Device -> lines with keys that somebody set by hand, without the keys.
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: Device -> why it cannot be adopted as it is: no answer, a dead daemon, an open commit.
    failures: Mapping[str, str] = field(default_factory=dict)
    #: Of what runs; None: it did not come to that.
    proof: PushProof | None = None

    @property
    def differing(self) -> tuple[str, ...]:
        """Routers that do not run what the inventory renders."""
        return tuple(sorted(name for one in self.differences for name in one.devices))

    def to_dict(self) -> dict[str, Any]:
        """What `adopt --json` prints."""
        return {
            "network": self.network,
            "result": self.result,
            "change": self.change,
            "devices": list(self.devices),
            "known": list(self.known),
            "differences": [one.to_dict() for one in self.differences],
            "keys": {name: list(lines) for name, lines in sorted(self.keys.items())},
            "failures": dict(sorted(self.failures.items())),
            "proof": self.proof and self.proof.to_dict(),
        }

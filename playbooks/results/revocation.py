"""What `keys revoke` came to: the keys, the change that brought others, and what it lost."""

from dataclasses import dataclass, field
from typing import Any

from egovnet.playbooks.results.loss import Loss
from egovnet.playbooks.results.outcome import Exit
from egovnet.playbooks.results.transaction import TransactionResult


@dataclass(frozen=True, slots=True)
class RevocationResult:
    """Values that are used no more."""

    #: Names of the keys, with the serial numbers that they have now.
    keys: tuple[str, ...]
    reason: str
    transaction: TransactionResult
    loss: Loss = field(default_factory=Loss)

    @property
    def exit(self) -> Exit:
        """As of the change."""
        return self.transaction.exit

    @property
    def ends(self) -> tuple[str, ...]:
        """How the change ended."""
        return self.transaction.ends

    def to_dict(self) -> dict[str, Any]:
        """What `keys revoke --json` prints."""
        return {
            "keys": list(self.keys),
            "reason": self.reason,
            "loss": self.loss.to_dict(),
            **self.transaction.to_dict(),
        }

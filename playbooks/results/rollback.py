"""What `rollback` came to: a plan or a transaction, and what the inventory says of it."""

from dataclasses import dataclass
from typing import Any

from egovnet.playbooks.results.plan import PlanResult
from egovnet.playbooks.results.transaction import TransactionResult


@dataclass(frozen=True, slots=True)
class InventoryEdit:
    """A place of the inventory's files that says otherwise than the network after a rollback."""

    file: str
    #: Keys from the file's top, joined by dots.
    path: str
    #: As YAML reads it; None: nothing is there.
    now: Any
    #: The same; None: nothing is to be there.
    after_rollback: Any

    def to_dict(self) -> dict[str, Any]:
        """One of `intent` in JSON."""
        return {
            "file": self.file,
            "path": self.path,
            "now": self.now,
            "after_rollback": self.after_rollback,
        }


@dataclass(frozen=True, slots=True)
class RollbackResult:
    """`done` is the plan that was shown, or the transaction that was run."""

    done: PlanResult | TransactionResult
    #: "intent", or "texts" where nobody knows what the change meant.
    by: str
    #: Routers that the inventory has no longer afterwards.
    leaving: tuple[str, ...] = ()
    edits: tuple[InventoryEdit, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """What `rollback --json` prints."""
        return {
            **self.done.to_dict(),
            "by": self.by,
            "leaving": list(self.leaving),
            "intent": [edit.to_dict() for edit in self.edits],
        }

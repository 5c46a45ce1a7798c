"""What `rollback --yes` prints: the transaction, and what it means for the inventory."""

from egovnet.playbooks.report.console.apply import print_result

__all__ = ["print_result"]

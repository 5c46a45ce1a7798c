"""What `rollback` prints: the plan or the transaction, and what it means for the inventory."""

from rich.console import Console

from egovnet.playbooks.report.console import apply, plan
from egovnet.playbooks.report.console.inventory_edits import print_inventory_edits
from egovnet.playbooks.results.plan import PlanResult
from egovnet.playbooks.results.rollback import RollbackResult
from egovnet.playbooks.results.transaction import TransactionResult


def print_result(console: Console, result: RollbackResult | TransactionResult) -> None:
    """Print both; of a rollback's plan file that was applied there is the transaction alone."""
    if isinstance(result, TransactionResult):
        apply.print_result(console, result)
        return
    if isinstance(result.done, PlanResult):
        plan.print_result(console, result.done)
    else:
        apply.print_result(console, result.done)
    print_inventory_edits(console, result)

"""The inventory after a rollback, beside the plan or the transaction."""

import json
from typing import Any

from rich.console import Console

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.rollback import RollbackResult

#: Characters of an inventory's value that are shown.
_VALUE = 60


def print_inventory_edits(console: Console, result: RollbackResult) -> None:
    """Where the inventory says otherwise, and whether its intent was known."""
    if result.by == "texts":
        console.print("undone by the texts that the devices ran: its intent is not known")
    if result.edits:
        rows = (
            (edit.file, edit.path, _value(edit.now), _value(edit.after_rollback))
            for edit in result.edits
        )
        print_table(console, ["file", "where", "the inventory says", "to mean the same"], rows)


def _value(value: Any) -> str:
    """A value of an inventory on one line; nothing is what is not there."""
    if value is None:
        return "-"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _VALUE else text[:_VALUE] + "..."

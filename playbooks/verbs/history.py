"""`history` and `show`: what the journal knows."""

from dataclasses import asdict

from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.outcome import Exit, Outcome


def history(workspace: Workspace) -> Outcome:
    """Every change of the network, oldest first; exit 4 when the journal was altered."""
    journal = workspace.journal
    faults = journal.faults()
    return Outcome(
        "history",
        {"changes": [asdict(change) for change in journal.changes()], "faults": faults},
        Exit.LEAK_OR_FAILED_VERIFICATION if faults else Exit.DONE,
    )


def show_change(workspace: Workspace, number: int) -> Outcome:
    """One change: its devices' diffs and every step.

    Raises:
        JournalError: there is no such change.
    """
    change = workspace.journal.change(number)
    return Outcome(
        "show",
        {
            "change": asdict(change),
            "devices": [
                {"device": entry.device, "diff": entry.diff}
                for entry in workspace.journal.configurations(number).values()
            ],
            "steps": [asdict(step) for step in workspace.journal.steps(number)],
        },
    )

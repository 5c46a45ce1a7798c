"""A plan file's diffs, made again by the devices: what was reviewed is what the texts do.

A plan's hash shows that a file was altered by somebody who does not know how it is made. Who hashes
it anew could show one diff to the reviewer and push another text.
"""

from egovnet.playbooks.change.plan import Plan
from egovnet.playbooks.core.devices import connected
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.run_on_devices import run
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.tasks.dry_run import DryRun, dry_run


def check_diffs(workspace: Workspace, progress: Progress, plan: Plan, source: str) -> None:
    """Let each device that still runs what the plan saw make its diff again, and compare.

    One that does not answer, or runs something else by now, is the transaction's to report.

    Raises:
        UsageError: the diff that was reviewed is not what the plan's text would do.
    """
    arguments = {name: {"intended": entry.intended} for name, entry in plan.devices.items()}
    with connected(workspace, arguments) as nornir:
        answers = run(nornir, "check plan", dry_run, arguments, progress)
    altered = sorted(
        name for name, answer in answers.results.items() if _is_other(plan, name, answer)
    )
    if altered:
        raise UsageError(
            f"{source}: was altered after it was planned: its diff of {_listed(altered)} is not "
            "what its text would change; plan again"
        )


def _is_other(plan: Plan, name: str, answer: DryRun) -> bool:
    entry = plan.devices[name]
    moved = answer.running_hash != entry.running_hash
    return not moved and _lines(answer.diff) != _lines(entry.diff)


def _lines(diff: str) -> list[str]:
    """The diff without headings and without faults of the router's own, which come and go."""
    return [line for line in diff.splitlines() if line[:1] not in ("!", "@")]


def _listed(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more

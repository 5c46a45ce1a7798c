"""What `allocate` prints: the numbers, and whether they are kept."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.allocated import AllocationProposal


def print_result(console: Console, found: AllocationProposal) -> None:
    """Print the table."""
    print_table(
        console,
        ["pool", "number", "out of"],
        (
            (
                each.pool,
                each.value,
                "" if each.aggregate is None else f"{each.aggregate} of {each.aggregate_of}",
            )
            for each in found.numbers
        ),
    )
    if found.known:
        kept = "plan.lock.yaml keeps this for it already"
    elif found.kept:
        kept = "kept for it in plan.lock.yaml: nobody else gets it"
    else:
        kept = "proposed: nothing was kept; add --yes to keep it"
    console.print(Text(f"{found.kind} {found.name}, {found.region}: {kept}"), soft_wrap=True)

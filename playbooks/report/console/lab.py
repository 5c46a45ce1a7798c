"""What `lab up`, `lab down` and `lab status` print: the nodes, and how long the start took."""

from rich.console import Console

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.lab import LabStatus


def print_result(console: Console, lab: LabStatus) -> None:
    """Print the nodes."""
    if not lab.running:
        console.print("no lab is running")
        return
    print_table(
        console,
        ["node", "kind", "ready", "seconds", "ssh"],
        (
            (
                node.name,
                node.kind,
                "yes" if node.ready else "no",
                "" if node.seconds is None else f"{node.seconds:.1f}",
                "" if not node.forward else f"{node.forward[0]}:{node.forward[1]}",
            )
            for node in lab.nodes
        ),
    )
    measured = ", ".join(f"{name} {value:.1f} s" for name, value in lab.seconds.items())
    console.print(f"lab {lab.topology} ({lab.backend}): {measured}")
    for note in lab.notes:
        console.print(note)

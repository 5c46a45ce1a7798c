"""What `lab up`, `lab down` and `lab status` print: the nodes, and how long the start took."""

from typing import Any

from rich.console import Console

from egovnet.playbooks.report.console.tables import print_table


def print_result(console: Console, data: dict[str, Any]) -> None:
    """Print the nodes."""
    if not data["running"]:
        console.print("no lab is running")
        return
    print_table(
        console,
        ["node", "kind", "ready", "seconds", "ssh"],
        (
            (
                node["name"],
                node["kind"],
                "yes" if node["ready"] else "no",
                "" if node["seconds"] is None else f"{node['seconds']:.1f}",
                "" if not node["forward"] else f"{node['forward'][0]}:{node['forward'][1]}",
            )
            for node in data["nodes"]
        ),
    )
    measured = ", ".join(f"{name} {value:.1f} s" for name, value in data["seconds"].items())
    console.print(f"lab {data['topology']} ({data['backend']}): {measured}")
    for note in data["notes"]:
        console.print(note)

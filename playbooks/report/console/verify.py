"""What `verify` prints: checks, packets, labels, findings, and the verdict last."""

from typing import Any

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.tables import print_table


def print_result(console: Console, data: dict[str, Any]) -> None:
    """Print it all; the verdict last."""
    print_table(
        console,
        ["check", "passed", "failed", "known"],
        (
            (name, row["passed"], row["failed"], row["known"])
            for name, row in data["checks"].items()
        ),
    )
    matrix = data["matrix"]
    console.print(
        f"packets: {matrix['probed']} of {matrix['pairs']} pairs probed "
        f"({matrix['share']:.0%}), from {', '.join(matrix['sources']) or 'nowhere'}"
    )
    labels = data["labels"]
    seen = f"seen, such as {labels['examples'][0]}" if labels["examples"] else "NOT SEEN"
    console.print(f"labels:  {seen} (watched on {', '.join(labels['watched']) or 'no P router'})")
    for finding in data["findings"]:
        style = "red" if not finding["known"] else "yellow"
        mark = "known before: " if finding["known"] else ""
        console.print(
            Text(f"{mark}{finding['class']}: {finding['device']}: {finding['message']}"),
            style=style,
        )
    for name, why in data["unreachable"].items():
        console.print(Text(f"unreachable: {name}: {why}"), style="red")
    console.print("verified" if data["passed"] else "NOT verified", style="bold")

"""What `report levels` prints: a line a rule and level, and every entry that does not meet it."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.level_report import LevelReport


def print_result(console: Console, found: LevelReport) -> None:
    """Print the table, then what is not met and what cannot be told."""
    if found.rows:
        print_table(
            console,
            ["level", "rule", "met", "not met", "unknown", "otherwise", "source"],
            (
                (
                    row.level,
                    row.rule,
                    row.count(met=True),
                    row.count(met=False),
                    row.count(met=None),
                    row.otherwise,
                    row.source,
                )
                for row in found.rows
            ),
        )
    for row in found.rows:
        for entry in row.entries:
            if entry.met:
                continue
            what = "not met" if entry.met is False else "unknown"
            line = (
                f"level {row.level}, {row.rule}: {what} by {entry.kind} {entry.name}: {entry.why}"
            )
            console.print(Text(line), style="red" if entry.met is False else "yellow")
    if found.without_level:
        console.print(Text(f"VPNs without a level: {', '.join(found.without_level)}"))

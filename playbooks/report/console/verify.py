"""What `verify` prints: checks, packets, labels, findings, and the verdict last."""

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.verdict import counted
from egovnet.playbooks.results.verification import (
    CheckFinding,
    HealthReport,
    LabelsSeen,
    PacketCoverage,
    Verification,
)


def print_result(console: Console, found: Verification) -> None:
    """Print it all; the verdict last."""
    print_table(
        console,
        ["check", "passed", "failed", "known"],
        ((kind, row.passed, row.failed, row.known) for kind, row in found.checks.items()),
    )
    matrix, labels = found.matrix, found.labels
    if matrix.sources or not found.not_possible:
        console.print(
            f"packets: {matrix.probed} of {matrix.pairs} pairs probed "
            f"({matrix.share:.0%}), from {', '.join(matrix.sources) or 'nowhere'}"
            f"{_of_whole(matrix)}"
        )
    if labels.possible:
        console.print(
            f"labels:  {_seen(labels)} (watched on {', '.join(labels.watched) or 'no router'})"
        )
    for one in found.not_possible:
        words = f"{one.what}: not possible here: {one.why} ({counted(len(one.devices), 'router')})"
        console.print(Text(words), style="yellow")
    for access in found.waiting:
        console.print(Text(access.words), style="green" if access.answers else "cyan")
    _findings(console, found.findings, found.unreachable)
    console.print("verified" if found.passed else "NOT verified", style="bold")


def _of_whole(matrix: PacketCoverage) -> str:
    if matrix.pairs == matrix.whole:
        return ""
    return f"; the change may concern these of the network's {matrix.whole}"


def _seen(labels: LabelsSeen) -> str:
    if labels.examples:
        return f"seen, such as {labels.examples[0]}"
    return "NOT SEEN" if labels.missing else "none to be seen: no answer came over the backbone"


def print_health(console: Console, report: HealthReport) -> None:
    """Print what was lost."""
    _findings(console, report.findings, report.unreachable)


def _findings(
    console: Console, findings: Iterable[CheckFinding], unreachable: Mapping[str, str]
) -> None:
    for finding in findings:
        mark = "failed before, not by this change: " if finding.known else ""
        console.print(
            Text(f"{mark}{finding.klass}: {finding.device}: {finding.message}"),
            style="yellow" if finding.known else "red",
        )
    for name, why in unreachable.items():
        console.print(Text(f"unreachable: {name}: {why}"), style="red")

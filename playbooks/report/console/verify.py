"""What `verify` prints: checks, packets, labels, findings, and the verdict last."""

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.connections import print_connections
from egovnet.playbooks.report.console.safe_console import detail_of
from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.report.text import plan_words as words
from egovnet.playbooks.report.text.grouped_findings import grouped, lowest
from egovnet.playbooks.results.detail import Detail
from egovnet.playbooks.results.verdict import counted
from egovnet.playbooks.results.verification import (
    CheckFinding,
    HealthReport,
    LabelsSeen,
    PacketCoverage,
    Verification,
)

#: Findings of one kind that are shown; all where nothing is said.
_MOST = {Detail.QUIET: 1, Detail.NORMAL: 5, Detail.STAT: 5}


def print_result(console: Console, found: Verification) -> None:
    """Print it all; the verdict last, and nothing else where only that is asked for."""
    if detail_of(console) is not Detail.QUIET:
        _print_checks(console, found)
    _findings(console, found.findings, found.unreachable)
    console.print("verified" if found.passed else "NOT verified", style="bold")


def _print_checks(console: Console, found: Verification) -> None:
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
    print_connections(console, matrix.connections, matrix.untried)
    if labels.possible:
        console.print(
            f"labels:  {_seen(labels)} (watched on {', '.join(labels.watched) or 'no router'})"
        )
    for one in found.not_possible:
        line = f"{one.what}: not possible here: {one.why} ({counted(len(one.devices), 'router')})"
        console.print(Text(line), style="yellow")
    for access in found.waiting:
        console.print(Text(access.words), style="green" if access.answers else "cyan")


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
    detail = detail_of(console)
    most = _MOST.get(detail)
    for why, names in words.causes(sorted(unreachable.items())):
        line = f"unreachable: {words.listed(names, whole=detail.names_all)}: {why}"
        console.print(Text(line), style="red")
    groups = grouped(findings)
    for group in groups:
        style = "yellow" if group.known else "red"
        mark = "failed before, not by this change: " if group.known else ""
        for finding in group.findings[:most]:
            line = f"{mark}{finding.klass}: {finding.device}: {finding.message}"
            console.print(Text(line), style=style)
        left = group.findings[len(group.findings[:most]) :]
        if left:
            where = words.listed(sorted({finding.device for finding in left}))
            line = f"{mark}{group.klass}: {len(left):,} more, on {where}; -v has them all"
            console.print(Text(line), style=style)
    cause = lowest(groups)
    if cause:
        console.print(Text(f"look at {cause} first: what else fails may follow from it"))

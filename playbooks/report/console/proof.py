"""The proof in a terminal or a pipe: verdict last, where the eye ends up; data in, lines out."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.matrix import CellState
from egovnet.playbooks.results.proof_result import Checked, ProofResult
from egovnet.playbooks.results.push_proof import PushProof
from egovnet.playbooks.results.reported_finding import ReportedFinding, Severity
from egovnet.playbooks.results.verdict import counted

_STYLES = {Severity.LEAK: "bold red", Severity.RISK: "yellow", Severity.HYGIENE: "cyan"}


def print_proof(console: Console, result: ProofResult) -> None:
    """Findings with their paths, who reaches whom by another network, coverage, the verdict."""
    _findings(console, result.findings)
    _crossings(console, result)
    for name, why in result.unreachable.items():
        console.print(_line(f"unreachable: {name}: {why}"), style="red", soft_wrap=True)
    _coverage(console, result.checked)
    console.print("assumed:")
    for sentence in result.assumptions:
        console.print(_line(f"  - {sentence}"), soft_wrap=True)
    _verdict(console, result.reason, proved=result.proved)


def print_gate(console: Console, proof: PushProof | None) -> None:
    """The proof of a push, in a few lines; its findings with their paths."""
    if proof is None:
        return
    _findings(console, proof.findings)
    _verdict(console, proof.reason, proved=proof.proved)


def _verdict(console: Console, reason: str, *, proved: bool) -> None:
    verdict, style = ("proved", "bold green") if proved else ("NOT proved", "bold red")
    console.print(Text(f"{verdict}: ", style=style) + _line(reason), soft_wrap=True)


def _findings(console: Console, findings: Iterable[ReportedFinding]) -> None:
    for finding in findings:
        place = finding.device + (f" VRF {finding.vrf}" if finding.vrf else "")
        line = f"line {finding.line}" if finding.line else ""
        where = ", ".join(part for part in (place, line, finding.family) if part)
        more = f", and at {counted(finding.more, 'place')} more" if finding.more else ""
        head = Text(f"{finding.severity}: ", style=_STYLES[finding.severity])
        head += _line(f"{finding.klass}: {where}: {finding.message}{more}")
        console.print(head, soft_wrap=True)
        for number, hop in enumerate(finding.path, start=1):
            console.print(_line(f"  {number}. {hop}"), soft_wrap=True)


def _crossings(console: Console, result: ProofResult) -> None:
    """Cells from one network to another; the page has the whole matrix."""
    rows = [
        [visible(text) for text in (cell.source, cell.target, cell.state, cell.reason)]
        for cell in result.matrix.cells.values()
        if cell.source != cell.target or cell.state is CellState.LEAK
    ]
    if rows:
        print_table(console, ["from", "to", "path", "because"], rows)


def _coverage(console: Console, checked: Checked) -> None:
    properties = ", ".join(checked.properties) or "nothing"
    console.print(
        _line(
            f"checked: {properties} over {counted(checked.devices, 'device')}, "
            f"{counted(checked.vrfs, 'VRF')}, {counted(checked.interfaces, 'interface')}, "
            f"{counted(checked.lines, 'line')} ({checked.lines_not_understood} not understood)"
        ),
        soft_wrap=True,
    )
    if checked.missing:
        console.print(_line(f"took no part: {', '.join(checked.missing)}"), soft_wrap=True)


def _line(text: str) -> Text:
    return Text(visible(text))

"""The proof in a terminal or a pipe: the verdict first, then what it comes of; data in, lines out.

What has findings is long, and ends with the verdict again, where the eye ends up.
"""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.safe_console import detail_of
from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.assumptions import in_words
from egovnet.playbooks.results.detail import Detail
from egovnet.playbooks.results.matrix import CellState
from egovnet.playbooks.results.proof_result import Checked, ProofResult
from egovnet.playbooks.results.push_proof import PushProof
from egovnet.playbooks.results.reported_finding import Place, ReportedFinding, Severity
from egovnet.playbooks.results.verdict import counted

_STYLES = {Severity.LEAK: "bold red", Severity.RISK: "yellow", Severity.HYGIENE: "cyan"}
#: Places and symptoms of one cause that are named; -v, the JSON and the page have all.
_SHOWN = 10


def print_proof(console: Console, result: ProofResult) -> None:
    """The verdict; findings with their paths, who reaches whom by another network, coverage.

    Where only how it ended is asked for, the verdict; where all is, every place of a finding.
    """
    _verdict(console, result.reason, proved=result.proved)
    if detail_of(console) is Detail.QUIET:
        return
    _findings(console, result.findings)
    _crossings(console, result)
    for name, why in result.unreachable.items():
        console.print(_line(f"unreachable: {name}: {why}"), style="red", soft_wrap=True)
    _coverage(console, result.checked)
    console.print("assumed:")
    for one in result.assumptions:
        console.print(_line(f"  - {in_words(one)}"), soft_wrap=True)
    if result.findings:
        _verdict(console, result.reason, proved=result.proved)


def print_gate(console: Console, proof: PushProof | None) -> None:
    """The proof of a push, in a few lines; its findings with their paths."""
    if proof is None:
        return
    _verdict(console, proof.reason, proved=proof.proved)
    _findings(console, proof.findings)


def _verdict(console: Console, reason: str, *, proved: bool) -> None:
    verdict, style = ("proved", "bold green") if proved else ("not proved", "bold red")
    console.print(Text(f"{verdict}: ", style=style) + _line(reason), soft_wrap=True)


def _findings(console: Console, findings: Iterable[ReportedFinding]) -> None:
    most = None if detail_of(console).names_all else _SHOWN
    for finding in findings:
        head = Text(f"{finding.severity}: ", style=_STYLES[finding.severity])
        console.print(head + _line(_summary(finding)), soft_wrap=True)
        for line in _details(finding, most):
            console.print(_line(line), soft_wrap=True)


def _summary(finding: ReportedFinding, families: Sequence[str] = ()) -> str:
    """Class, place and message of one finding."""
    place = finding.device + (f" VRF {finding.vrf}" if finding.vrf else "")
    line = f"line {finding.line}" if finding.line else ""
    family = " and ".join(families) or finding.family
    where = ", ".join(part for part in (place, line, family) if part)
    more = f", and at {counted(finding.more, 'place')} more" if finding.more else ""
    return f"{finding.klass}: {where}: {finding.message}{more}"


def _details(finding: ReportedFinding, most: int | None) -> Iterator[str]:
    """The lines of one finding; of its places and symptoms `most`, None: all."""
    if finding.cause:
        yield f"  cause: {finding.cause}"
    if finding.cause or len(finding.places) > 1:
        yield from _limited([f"    at {_place(place)}" for place in finding.places], "place", most)
    for number, hop in enumerate(finding.path, start=1):
        yield f"  {number}. {hop}"
    if finding.remedy:
        yield f"  to do: {finding.remedy}"
    if finding.symptoms:
        yield "  of the same cause:"
        yield from _limited(list(_symptoms(finding.symptoms)), "more", most)


def _place(place: Place) -> str:
    vrf = f" VRF {place.vrf}" if place.vrf else ""
    line = f", line {place.line}: {place.quote}" if place.line else ""
    line = line or (f", {place.quote}" if place.quote else "")
    return f"{place.device}{vrf}{line}"


def _symptoms(symptoms: Iterable[ReportedFinding]) -> Iterator[str]:
    """One line each; what is so in both families is told once."""
    together: dict[tuple[object, ...], list[ReportedFinding]] = {}
    for one in symptoms:
        what = (one.severity, one.klass, one.device, one.vrf, one.message)
        together.setdefault(what, []).append(one)
    for same in together.values():
        families = list(dict.fromkeys(one.family for one in same if one.family))
        yield f"    - {same[0].severity}: {_summary(same[0], families)}"


def _limited(lines: list[str], what: str, most: int | None) -> Iterator[str]:
    yield from lines[:most]
    if most is not None and len(lines) > most:
        left = len(lines) - most
        yield (
            f"    and {left:,} more" if what == "more" else f"    and at {counted(left, what)} more"
        )


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

"""The proof in a terminal or a pipe: verdict last, where the eye ends up; data in, lines out."""

from typing import Any

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.verdict import counted

_STYLES = {"leak": "bold red", "risk": "yellow", "hygiene": "cyan"}


def print_proof(console: Console, data: dict[str, Any]) -> None:
    """Findings with their paths, who reaches whom by another network, coverage, the verdict."""
    for finding in data["findings"]:
        _finding(console, finding)
    _crossings(console, data["matrix"])
    for name, why in data["unreachable"].items():
        console.print(_line(f"unreachable: {name}: {why}"), style="red", soft_wrap=True)
    _coverage(console, data["checked"])
    console.print("assumed:")
    for sentence in data["assumptions"]:
        console.print(_line(f"  - {sentence}"), soft_wrap=True)
    verdict, style = ("proved", "bold green") if data["proved"] else ("NOT proved", "bold red")
    console.print(Text(f"{verdict}: ", style=style) + _line(data["reason"]), soft_wrap=True)


def print_gate(console: Console, data: dict[str, Any] | None) -> None:
    """What the proof says of a push, in a few lines; its findings with their paths."""
    if data is None:
        return
    for finding in data["findings"]:
        _finding(console, finding)
    verdict, style = ("proved", "bold green") if data["proved"] else ("NOT proved", "bold red")
    console.print(Text(f"{verdict}: ", style=style) + _line(data["reason"]), soft_wrap=True)


def _finding(console: Console, finding: dict[str, Any]) -> None:
    place = finding["device"] + (f" VRF {finding['vrf']}" if finding["vrf"] else "")
    line = f"line {finding['line']}" if finding["line"] else ""
    where = ", ".join(part for part in (place, line, finding["family"]) if part)
    more = f", and at {counted(finding['more'], 'place')} more" if finding["more"] else ""
    severity = finding["severity"]
    head = Text(f"{severity}: ", style=_STYLES[severity])
    head += _line(f"{finding['class']}: {where}: {finding['message']}{more}")
    console.print(head, soft_wrap=True)
    for number, hop in enumerate(finding["path"], start=1):
        console.print(_line(f"  {number}. {_hop(hop)}"), soft_wrap=True)


def _hop(hop: dict[str, Any]) -> str:
    place = f"VRF {hop['vrf']} on {hop['device']}" if hop["vrf"] else hop["device"]
    at = f" (line {hop['line']}: {hop['quote']})" if hop["line"] else ""
    return f"{place} {hop['what']}{at}"


def _crossings(console: Console, matrix: dict[str, Any]) -> None:
    """Cells from one network to another; the page has the whole matrix."""
    rows = [
        [visible(str(cell[key])) for key in ("source", "target", "state", "reason")]
        for cell in matrix["cells"]
        if cell["source"] != cell["target"] or cell["state"] == "leak"
    ]
    if rows:
        print_table(console, ["from", "to", "path", "because"], rows)


def _coverage(console: Console, checked: dict[str, Any]) -> None:
    properties = ", ".join(checked["properties"]) or "nothing"
    console.print(
        _line(
            f"checked: {properties} over {counted(checked['devices'], 'device')}, "
            f"{counted(checked['vrfs'], 'VRF')}, {counted(checked['interfaces'], 'interface')}, "
            f"{counted(checked['lines'], 'line')} "
            f"({checked['lines_not_understood']} not understood)"
        ),
        soft_wrap=True,
    )
    if checked["missing"]:
        console.print(_line(f"took no part: {', '.join(checked['missing'])}"), soft_wrap=True)


def _line(text: str) -> Text:
    return Text(visible(text))

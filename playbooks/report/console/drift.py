"""What `drift` prints: the most severe first, the verdict last, where the eye ends up."""

from collections import Counter
from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.safe_console import detail_of
from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.report.text import drift_words as words
from egovnet.playbooks.report.text.drift_words import Entry
from egovnet.playbooks.report.text.plan_words import causes, listed
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.detail import Detail
from egovnet.playbooks.results.drift_report import (
    Difference,
    DriftClass,
    DriftReport,
    Remediation,
    Tone,
    rank,
)
from egovnet.playbooks.results.verdict import counted

#: Rows of one class that are shown; --json and the page have them all.
MOST_ROWS = 100
_STYLES = {Tone.YES: "bold green", Tone.NO: "bold red", Tone.PART: "bold yellow"}


def print_result(console: Console, report: DriftReport) -> None:
    """Leaks with their paths, unreachable devices, differences by class, remediation, verdict."""
    by_class: dict[DriftClass, list[Difference]] = {}
    for difference in sorted(report.differences, key=rank):
        by_class.setdefault(difference.klass, []).append(difference)
    detail = detail_of(console)
    most = None if detail is Detail.VERBOSE else MOST_ROWS
    leaks = by_class.pop(DriftClass.LEAK, [])
    for leak in leaks[:most]:
        _leak(console, leak, report.started)
    _more(console, len(leaks), most)
    if detail is not Detail.QUIET:
        _rest(console, report, by_class, most)
    left = Counter(each.klass for each in report.open() if not each.remediated)
    open_now = words.numbers({k.value: left[k] for k in DriftClass if left[k]}) or "no difference"
    remediated = sum(each.remediated for each in report.differences)
    _line(
        console,
        f"{counted(len(report.devices), 'device')} in {report.seconds:.0f} s: {open_now} open, "
        + (f"{remediated:,} remediated, " if remediated else "")
        + f"{len(report.unreachable):,} unreachable",
    )
    answer = report.separation
    line = Text(f"{answer.sentence}: ", style=_STYLES[answer.tone])
    console.print(line + Text(visible(report.reason)), soft_wrap=True)


def _rest(
    console: Console,
    report: DriftReport,
    by_class: Mapping[DriftClass, list[Difference]],
    most: int | None,
) -> None:
    """What is beside leaks: who did not answer, differences by class, remediation, notes."""
    _unreachable(console, report)
    for klass, group in by_class.items():
        _line(console, f"{klass.value}: {klass.properties.meaning}", "bold")
        groups = words.alike(Entry(0, difference=d) for d in group)
        print_table(
            console,
            ["devices", "object", "what is wrong", "owner", "status", "since", "remediation"],
            (_row(its, report.started) for its in groups[:most]),
        )
        _more(console, len(groups), most)
    _remediation(console, report.remediation)
    for note in report.policy_notes:
        _line(console, f"policy: {note}", "yellow")
    for access in report.waiting:
        _line(console, access.words, "green" if access.answers else "cyan")
    for note in report.notes:
        _line(console, f"note: {note}", "yellow")


def _leak(console: Console, d: Difference, now: str) -> None:
    head = Text("leak: ", style="bold red")
    head += Text(visible(f"{d.device or 'network'}: {d.subject}: {d.message}"))
    console.print(head, soft_wrap=True)
    for number, step in enumerate(d.path, start=1):
        _line(console, f"  {number}. {step}")
    facts = (
        words.status(d),
        f"owner {words.owner(d)}",
        words.seen(d, now),
        words.remediation_of(d),
    )
    _line(console, f"  {'; '.join(facts)}")


def _unreachable(console: Console, report: DriftReport) -> None:
    rows = [
        map(visible, (row.device, row.region, row.unreachable, words.last_known(row.last_known)))
        for row in report.unreachable
    ]
    if rows:
        _line(console, "unreachable: their running configurations are not known", "bold")
        # each one is named, however many there are
        print_table(console, ["device", "region", "why", "last known"], rows)


def _row(its: list[Entry], now: str) -> list[str]:
    """One difference, and all devices that have it."""
    d = its[0].difference
    assert d is not None  # noqa: S101 -- made of differences above
    cells = (
        words.devices_of(its),
        d.subject,
        d.message,
        words.owner(d) + (f", {d.vpn}" if d.vpn else ""),
        words.status(d),
        words.seen(d, now).removeprefix("first seen "),
        words.remediation_of(d),
    )
    return [visible(cell) for cell in cells]


def _remediation(console: Console, done: Remediation | None) -> None:
    if done is None:
        return
    change = f" as change {done.change}" if done.change is not None else ""
    asked = " and ".join(done.classes) or "no class"
    devices = ", ".join(done.devices) or "no device"
    _line(console, f"remediation of {asked}: {done.result}{change}: {devices}", "bold")
    for why, names in causes(done.left.items()):
        _line(console, f"  left as it is: {listed(names)}: {why}", "yellow")


def _more(console: Console, number: int, most: int | None) -> None:
    if most is not None and number > most:
        _line(console, f"  and {number - most:,} more; --json and --report have them all")


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(visible(text), style=style), soft_wrap=True)

"""A night in a terminal or a pipe: the gravest first, the verdict last, where the eye ends up."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.text import Text

from egovnet.inventory.model.drift_class import DriftClass
from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.report.text import drift_words as words
from egovnet.playbooks.report.text.drift_words import Entry
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.drift_report import Difference, LastKnown, Separation, rank
from egovnet.playbooks.results.verdict import counted

#: Rows of one class that are shown; --json and the page have them all.
MOST_ROWS = 100
_STYLES = {
    Separation.HELD: "bold green",
    Separation.NOT_HELD: "bold red",
    Separation.HELD_AGAIN: "bold yellow",
    Separation.HELD_WHERE_READ: "bold yellow",
    Separation.NOT_KNOWN: "bold yellow",
}


def print_result(console: Console, data: dict[str, Any]) -> None:
    """Leaks with their paths, who did not answer, differences by class, what was done, verdict."""
    differences = sorted(map(words.difference_of, data["differences"]), key=rank)
    by_class: dict[DriftClass, list[Difference]] = {}
    for difference in differences:
        by_class.setdefault(difference.klass, []).append(difference)
    leaks = by_class.pop(DriftClass.LEAK, [])
    for leak in leaks[:MOST_ROWS]:
        _leak(console, leak, data["started"])
    _more(console, len(leaks))
    _silent(console, data["devices"])
    for klass, group in by_class.items():
        _line(console, f"{klass.value}: {words.MEANING[klass]}", "bold")
        groups = words.alike(Entry(0, difference=d) for d in group)
        print_table(
            console,
            ["devices", "object", "what is wrong", "owner", "standing", "since", "remedy"],
            (_row(its, data["started"]) for its in groups[:MOST_ROWS]),
        )
        _more(console, len(groups))
    _remediation(console, data["remediation"])
    for note in data["policy_notes"]:
        _line(console, f"policy: {note}", "yellow")
    open_now = words.numbers({k: n for k, n in data["classes"].items() if n}) or "no difference"
    silent = len(data["unreachable"])
    _line(
        console,
        f"{counted(len(data['devices']), 'device')} in {data['seconds']:.0f} s: {open_now} open, "
        f"{silent:,} unreachable",
    )
    answer = Separation(data["separation"])
    line = Text(f"{words.ANSWERS[answer]}: ", style=_STYLES[answer])
    console.print(line + Text(visible(data["reason"])), soft_wrap=True)


def _leak(console: Console, d: Difference, now: str) -> None:
    head = Text("leak: ", style="bold red")
    head += Text(visible(f"{d.device or 'network'}: {d.subject}: {d.message}"))
    console.print(head, soft_wrap=True)
    for number, step in enumerate(d.path, start=1):
        _line(console, f"  {number}. {step}")
    facts = (words.standing(d), f"owner {words.owner(d)}", words.seen(d, now), words.remedy(d))
    _line(console, f"  {'; '.join(facts)}")


def _silent(console: Console, devices: Iterable[dict[str, Any]]) -> None:
    rows = [
        [
            visible(row["device"]),
            visible(row["region"]),
            visible(row["unreachable"]),
            visible(
                words.last_known(LastKnown(**row["last_known"]) if row["last_known"] else None)
            ),
        ]
        for row in devices
        if row["unreachable"]
    ]
    if rows:
        _line(console, "unreachable: what these run now is not known", "bold")
        # whoever does not answer is named, however many they are
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
        words.standing(d),
        words.seen(d, now).removeprefix("first seen "),
        words.remedy(d),
    )
    return [visible(cell) for cell in cells]


def _remediation(console: Console, done: dict[str, Any] | None) -> None:
    if done is None:
        return
    change = f" as change {done['change']}" if done["change"] is not None else ""
    asked = " and ".join(done["classes"]) or "no class"
    devices = ", ".join(done["devices"]) or "no device"
    _line(console, f"remediation of {asked}: {done['result']}{change}: {devices}", "bold")
    for device, why in done["left"].items():
        _line(console, f"  left as it is: {device}: {why}", "yellow")


def _more(console: Console, number: int) -> None:
    if number > MOST_ROWS:
        _line(console, f"  and {number - MOST_ROWS:,} more; --json and --report have them all")


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(visible(text), style=style), soft_wrap=True)

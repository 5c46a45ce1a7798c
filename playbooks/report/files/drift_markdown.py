"""A drift run as Markdown for a merge request: verdict, figures, leaks with paths, tables.

It has less than 60 kB.

Text of devices is in `<code>` with all punctuation as character references: no table, link,
mention or issue number can be made of it, on GitLab and GitHub alike.
"""

import re
from collections.abc import Iterable

from egovnet.playbooks.report.text import drift_words as words
from egovnet.playbooks.report.text.drift_words import Entry
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.drift_report import DriftClass, DriftReport, Tone
from egovnet.playbooks.results.verdict import counted

#: Bytes. GitHub refuses a comment of 65,536 characters.
MOST_BYTES = 60_000
#: Kept free for what comes after the tables.
_RESERVE = 2_000
_LONGEST = 160
#: Of what is left, the most that one section takes: no class hides those after it.
_SHARE = 0.6
_SYMBOLS = {Tone.YES: "✅", Tone.NO: "❌", Tone.PART: "⚠️"}


def drift_markdown(report: DriftReport) -> str:
    """The whole text; what is cut is counted."""
    page = _Page(MOST_BYTES - _RESERVE)
    answer = report.separation
    page.add(f"## {_SYMBOLS[answer.tone]} {answer.sentence}", "")
    page.add(f"{_code(report.reason)}", "")
    page.add(
        f"Network {_code(report.network)}, run {report.run}, "
        f"{_code(words.moment(report.started))}, "
        f"{counted(len(report.devices), 'device')} in {report.seconds:.0f} s.",
        "",
    )
    figures = words.summary(report)
    page.add("| " + " | ".join(name for name, _, _ in figures) + " |")
    page.add("|" + "---:|" * len(figures))
    page.add("| " + " | ".join(f"{number:,}" for _, number, _ in figures) + " |", "")
    everything = words.entries(report)
    page.share(_SHARE)
    _leaks(page, [e for e in everything if e.kind == DriftClass.LEAK])
    page.share(_SHARE)
    _unreachable(page, [e for e in everything if e.unreachable])
    for klass in list(DriftClass)[1:]:
        page.share(_SHARE)
        _class(page, klass, [e for e in everything if e.kind == klass], report.started)
    page.most += _RESERVE
    page.share(1)
    if sentence := words.remediation(report):
        page.add("### Remediation", "", _code(sentence), "")
    if report.policy_notes:
        shown, more = words.cut(report.policy_notes, 5)
        page.add("### Drift rules", "", *(f"- {_code(note)}" for note in shown))
        page.add(*([f"- and {more} more"] if more else []), "")
    if report.waiting:
        first = sorted(report.waiting, key=lambda access: not access.answers)
        shown, more = words.cut([access.words for access in first], 5)
        page.add("### Waiting for the customer", "", *(f"- {_code(line)}" for line in shown))
        page.add(*([f"- and {more} more"] if more else []), "")
    if report.notes:
        page.add("### Notes", "", *(f"- {_code(note)}" for note in report.notes), "")
    page.add("Everything is in `drift.html` and `drift.json`.")
    return page.text


class _Page:
    """Lines, until there are as many bytes as may be."""

    def __init__(self, most: int) -> None:
        self.most = self._limit = most
        self._lines: list[str] = []
        self._size = 0

    def share(self, part: float) -> None:
        """Let what is added from now on take at most this part of what is left."""
        self._limit = self._size + int((self.most - self._size) * part)

    def add(self, *lines: str) -> bool:
        """Add the lines together, or nothing and False when they do not fit."""
        size = sum(len(line.encode()) + 1 for line in lines)
        if self._size + size > self._limit:
            return False
        self._lines += lines
        self._size += size
        return True

    @property
    def text(self) -> str:
        return "\n".join(self._lines) + "\n"

    def table(
        self, title: str, columns: Iterable[str], rows: Iterable[tuple[int, Iterable[str]]]
    ) -> None:
        """A table with as many rows as fit; under it how many things are in those that do not."""
        listed = [(number, "| " + " | ".join(row) + " |") for number, row in rows]
        if not listed:
            return
        head = "| " + " | ".join(columns) + " |"
        rule = "|" + "---|" * head.count(" | ") + "---|"
        if not self.add(f"### {title}", "", head, rule):
            self.cut(title, sum(number for number, _ in listed))
            return
        shown = 0
        while shown < len(listed) and self.add(listed[shown][1]):
            shown += 1
        self.add("")
        if left := sum(number for number, _ in listed[shown:]):
            self.cut(title, left)

    def cut(self, title: str, number: int) -> None:
        """Add, whatever room there is, how much is left out."""
        line = f"*{number:,} more of “{title}” are in drift.json.*"
        self._lines += [line, ""]
        self._size += len(line.encode()) + 2


def _leaks(page: _Page, entries: list[Entry]) -> None:
    shown = 0
    for entry in entries:
        d = entry.difference
        assert d is not None  # noqa: S101 -- a leak is a difference
        steps, more = words.cut(d.path, 12)
        facts = (words.status(d), f"owner {words.owner(d)}", words.remediation_of(d))
        lines = [
            *([] if shown else ["### Leaks", ""]),
            f"**{_code(d.device)} {_code(d.subject)}**: {_code(d.message)}",
            f"({'; '.join(map(_code, facts))})",
            "",
            *(f"{number}. {_code(step)}" for number, step in enumerate(steps, start=1)),
            *([f"\n{more} steps more are in drift.json.\n"] if more else []),
            "",
        ]
        if not page.add(*lines):
            break
        shown += 1
    if shown < len(entries):
        page.cut("Leaks", len(entries) - shown)


def _unreachable(page: _Page, entries: list[Entry]) -> None:
    rows = [entry.row for entry in entries]
    cells = ((r.device, r.region, r.unreachable, words.last_known(r.last_known)) for r in rows)
    columns = ("device", "region", "why", "last known")
    page.table("Unreachable", columns, ((1, map(_code, row)) for row in cells))


def _class(page: _Page, klass: DriftClass, entries: list[Entry], now: str) -> None:
    rows = (
        (
            len(its),
            (
                _code(words.devices_of(its)),
                _code(d.subject),
                _code(d.message),
                _code(words.owner(d)) + (f", {_code(d.vpn)}" if d.vpn else ""),
                _code(words.status(d)),
                _code(words.seen(d, now)),
                _code(words.remediation_of(d)),
            ),
        )
        for its in words.alike(entries)
        if (d := its[0].difference) is not None
    )
    columns = ("devices", "object", "what is wrong", "owner, VPN", "status", "since", "remediation")
    page.table(klass.value.capitalize(), columns, rows)


def _code(text: str) -> str:
    """Text of anybody, as nothing but text; shortened."""
    text = visible(text)
    if not text.strip():
        return ""
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    # A full stop is left alone but where it would make a bare link of what is before it.
    kept = re.sub(r"[!-'*+:-@\[-`{-~]|(?<=www)\.", lambda m: f"&#{ord(m[0])};", text, flags=re.I)
    return f"<code>{kept}</code>"

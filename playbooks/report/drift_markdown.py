"""A night as Markdown for a merge request: verdict, figures, leaks with paths, tables; under 60 kB.

Text of devices stands in `<code>` with all punctuation as character references: no table, link,
mention or issue number can be made of it, on GitLab and GitHub alike.
"""

import re
from collections.abc import Iterable

from playbooks.drift.night import DriftClass, Night, Separation
from playbooks.report import drift_words as words
from playbooks.report.drift_words import Entry
from playbooks.report.visible import visible
from playbooks.verdict_data import counted

#: Bytes. GitHub refuses a comment of 65,536 characters.
MOST_BYTES = 60_000
#: Kept free for what is said after the tables.
_RESERVE = 2_000
_LONGEST = 160
_SYMBOLS = {Separation.HELD: "✅", Separation.NOT_HELD: "❌"}


def drift_markdown(night: Night) -> str:
    """The whole text; what is cut is counted."""
    page = _Page(MOST_BYTES - _RESERVE)
    symbol = _SYMBOLS.get(night.separation, "⚠️")
    page.add(f"## {symbol} {words.ANSWERS[night.separation]}", "")
    page.add(f"{_code(night.reason)}", "")
    page.add(
        f"Network {_code(night.network)}, run {night.run}, {_code(words.moment(night.started))}, "
        f"{counted(len(night.devices), 'device')} in {night.seconds:.0f} s.",
        "",
    )
    figures = words.summary(night)
    page.add("| " + " | ".join(name for name, _, _ in figures) + " |")
    page.add("|" + "---:|" * len(figures))
    page.add("| " + " | ".join(f"{number:,}" for _, number, _ in figures) + " |", "")
    everything = words.entries(night)
    _leaks(page, [e for e in everything if e.kind == DriftClass.LEAK])
    _silent(page, [e for e in everything if e.silent])
    for klass in list(DriftClass)[1:]:
        _class(page, klass, [e for e in everything if e.kind == klass], night.started)
    page.most += _RESERVE
    if said := words.remediation(night):
        page.add("### Remediation", "", _code(said), "")
    if night.policy_notes:
        shown, more = words.cut(night.policy_notes, 5)
        page.add("### The job's policy", "", *(f"- {_code(note)}" for note in shown))
        page.add(*([f"- and {more} more"] if more else []), "")
    page.add("Everything is in `drift.html` and `drift.json`.")
    return page.text


class _Page:
    """Lines, until there are as many bytes as may be."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._lines: list[str] = []
        self._size = 0

    def add(self, *lines: str) -> bool:
        """Add the lines together, or nothing and False when they do not fit."""
        size = sum(len(line.encode()) + 1 for line in lines)
        if self._size + size > self.most:
            return False
        self._lines += lines
        self._size += size
        return True

    @property
    def text(self) -> str:
        return "\n".join(self._lines) + "\n"

    def table(self, title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
        """A table with as many rows as fit; under it how many do not."""
        listed = ["| " + " | ".join(row) + " |" for row in rows]
        if not listed:
            return
        head = "| " + " | ".join(columns) + " |"
        rule = "|" + "---|" * head.count(" | ") + "---|"
        if not self.add(f"### {title}", "", head, rule):
            self._cut(title, len(listed))
            return
        shown = 0
        for row in listed:
            if not self.add(row):
                break
            shown += 1
        self.add("")
        if shown < len(listed):
            self._cut(title, len(listed) - shown)

    def _cut(self, title: str, number: int) -> None:
        line = f"*{number:,} more of “{title}” are in drift.json.*"
        self._lines += [line, ""]
        self._size += len(line.encode()) + 2


def _leaks(page: _Page, entries: list[Entry]) -> None:
    shown = 0
    for entry in entries:
        d = entry.difference
        assert d is not None  # noqa: S101 -- a leak is a difference
        steps, more = words.cut(d.path, 12)
        facts = (words.standing(d), f"owner {words.owner(d)}", words.remedy(d))
        said = [
            *([] if shown else ["### Leaks", ""]),
            f"**{_code(d.device)} {_code(d.subject)}**: {_code(d.message)}",
            f"({'; '.join(map(_code, facts))})",
            "",
            *(f"{number}. {_code(step)}" for number, step in enumerate(steps, start=1)),
            *([f"\n{more} steps more are in drift.json.\n"] if more else []),
            "",
        ]
        if not page.add(*said):
            break
        shown += 1
    if shown < len(entries):
        page.add(f"*{len(entries) - shown:,} more leaks are in drift.json.*", "")


def _silent(page: _Page, entries: list[Entry]) -> None:
    rows = (
        (
            _code(r.device),
            _code(r.region),
            _code(r.unreachable),
            _code(words.last_known(r.last_known)),
        )
        for r in (entry.silent_row for entry in entries)
    )
    page.table("Unreachable", ("device", "region", "why", "last known"), rows)


def _class(page: _Page, klass: DriftClass, entries: list[Entry], now: str) -> None:
    rows = (
        (
            _code(d.device),
            _code(d.subject),
            _code(d.message),
            _code(words.owner(d)) + (f", {_code(d.vpn)}" if d.vpn else ""),
            _code(words.standing(d)),
            _code(words.seen(d, now)),
            _code(words.remedy(d)),
        )
        for d in (entry.difference for entry in entries)
        if d is not None
    )
    columns = ("device", "object", "what is wrong", "owner, VPN", "standing", "since", "remedy")
    page.table(klass.value.capitalize(), columns, rows)


def _code(text: str) -> str:
    """Text of anybody, as nothing but text; shortened."""
    text = visible(text)
    if not text.strip():
        return ""
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    # A full stop is left alone but where it would make a bare link of what stands before it.
    kept = re.sub(r"[!-'*+:-@\[-`{-~]|(?<=www)\.", lambda m: f"&#{ord(m[0])};", text, flags=re.I)
    return f"<code>{kept}</code>"

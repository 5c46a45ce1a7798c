"""A drift run as Markdown for a merge request: verdict, figures, leaks with paths, tables.

It has less than 60 kB.
"""

from egovnet.playbooks.report.files.markdown_text import MOST_BYTES, MarkdownPage, code, made_by
from egovnet.playbooks.report.text import drift_words as words
from egovnet.playbooks.report.text.drift_words import Entry
from egovnet.playbooks.results.drift_report import DriftClass, DriftReport, Tone
from egovnet.playbooks.results.verdict import counted

#: Kept free for what comes after the tables.
_RESERVE = 2_000
#: Of what is left, the most that one section takes: no class hides those after it.
_SHARE = 0.6
_SYMBOLS = {Tone.YES: "✅", Tone.NO: "❌", Tone.PART: "⚠️"}


def drift_markdown(report: DriftReport) -> str:
    """The whole text; what is cut is counted."""
    page = MarkdownPage(MOST_BYTES - _RESERVE, "drift.json")
    answer = report.separation
    page.add(f"## {_SYMBOLS[answer.tone]} {answer.sentence}", "")
    page.add(f"{code(report.reason)}", "")
    page.add(
        f"Network {code(report.network)}, run {report.run}, "
        f"{code(words.moment(report.started))}, "
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
        page.add("### Remediation", "", code(sentence), "")
    if report.policy_notes:
        shown, more = words.cut(report.policy_notes, 5)
        page.add("### Drift rules", "", *(f"- {code(note)}" for note in shown))
        page.add(*([f"- and {more} more"] if more else []), "")
    if report.waiting:
        first = sorted(report.waiting, key=lambda access: not access.answers)
        shown, more = words.cut([access.words for access in first], 5)
        page.add("### Waiting for the customer", "", *(f"- {code(line)}" for line in shown))
        page.add(*([f"- and {more} more"] if more else []), "")
    if report.notes:
        page.add("### Notes", "", *(f"- {code(note)}" for note in report.notes), "")
    made = f"{made_by(report.made)} " if report.made is not None else ""
    page.add(f"{made}Everything is in `drift.html` and `drift.json`.")
    return page.text


def _leaks(page: MarkdownPage, entries: list[Entry]) -> None:
    shown = 0
    for entry in entries:
        d = entry.difference
        assert d is not None  # noqa: S101 -- a leak is a difference
        steps, more = words.cut(d.path, 12)
        facts = (words.status(d), f"owner {words.owner(d)}", words.remediation_of(d))
        lines = [
            *([] if shown else ["### Leaks", ""]),
            f"**{code(d.device)} {code(d.subject)}**: {code(d.message)}",
            f"({'; '.join(map(code, facts))})",
            "",
            *(f"{number}. {code(step)}" for number, step in enumerate(steps, start=1)),
            *([f"\n{more} steps more are in drift.json.\n"] if more else []),
            "",
        ]
        if not page.add(*lines):
            break
        shown += 1
    if shown < len(entries):
        page.cut("Leaks", len(entries) - shown)


def _unreachable(page: MarkdownPage, entries: list[Entry]) -> None:
    rows = [entry.row for entry in entries]
    cells = ((r.device, r.region, r.unreachable, words.last_known(r.last_known)) for r in rows)
    columns = ("device", "region", "why", "last known")
    page.table("Unreachable", columns, ((1, map(code, row)) for row in cells))


def _class(page: MarkdownPage, klass: DriftClass, entries: list[Entry], now: str) -> None:
    rows = (
        (
            len(its),
            (
                code(words.devices_of(its)),
                code(d.subject),
                code(d.message),
                code(words.owner(d)) + (f", {code(d.vpn)}" if d.vpn else ""),
                code(words.status(d)),
                code(words.seen(d, now)),
                code(words.remediation_of(d)),
            ),
        )
        for its in words.alike(entries)
        if (d := its[0].difference) is not None
    )
    columns = ("devices", "object", "what is wrong", "owner, VPN", "status", "since", "remediation")
    page.table(klass.value.capitalize(), columns, rows)

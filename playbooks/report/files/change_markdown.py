"""A change as Markdown for a merge request: what it does to whom, proof, differences to open.

It has less than 60 kB. Text of devices and people is in code: see `drift_markdown`.
"""

from collections.abc import Iterator

from egovnet.playbooks.report.files.markdown_text import MOST_BYTES, MarkdownPage, code, made_by
from egovnet.playbooks.report.html.change_page import site_rows, warnings
from egovnet.playbooks.report.text import plan_words as words
from egovnet.playbooks.report.text.folded_diffs import folded
from egovnet.playbooks.report.text.stages import failures_of
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.change_report import ChangeReport
from egovnet.playbooks.results.plan import PlanResult
from egovnet.playbooks.results.plan_summary import Gains
from egovnet.playbooks.results.verdict import counted

_RESERVE = 2_000
_FILE = "change.json"
#: Lines of one difference.
_MOST_LINES = 200
_MOST_FAILURES = 20


def change_markdown(report: ChangeReport) -> str:
    """The whole text; what is cut is counted."""
    page = MarkdownPage(MOST_BYTES - _RESERVE, _FILE)
    wrong = report.ended or report.denied
    mark = "❌" if wrong else "✅" if report.plan.changes else "\N{INFORMATION SOURCE}"
    page.add(f"## {mark} {code(report.title)}", "")
    page.add(code(wrong or words.total(report.plan)), "")
    if report.ended:
        for stage, device, why in list(failures_of(report.steps))[:_MOST_FAILURES]:
            page.add(f"- ❗ {code(f'{stage}: {device}: {why}')}")
        page.add("")
    steps = (report.plan, *report.plan.then)
    for number, plan in enumerate(steps, start=1):
        if len(steps) > 1:
            page.add(f"### Step {number} of {len(steps)}", "")
        _step(page, plan)
    page.most += _RESERVE
    page.share(1)
    for one in report.approvals:
        page.add(f"- approved by {code(one.who)}: {code(one.words)}")
    page.add("", f"{made_by(report.made)} Everything is in `change.html` and `{_FILE}`.")
    return page.text


def _step(page: MarkdownPage, plan: PlanResult) -> None:
    added, removed = words.lines(plan)
    page.add("| | lost | gained | changed |", "|---|---|---|---|")
    summary = plan.summary
    for title, gains in (
        ("routers", summary.routers),
        ("sites", summary.sites),
        ("VPNs", summary.vpns),
    ):
        page.add(f"| {title} | " + " | ".join(_cells(gains)) + " |")
    page.add(
        "", f"{counted(added, 'line')} added, {removed:,} removed: {code(words.kinds(plan))}", ""
    )
    if plan.moves:
        page.add(f"- services: {code(words.moves(plan))}")
    for severity, sentence in warnings(plan):
        page.add(f"- {'❗' if severity == 'leak' else '⚠️'} {code(sentence)}")
    for one in plan.affected.interrupted:
        why, who = words.interruption(one)
        word = "❗ disruptive" if one.klass.disruptive else "⚠️ interrupts"
        page.add(f"- {word}: {code(why)}: {code(who)}")
    if plan.changes and not plan.affected.interrupted:
        page.add(f"- interrupts {words.nobody(plan)}")
    for why, names in words.causes(sorted(plan.unreachable.items())):
        page.add(f"- ❗ not planned: {code(words.listed(names))}: {code(why)}")
    if plan.proof is not None:
        word = "proved" if plan.proof.proved else "❌ **not proved**"
        page.add(f"- {word}: {code(plan.proof.reason)}")
        for finding in plan.proof.findings[:10]:
            page.add(f"  - {code(f'{finding.klass}: {finding.device}: {finding.message}')}")
    page.add("")
    page.share(0.3)
    page.table(
        "Sites",
        ("site", "becomes", "routers", "interrupted by"),
        (
            (1, (code(r.name), r.becomes, code(words.listed(r.routers)), code(r.interrupted)))
            for r in site_rows(plan)
        ),
    )
    page.share(1)
    _diffs(page, plan)


def _cells(gains: Gains) -> Iterator[str]:
    for names in (gains.lost, gains.gained, gains.changed):
        yield f"{len(names):,}: {code(words.listed(names))}" if names else ""


def _diffs(page: MarkdownPage, plan: PlanResult) -> None:
    folds = folded(plan.changes)
    for number, fold in enumerate(folds):
        shown = fold.shown
        lines = [_harmless(line) for line in shown.diff.splitlines()]
        more = len(lines) - _MOST_LINES
        alike = len(fold.devices) - len(shown.devices)
        head = f"{words.listed(shown.devices)}: +{shown.added} -{shown.removed}"
        others = f", and {alike:,} more the same but for addresses" if alike else ""
        block = [
            f"<details><summary>{code(head)}{others}</summary>",
            "",
            "~~~~~diff",
            *lines[:_MOST_LINES],
            *([f"... {more:,} lines more, in {_FILE}"] if more > 0 else []),
            "~~~~~",
            "",
            "</details>",
            "",
        ]
        if not page.add(*block):
            page.cut("Differences", len(folds) - number)
            return


def _harmless(line: str) -> str:
    """A line that cannot end the block that it stands in."""
    return visible(line).replace("~~~", "~ ~ ~")

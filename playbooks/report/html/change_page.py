"""A change as one self-contained HTML page: what it does to whom, differences, proof, approvals.

Its size is bounded: what is left out is counted and is in change.json.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment
from markupsafe import Markup, escape

from egovnet.playbooks.report.html.page import environment
from egovnet.playbooks.report.text import plan_words as words
from egovnet.playbooks.report.text.folded_diffs import FoldedDiff, folded
from egovnet.playbooks.report.text.moments import second
from egovnet.playbooks.report.text.stages import stages_of
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.change_report import ChangeReport
from egovnet.playbooks.results.plan import PlanResult

#: Differences that are shown; the routers of others are named.
MOST_FOLDS = 200
#: Lines of one difference, and of all of a page; sites in the table.
MOST_OF_ONE, MOST_LINES, MOST_SITES = 600, 8_000, 300
#: Sites that are named with what interrupts them; each is in the table below, too.
MOST_INTERRUPTED = 60
#: With so few lines all differences are open.
_OPEN = 400


@dataclass(frozen=True, slots=True)
class SiteRow:
    """What a change is to one site."""

    name: str
    #: "lost", "gained" or "changed".
    becomes: str
    routers: tuple[str, ...]
    #: Why and for how long it loses its routes; "" when it does not.
    interrupted: str


@cache
def _environment() -> Environment:
    made = environment().overlay()
    made.filters = {
        **made.filters,
        "moves": words.moves,
        "why": lambda one: words.interruption(one)[0],
        "who": lambda one: words.interruption(one, most=MOST_INTERRUPTED)[1],
        "second": second,
    }
    made.globals = {**made.globals, "names": _names}
    return made


def change_page(report: ChangeReport) -> str:
    """The whole page."""
    plan = report.plan
    answer, tone, reason = _answer(report)
    left, first = MOST_LINES, 1
    steps = []
    for step in (plan, *plan.then):
        every = folded(step.changes)
        folds = list(_numbered(every[:MOST_FOLDS], first, left))
        left -= sum(len(lines) for _, _, lines, _ in folds)
        first += len(folds)
        steps.append(
            {
                "plan": step,
                "warnings": list(warnings(step)),
                "kinds": words.kinds(step, whole=True),
                "nobody": words.nobody(step),
                "sites": site_rows(step),
                "folds": folds,
                "rest": [name for fold in every[MOST_FOLDS:] for name in fold.devices],
                "ids": {name: number for number, fold, _, _ in folds for name in fold.devices},
                "open": sum(len(lines) for _, _, lines, _ in folds) <= _OPEN,
            }
        )
    return (
        _environment()
        .get_template("change_page.html.j2")
        .render(
            report=report,
            title=report.title,
            made=report.made,
            answer=answer,
            tone=tone,
            reason=reason,
            figures=_figures(report),
            steps=steps,
            stages=list(stages_of(report.steps)),
            most_sites=MOST_SITES,
            most_lines=MOST_LINES,
        )
    )


def _answer(report: ChangeReport) -> tuple[str, str, str]:
    """(verdict, tone, why)."""
    total = words.total(report.plan)
    if report.history is not None:
        tone = {"done": "yes", "undone": "part"}.get(report.history.state, "no")
        answer = f"Change {report.history.id} is {report.history.state}"
        return answer, tone, report.history.summary
    if report.denied:
        return "Not to be pushed as it is", "no", report.denied
    if not report.plan.changes:
        return "Nothing to change", "yes", total
    if report.plan.summary.sites.lost or report.plan.affected.disruptive:
        return "Proved, and takes something away", "part", total
    return "Proved, and ready to be pushed", "yes", total


def _figures(report: ChangeReport) -> list[tuple[str, int, str]]:
    summary = report.plan.summary
    added, removed = words.lines(report.plan)
    lost = (
        ("routers lost", summary.routers),
        ("sites lost", summary.sites),
        ("VPNs lost", summary.vpns),
    )
    return [
        *((name, len(of.lost), "leak" if of.lost else "") for name, of in lost),
        ("sites gained", len(summary.sites.gained), ""),
        ("sites touched", len(summary.sites.changed), ""),
        ("routers touched", sum(len(change.devices) for change in report.plan.changes), ""),
        ("lines added", added, ""),
        ("lines removed", removed, ""),
    ]


def warnings(plan: PlanResult) -> Iterator[tuple[str, str]]:
    """(severity, sentence) of what a person has to know, the most severe first."""
    for change in plan.zone_changes:
        yield "leak", f"Zone change: {change.what}"
    if plan.needs:
        yield "leak", f"Needs a word: {' '.join(plan.needs)}"
    for router in plan.leaving:
        yield "risk", f"Leaving: {words.leaving(router)}"
    yield from (("risk", f"Key removed: {line}") for line in words.key_lines(plan.keys_removed))


def site_rows(plan: PlanResult) -> list[SiteRow]:
    """The lost first, then those that are interrupted."""
    sites = plan.summary.sites
    reasons = {site: words.cause(one) for one in plan.affected.interrupted for site in one.sites}
    rows = [
        SiteRow(name, becomes, tuple(plan.summary.joined.get(name, ())), reasons.get(name, ""))
        for becomes, names in (
            ("lost", sites.lost),
            ("gained", sites.gained),
            ("changed", sites.changed),
        )
        for name in names
    ]
    return sorted(rows, key=lambda row: (row.becomes != "lost", not row.interrupted))


def _numbered(
    folds: Sequence[FoldedDiff], first: int, left: int
) -> Iterator[tuple[int, FoldedDiff, list[str], int]]:
    """(number, fold, lines that are shown, how many are not)."""
    for number, fold in enumerate(folds, start=first):
        every = fold.shown.diff.splitlines()
        lines = every[: min(MOST_OF_ONE, max(left, 0))]
        left -= len(lines)
        yield number, fold, lines, len(every) - len(lines)


def _names(names: Sequence[str]) -> Markup:
    """A count, and the names under it."""
    if not names:
        return Markup("")
    listed = escape(visible(", ".join(names)))
    if len(names) <= words.MOST_NAMES:
        return Markup("{:,}: {}").format(len(names), listed)
    return Markup("<details><summary>{:,}</summary>{}</details>").format(len(names), listed)

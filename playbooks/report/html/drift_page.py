"""A drift run as one self-contained HTML page: whether separation held, what is not as intended and
who owns it, which devices did not answer.

The page stays readable and of bounded size on a network of thousands: what is left out is counted
and is in drift.json, which has everything.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from jinja2 import Environment

from egovnet.playbooks.report.html.backbone_map import BackboneMap, Mark, backbone_map
from egovnet.playbooks.report.html.page import environment
from egovnet.playbooks.report.html.trend_chart import trend_chart
from egovnet.playbooks.report.text import drift_words as words
from egovnet.playbooks.report.text.drift_words import Entry
from egovnet.playbooks.results.drift_report import DeviceRow, DriftClass, DriftReport
from egovnet.playbooks.results.reported_finding import ReportedFinding
from egovnet.playbooks.results.verdict import counted

#: Cards of one class, unreachable devices, and sections of devices that are shown.
MOST_OF_A_CLASS = 150
MOST_UNREACHABLE = 150
MOST_SECTIONS = 200
#: Lines of one device's diff, and of all together.
MOST_LINES = 300
MOST_DIFF_LINES = 8_000
#: Names in a list, entries in a device's section, runs in the table of figures.
_MOST_NAMES, _MOST_ENTRIES, _MOST_RUNS = 60, 25, 60
#: Of cards of a class, unreachable devices and sections of devices those that are printed.
MOST_ON_PAPER = 30
#: Characters of a message or a line.
_LONGEST = 600
#: Words of a mark that fit into a node of the map.
_MARK_LENGTH = 16


#: Functions of `drift_words` by which the templates show a difference.
_FILTERS = ("moment", "status", "owner", "seen", "remediation_of")


@cache
def _environment() -> Environment:
    """The pages' Jinja, with the wording of a report as filters."""
    made = environment().overlay()
    made.filters = {
        **made.filters,
        **{
            name: getattr(words, name)
            for name in (
                "moment",
                "status",
                "owner",
                "seen",
                "remediation_of",
                "last_known",
                "numbers",
            )
        },
        "short": _short,
    }
    return made


def drift_page(report: DriftReport) -> str:
    """The whole page. Without the report's `network_map` there is no map."""
    everything = words.entries(report)
    groups = {klass.value: [e for e in everything if e.kind == klass] for klass in DriftClass}
    totals = {klass: len(group) for klass, group in groups.items()}
    listed = {klass: words.alike(group)[:MOST_OF_A_CLASS] for klass, group in groups.items()}
    unreachable = [entry for entry in everything if entry.unreachable]
    shown = {e.number for cards in listed.values() for its in cards for e in its[:_MOST_NAMES]}
    shown |= {entry.number for entry in unreachable[:MOST_UNREACHABLE]}
    by_device: dict[str, list[Entry]] = {}
    for entry in everything:
        by_device.setdefault(entry.device, []).append(entry)
    sections, beyond = _sections(report.devices, by_device)
    ids = {row.device: number for number, (row, _) in enumerate(sections, start=1)}
    hrefs = {e.device: f"#finding-{e.number}" for e in unreachable[:MOST_UNREACHABLE]}
    hrefs |= {name: f"#device-{number}" for name, number in ids.items()}
    drawn = None
    if report.network_map is not None:
        numbers = {name: [e.number for e in its] for name, its in by_device.items() if name}
        drawn = backbone_map(report.network_map, numbers)
    regions = _regions(drawn, everything) if drawn else {}
    leaks = ("leak", listed.pop("leak"))
    return (
        _environment()
        .get_template("drift_page.html.j2")
        .render(
            report=report,
            made=report.made,
            title=f"{report.network}: {counted(len(report.devices), 'device')}",
            answer=report.separation.sentence,
            tone=report.separation.tone.value,
            figures=words.summary(report),
            classes=list(DriftClass),
            leaks=leaks[1],
            extra=_without_difference(report, leaks[1]),
            unreachable=unreachable[:MOST_UNREACHABLE],
            unreachable_cut=[entry.device for entry in unreachable[MOST_UNREACHABLE:]],
            groups={klass: group for klass, group in listed.items() if group},
            totals=totals,
            left_out={k: _left_out(totals[k], cards) for k, cards in (*listed.items(), leaks)},
            shown=shown,
            sections=sections,
            ids=ids,
            hrefs=hrefs,
            diffs=_diffs(row for row, _ in sections),
            listed={
                "Differences too, each in drift.json": _by_region(beyond),
                "Compliant": _by_region(
                    row for row in report.devices if row.device not in by_device
                ),
            },
            trend=trend_chart(report),
            narrow_trend=trend_chart(report, narrow=True),
            map=drawn,
            marks=_marks(drawn, everything, hrefs, regions),
            regions=regions,
            proof=report.proof,
            most_names=_MOST_NAMES,
            most_on_paper=MOST_ON_PAPER,
            most_entries=_MOST_ENTRIES,
            most_runs=_MOST_RUNS,
            most_diff_lines=MOST_DIFF_LINES,
        )
    )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "… (whole in drift.json)"


def _left_out(total: int, cards: Iterable[Sequence[Entry]]) -> str:
    """How many differences of a class have no card."""
    more = total - sum(map(len, cards))
    return (
        f"{counted(more, 'difference')} more of this class, each in drift.json." if more > 0 else ""
    )


def _without_difference(
    report: DriftReport, leaks: Sequence[Sequence[Entry]]
) -> list[ReportedFinding]:
    """Findings that deny the proof, where no difference reports them."""
    if leaks:
        return []
    return [f for f in report.proof.findings if f.denies][:MOST_OF_A_CLASS]


def _sections(
    rows: Iterable[DeviceRow], by_device: Mapping[str, list[Entry]]
) -> tuple[list[tuple[DeviceRow, list[Entry]]], list[DeviceRow]]:
    """Devices with their differences, the most severe first; and those that are too many."""
    busy = [
        (row, by_device[row.device])
        for row in rows
        if any(entry.difference for entry in by_device.get(row.device, ()))
    ]
    busy.sort(key=lambda section: section[1][0].number)
    return busy[:MOST_SECTIONS], [row for row, _ in busy[MOST_SECTIONS:]]


def _diffs(rows: Iterable[DeviceRow]) -> dict[str, tuple[list[str], int]]:
    """Lines of each device's diff that are shown, and how many are not, within the page's limit."""
    left = MOST_DIFF_LINES
    diffs: dict[str, tuple[list[str], int]] = {}
    for row in rows:
        lines, more = words.cut(row.diff.splitlines(), MOST_LINES)
        if lines and len(lines) <= left:
            diffs[row.device] = (lines, more)
            left -= len(lines)
    return diffs


def _by_region(rows: Iterable[DeviceRow]) -> dict[str, list[str]]:
    regions: dict[str, list[str]] = {}
    for row in rows:
        regions.setdefault(row.region, []).append(row.device)
    return regions


def _regions(drawn: BackboneMap, everything: Sequence[Entry]) -> dict[str, list[str]]:
    """Marked regions of the map -> their devices with entries; the most severe first."""
    if not drawn.by_region:
        return {}
    return {
        node.name: list(dict.fromkeys(everything[n - 1].device for n in node.findings))
        for node in drawn.nodes
        if node.findings
    }


def _marks(
    drawn: BackboneMap | None,
    everything: Sequence[Entry],
    hrefs: Mapping[str, str],
    regions: Mapping[str, list[str]],
) -> dict[str, Mark]:
    """A region links to its devices, a router to its section or to its entry."""
    places = {name: number for number, name in enumerate(regions, start=1)}
    marks: dict[str, Mark] = {}
    for node in drawn.nodes if drawn else ():
        if not node.findings:
            continue
        its = [everything[number - 1] for number in node.findings]
        kinds = list(dict.fromkeys(entry.kind for entry in its))
        by_kind = {kind: sum(entry.kind == kind for entry in its) for kind in kinds}
        if node.name in places:
            href = f"#mark-{places[node.name]}"
        else:
            href = hrefs.get(node.name, "#devices")
        first = by_kind[kinds[0]]
        text = f"{first:,} {kinds[0]}" + (f" +{len(its) - first:,}" if len(its) > first else "")
        if kinds == ["unreachable"] and len(its) == 1 and not regions:
            text = "unreachable"
        elif len(text) > _MARK_LENGTH:
            text = f"{first:,} {kinds[0]} …"
        marks[node.name] = Mark(kinds[0], href, text, words.numbers(by_kind))
    return marks

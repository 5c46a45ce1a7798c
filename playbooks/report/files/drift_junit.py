"""A drift run as JUnit XML, as GitLab and Jenkins read it: a suite a device, a case a difference.

An open difference of a class that fails is a failure, and a leak whoever acknowledged it. An
unreachable device is an error; what is in grace, acknowledged or remediated, and what egovnet does
not own, is skipped with the reason; a compliant device is a case passed.
"""

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from egovnet.playbooks.report.files.made_properties import made_properties
from egovnet.playbooks.report.text import drift_words as words
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.drift_report import (
    DeviceRow,
    Difference,
    DriftClass,
    DriftReport,
    Separation,
    Status,
    rank,
)

#: Characters of a message, and lines of a case's text.
_LONGEST, _MOST_LINES = 400, 60
_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def drift_junit(report: DriftReport) -> str:
    """The XML, with its declaration."""
    root = ET.Element("testsuites", name=visible(f"egovnet drift {report.network}"))
    by_device: dict[str, list[Difference]] = {}
    for difference in sorted(report.differences, key=rank):
        by_device.setdefault(difference.device, []).append(difference)
    rows = {row.device: row for row in report.devices}
    nowhere = [d for name, its in by_device.items() if name not in rows for d in its]
    suites = [_suite(report, "network", 0.0, [_separation(report), *map(_case, nowhere)])]
    suites += [
        _suite(report, row.device, row.seconds, _device(row, by_device.get(row.device, ())))
        for row in report.devices
    ]
    suites[0][:0] = made_properties(report.made)
    root.extend(suites)
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    root.set("time", f"{report.seconds:.3f}")
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(report: DriftReport, name: str, seconds: float, cases: list[ET.Element]) -> ET.Element:
    for case in cases:
        case.set("classname", visible(f"drift.{name}"))
    suite = ET.Element(
        "testsuite",
        name=visible(name),
        tests=str(len(cases)),
        # JUnit's times have no zone
        timestamp=visible(report.started[:19]),
        hostname=visible(name),
        time=f"{seconds:.3f}",
    )
    for attribute, kind in _COUNTED.items():
        suite.set(attribute, str(sum(case.find(kind) is not None for case in cases)))
    suite.extend(cases)
    return suite


def _separation(report: DriftReport) -> ET.Element:
    case = _named("separation held")
    if report.separation is Separation.NOT_HELD:
        _fail(case, "failure", report.reason, "separation")
    elif report.separation is Separation.HELD_AGAIN:
        _fail(case, "skipped", report.reason, "")
    elif report.separation is Separation.NOT_KNOWN:
        _fail(case, "error", report.reason, "separation")
    else:
        _out(case, [report.reason])
    return case


def _device(row: DeviceRow, differences: Iterable[Difference]) -> list[ET.Element]:
    cases = [_case(difference) for difference in differences]
    if row.unreachable:
        absent = _named("answers")
        known = words.last_known(row.last_known)
        _fail(absent, "error", row.unreachable, "unreachable", [row.unreachable, known])
        cases.insert(0, absent)
    return cases or [_named("is compliant")]


def _case(difference: Difference) -> ET.Element:
    d = difference
    case = _named(f"{d.kind}: {d.subject}")
    text = [d.message, *d.path, *d.lines, words.status(d), f"owner: {words.owner(d)}"]
    text.append(words.remediation_of(d))
    if d.status is Status.INFORMATIONAL:
        _out(case, text)
    elif d.klass.properties.fails and not d.remediated and (d.counts or d.klass is DriftClass.LEAK):
        _fail(case, "failure", d.message, d.klass.value, text)
    else:
        done = words.remediation_of(d) if d.remediated or d.not_remediated else ""
        why = words.status(d) if not d.counts else done or d.klass.properties.meaning
        _fail(case, "skipped", f"{d.klass.value}: {d.message} ({why})", "", text)
    return case


def _named(name: str) -> ET.Element:
    return ET.Element("testcase", name=visible(name)[:_LONGEST], time="0.000")


def _fail(
    case: ET.Element, kind: str, message: str, of_type: str, text: Iterable[str] = ()
) -> None:
    entry = ET.SubElement(case, kind, message=visible(message)[:_LONGEST])
    if of_type:
        entry.set("type", of_type)
    entry.text = _lines(text) or None


def _out(case: ET.Element, text: Iterable[str]) -> None:
    ET.SubElement(case, "system-out").text = _lines(text)


def _lines(text: Iterable[str]) -> str:
    """Lines without what XML cannot hold; the last counts what was cut."""
    lines, more = words.cut(text, _MOST_LINES)
    shown = [visible(line) for line in lines]
    return "\n".join(shown + ([f"{more} lines more, in drift.json"] if more else []))

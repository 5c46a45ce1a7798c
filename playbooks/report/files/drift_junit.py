"""A night as JUnit XML, as GitLab and Jenkins read it: a suite a device, a case a difference.

What fails is what somebody must mend: an open service or policy difference, and a leak whoever
answers for it. A device without an answer is an error; grace, acknowledgements, what was mended
and what egovnet does not own are skipped with the reason; a device as meant is a case passed.
"""

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from egovnet.inventory.model.drift_class import DriftClass
from egovnet.playbooks.report.text import drift_words as words
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.drift_report import (
    MENDED,
    DeviceNight,
    Difference,
    Night,
    Separation,
    Standing,
    rank,
)

#: Characters of a message, and lines of a case's text.
_LONGEST, _MOST_LINES = 400, 60
_FAILING = {DriftClass.LEAK, DriftClass.SERVICE, DriftClass.POLICY}
_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def drift_junit(night: Night) -> str:
    """The XML, with its declaration."""
    root = ET.Element("testsuites", name=visible(f"egovnet drift {night.network}"))
    by_device: dict[str, list[Difference]] = {}
    for difference in sorted(night.differences, key=rank):
        by_device.setdefault(difference.device, []).append(difference)
    rows = {row.device: row for row in night.devices}
    nowhere = [d for name, its in by_device.items() if name not in rows for d in its]
    suites = [_suite(night, "network", 0.0, [_separation(night), *map(_case, nowhere)])]
    suites += [
        _suite(night, row.device, row.seconds, _device(row, by_device.get(row.device, ())))
        for row in night.devices
    ]
    root.extend(suites)
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    root.set("time", f"{night.seconds:.3f}")
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(night: Night, name: str, seconds: float, cases: list[ET.Element]) -> ET.Element:
    for case in cases:
        case.set("classname", visible(f"drift.{name}"))
    suite = ET.Element(
        "testsuite",
        name=visible(name),
        tests=str(len(cases)),
        # JUnit's times have no zone
        timestamp=visible(night.started[:19]),
        hostname=visible(name),
        time=f"{seconds:.3f}",
    )
    for attribute, kind in _COUNTED.items():
        suite.set(attribute, str(sum(case.find(kind) is not None for case in cases)))
    suite.extend(cases)
    return suite


def _separation(night: Night) -> ET.Element:
    case = _named("separation held")
    if night.separation is Separation.NOT_HELD:
        _say(case, "failure", night.reason, "separation")
    elif night.separation is Separation.HELD_AGAIN:
        _say(case, "skipped", night.reason, "")
    elif night.separation is Separation.NOT_KNOWN:
        _say(case, "error", night.reason, "separation")
    else:
        _out(case, [night.reason])
    return case


def _device(row: DeviceNight, differences: Iterable[Difference]) -> list[ET.Element]:
    cases = [_case(difference) for difference in differences]
    if row.unreachable:
        silent = _named("answers")
        known = words.last_known(row.last_known)
        _say(silent, "error", row.unreachable, "unreachable", [row.unreachable, known])
        cases.insert(0, silent)
    return cases or [_named("is as meant")]


def _case(difference: Difference) -> ET.Element:
    d = difference
    case = _named(f"{d.kind}: {d.subject}")
    text = [d.message, *d.path, *d.lines, words.standing(d), f"owner: {words.owner(d)}"]
    text.append(words.remedy(d))
    if d.standing is Standing.TOLD:
        _out(case, text)
    elif d.klass in _FAILING and d.remedy != MENDED and (d.counts or d.klass is DriftClass.LEAK):
        _say(case, "failure", d.message, d.klass.value, text)
    else:
        why = words.standing(d) if not d.counts else d.remedy or words.MEANING[d.klass]
        _say(case, "skipped", f"{d.klass.value}: {d.message} ({why})", "", text)
    return case


def _named(name: str) -> ET.Element:
    return ET.Element("testcase", name=visible(name)[:_LONGEST], time="0.000")


def _say(case: ET.Element, kind: str, message: str, of_type: str, text: Iterable[str] = ()) -> None:
    said = ET.SubElement(case, kind, message=visible(message)[:_LONGEST])
    if of_type:
        said.set("type", of_type)
    said.text = _lines(text) or None


def _out(case: ET.Element, text: Iterable[str]) -> None:
    ET.SubElement(case, "system-out").text = _lines(text)


def _lines(text: Iterable[str]) -> str:
    """Lines without what XML cannot hold; the last says what was cut."""
    lines, more = words.cut(text, _MOST_LINES)
    shown = [visible(line) for line in lines]
    return "\n".join(shown + ([f"{more} lines more, in drift.json"] if more else []))

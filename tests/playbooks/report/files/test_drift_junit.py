"""JUnit XML of a drift run, as its readers demand it."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from egovnet.playbooks.report.files.drift_junit import drift_junit
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.drift_report import Difference, DriftReport, Status
from tests.playbooks.drift_reports import (
    CLEAN,
    LEAK,
    LEAKING,
    NOBODY,
    REPORTS,
    RESTORED,
    SERVICE,
    UNMANAGED,
    UNREACHABLE,
)

#: What the schema of Jenkins' xUnit plugin lets stand where; "!" must be there.
ATTRIBUTES = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {"!name", "!tests", "!failures", "!errors", "time", "skipped", "timestamp",
                  "hostname"},
    "testcase": {"!name", "time", "classname"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
    "skipped": {"type", "message"},
    "system-out": set(),
    "properties": set(),
    "property": {"!name", "!value"},
}  # fmt: skip
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "properties": {"property"},
    "testcase": {"skipped", "error", "failure", "system-out"},
}
SECONDS = re.compile(r"\d+\.\d{3}")


def suites(report: DriftReport) -> dict[str, ET.Element]:
    return {str(suite.get("name")): suite for suite in parsed(report)}


def parsed(report: DriftReport) -> ET.Element:
    return ET.fromstring(drift_junit(report))  # noqa: S314 -- our own


def kinds(report: DriftReport, device: str) -> dict[str, str]:
    """Case -> what became of it."""
    return {
        str(case.get("name")): next(
            (kind for kind in ("failure", "error", "skipped") if case.find(kind) is not None),
            "passed",
        )
        for case in suites(report)[device].findall("testcase")
    }


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_junit_is_as_its_readers_demand(report: DriftReport) -> None:
    root = parsed(report)
    assert root.tag == "testsuites"
    names: list[tuple[str, str]] = []
    for element in root.iter():
        allowed = ATTRIBUTES[element.tag]
        assert {name.strip("!") for name in allowed} >= set(element.keys())
        assert {name[1:] for name in allowed if name[0] == "!"} <= set(element.keys())
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
        if "time" in element.keys():  # noqa: SIM118 -- an element's children are its items
            assert SECONDS.fullmatch(element.attrib["time"])
    for suite in root:
        assert suite.get("timestamp") == "2026-03-04T02:15:07"
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase")) > 0
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped",) * 2):
            assert int(suite.attrib[attribute]) == len(suite.findall(f"testcase/{tag}"))
        names += [
            (case.attrib["classname"], case.attrib["name"]) for case in suite.findall("testcase")
        ]
    assert len(names) == len(set(names))  # by these a case is known in the next run
    for attribute in ("tests", "failures", "errors"):
        assert root.get(attribute) == str(sum(int(suite.attrib[attribute]) for suite in root))
    assert {visible(row.device) for row in report.devices} <= {suite.get("name") for suite in root}


def test_what_must_be_remedied_fails_and_what_waits_is_skipped() -> None:
    assert kinds(CLEAN, "gd-pe1") == {"is compliant": "passed"}
    assert kinds(CLEAN, "network") == {"separation held": "passed"}
    assert kinds(LEAKING, "network") == {"separation held": "failure"}
    assert kinds(RESTORED, "network") == {"separation held": "skipped"}
    assert kinds(RESTORED, "sh-pe1") == {"configuration: VRF e-public ipv4": "skipped"}
    assert kinds(LEAKING, "gd-pe1") == {
        "state: BGP session 10.255.0.1": "failure",
        "configuration: BGP neighbour 10.200.0.46": "skipped",
    }
    assert kinds(LEAKING, "gz-pe1") == {"configuration: access-list OLD-VTY": "skipped"}
    assert kinds(LEAKING, "bj-p1") == {"configuration: interface eth1": "passed"}
    assert kinds(UNREACHABLE, "gz-pe1") == {"answers": "error"}
    assert kinds(NOBODY, "network") == {"separation held": "error"}
    skipped = suites(LEAKING)["gd-pe1"].find("testcase/skipped")
    assert skipped is not None
    assert "acknowledged by li wei until 2026-03-31" in str(skipped.get("message"))


@pytest.mark.parametrize(
    ("difference", "kind"),
    [
        (replace(SERVICE, remediated=True), "skipped"),
        (replace(SERVICE, not_remediated="it is locked"), "failure"),
        (replace(LEAK, remediated=False), "failure"),
        (LEAK, "skipped"),
        (replace(LEAK, remediated=False, status=Status.ACKNOWLEDGED), "failure"),
        (replace(UNMANAGED, status=Status.OPEN), "skipped"),
        (replace(LEAK, status=Status.INFORMATIONAL), "passed"),
    ],
)
def test_cases_at_the_edge(difference: Difference, kind: str) -> None:
    report = replace(CLEAN, differences=(difference,))
    assert list(kinds(report, difference.device).values()) == [kind]


def test_a_leak_of_no_one_device_is_a_case_too() -> None:
    report = replace(CLEAN, differences=(replace(LEAK, device="", remediated=False),))
    assert list(kinds(report, "network").values()) == ["failure", "failure"]

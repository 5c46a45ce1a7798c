"""The files of a change's report: bounded, true to the plan, and harmless whatever they quote."""

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from egovnet.playbooks.report.files.change_files import change_files
from egovnet.playbooks.report.html.change_page import MOST_INTERRUPTED, change_page
from tests.playbooks.change_reports import (
    DENIED,
    DONE,
    HOSTILE_REPORT,
    IN_STEPS,
    NATION,
    PLANNED,
    REPORTS,
)


@pytest.mark.parametrize("name", REPORTS)
def test_a_merge_request_takes_the_markdown(name: str) -> None:
    text = change_files(REPORTS[name])["change.md"]
    assert len(text.encode()) < 65_536
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    fences = [token for token in tokens if token.type == "fence"]
    assert all(token.info == "diff" for token in fences)
    assert not [t for t in tokens if t.type != "fence" and "<script" in t.content]
    assert "\x1b" not in text


def test_a_nation_s_files_stay_small() -> None:
    files = change_files(NATION)
    assert len(files["change.html"]) < 4_000_000
    assert "more of “Differences” are in change.json" in files["change.md"]
    assert len(json.loads(files["change.json"])["plan"]["changes"]) == 3600


def test_interrupted_sites_are_no_wall_of_names() -> None:
    page = change_page(NATION)
    (told,) = [line for line in page.splitlines() if "3,600 sites of VPN taxation" in line]
    assert told.count("taxation-") == MOST_INTERRUPTED
    assert "and 3,540 more" in told


@pytest.mark.parametrize("name", REPORTS)
def test_junit_counts_what_it_has(name: str) -> None:
    root = ET.fromstring(change_files(REPORTS[name])["change.xml"])  # noqa: S314 -- our own
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.get("tests", "")) == len(cases)
        failed = [case for case in cases if case.find("failure") is not None]
        assert int(suite.get("failures", "")) == len(failed)
    assert len(root) == (2 if name == "steps" else 1)


def test_a_pipeline_fails_by_what_denies_the_change() -> None:
    root = ET.fromstring(change_files(DENIED)["change.xml"])  # noqa: S314 -- our own
    failed = {
        case.get("name") for case in root.iter("testcase") if case.find("failure") is not None
    }
    assert failed == {"is proved", "needs no word"}
    silent = {case.get("name") for case in root.iter("testcase") if case.find("error") is not None}
    assert silent == {"gz-pe1 can be planned", "sc-pe1 can be planned"}
    whole = ET.fromstring(change_files(PLANNED)["change.xml"])  # noqa: S314 -- our own
    assert (whole.get("failures"), whole.get("errors")) == ("0", "0")


def test_each_step_has_its_own_part() -> None:
    text = change_files(IN_STEPS)["change.md"]
    assert text.index("Step 1 of 2") < text.index("Step 2 of 2")
    assert "Away until the next step: taxation-01/main" in change_page(IN_STEPS)


def test_nothing_that_is_quoted_is_markup() -> None:
    assert "<script" not in change_page(HOSTILE_REPORT)


@pytest.mark.parametrize("state", ["undone", "failed", "open"])
def test_a_change_that_is_not_done_is_no_success(state: str) -> None:
    assert DONE.history is not None
    files = change_files(replace(DONE, history=replace(DONE.history, state=state)))
    head, _, text = files["change.md"].partition("\n")
    assert head.startswith("## ❌ ")
    assert f"change 7 is {state}" in text
    assert "commit&#58; bj-pe1&#58; no answer" in text
    root = ET.fromstring(files["change.xml"])  # noqa: S314 -- our own
    (case,) = [case for case in root.iter("testcase") if case.find("failure") is not None]
    assert case.get("name") == "is done"
    assert "no answer" in "".join(case.itertext())
    done = change_files(DONE)
    assert done["change.md"].startswith("## ✅ ")
    assert 'failures="0"' in done["change.xml"]

"""A drift run on a terminal and in a pipe."""

import io
import re

import pytest
from rich.console import Console

from egovnet.inventory.model.drift_class import DriftClass
from egovnet.playbooks.report.console import drift as drift_text
from egovnet.playbooks.report.console.output import show
from egovnet.playbooks.results.drift_report import DriftReport
from egovnet.playbooks.results.outcome import Outcome
from tests.playbooks.drift_reports import (
    CLEAN,
    LEAK,
    LEAKING,
    UNREACHABLE,
    hostile_report,
    nation,
)


def shown(report: DriftReport, capsys: pytest.CaptureFixture[str]) -> str:
    show(Outcome("drift", report), as_json=False)
    return capsys.readouterr().out


def test_a_terminal_gets_the_most_severe_first_and_the_answer_last(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = shown(LEAKING, capsys).splitlines()
    assert lines[0].startswith("leak: sh-pe1: VRF e-public ipv4: party reaches public")
    assert lines[1] == f"  1. {LEAK.path[0]}"
    heads = [line.split(":")[0] for line in lines if line and line[0] != " "]
    order = [head for head in heads if head in {klass.value for klass in DriftClass}]
    # the last is a note of the policy
    assert order == ["leak", "service", "policy", "unmanaged", "cosmetic", "policy"]
    # the leak was remediated in this run
    assert lines[-2] == "7 devices in 41 s: 1 service open, 1 remediated, 0 unreachable"
    assert lines[-1].startswith("Separation did NOT hold: 1 path that must not be")


def test_a_terminal_names_everybody_who_did_not_answer(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(UNREACHABLE, capsys)
    assert re.search(r"^gz-pe1 +guangzhou +ConnectTimeoutError: no answer +last read", text, re.M)
    assert re.search(r"^sc-pe1 +sichuan +refused the host key +never read", text, re.M)
    report = nation()
    text = shown(report, capsys)
    for row in report.unreachable:
        assert re.search(rf"^{row.device} ", text, re.M)
    assert text.count("and 882 more; --json and --report have them all") == 2
    assert re.search(r"^bj-p2, p1-e10, +BGP limits ", text, re.M)


def test_hostile_text_moves_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(hostile_report(), capsys)
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_clean_run_is_two_lines(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(CLEAN, capsys).splitlines()
    assert lines[0] == "7 devices in 8 s: no difference open, 0 unreachable"
    assert lines[1].startswith("Separation held: no path between zones")
    assert len(lines) == 2


def test_a_wide_terminal_has_colours() -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=160, color_system="standard")
    drift_text.print_result(console, LEAKING)
    assert "\x1b[1;31mleak: " in file.getvalue()

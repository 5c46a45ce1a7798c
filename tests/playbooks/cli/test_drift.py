"""`egovnet drift` as a user runs it, over routers of which none answers: the report is written."""

import json
import re
from pathlib import Path

import pytest

from tests.playbooks.console import all_down, copy_of_backbone, egovnet, logged_in

FILES = {"drift.html", "drift.json", "drift.md", "drift.prom", "drift.xml"}


def test_the_report_is_what_is_printed(tmp_path: Path) -> None:
    root, state, report = (tmp_path / name for name in ("network", "state", "report"))
    names = all_down(copy_of_backbone(root))
    words = ("drift", "--inventory", root, "--report", report)
    ran = egovnet(*words, "--json", state=state, env=logged_in(state))
    assert ran.code == 5, ran.stderr
    assert set(ran.json["unreachable"]) == set(names)
    assert json.loads((report / "drift.json").read_text(encoding="utf-8")) == ran.own_json
    assert {path.name for path in report.iterdir()} == FILES
    page = (report / "drift.html").read_text(encoding="utf-8")
    assert re.search(r"Made \d{4}-\d\d-\d\d .* by tester with egovnet .*; inventory <code", page)
    for name in FILES:
        assert str(report / name) in ran.json["written"]
    again = egovnet(*words, state=state, env=logged_in(state))
    assert again.code == 5
    lines = again.stdout.splitlines()
    assert [line for line in lines if line.startswith("wrote ")] == lines[-len(FILES) :]
    assert lines[-len(FILES) - 1].startswith("Not known whether separation held: 7 of 7")
    assert all(name in again.stdout for name in names)


@pytest.mark.parametrize("klass", ["unmanaged", "everything"])
def test_what_is_never_remediated_is_refused_before_anything_is_read(
    klass: str, tmp_path: Path
) -> None:
    report = tmp_path / "report"
    ran = egovnet("drift", "--remediate", klass, "--report", report, state=tmp_path)
    assert ran.code == 2
    assert "name one of leak, service, policy" in ran.stderr
    assert not report.exists()


def test_a_report_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    root, state = tmp_path / "network", tmp_path / "state"
    all_down(copy_of_backbone(root))
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "drift.md").mkdir()
    words = ("drift", "--inventory", root, "--report", tmp_path / "report")
    ran = egovnet(*words, state=state, env=logged_in(state))
    assert ran.code == 2
    assert "drift.md: the report cannot be written" in ran.stderr

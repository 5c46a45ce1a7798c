"""Who waits is told: a line every ten seconds in a pipe, one line a stage on a terminal."""

import time
from collections.abc import Callable

import pytest

from egovnet.playbooks.report.console import progress as plain
from egovnet.playbooks.report.console.progress import PlainProgress, make_progress
from egovnet.playbooks.report.console.quiet import be_quiet
from egovnet.playbooks.report.console.terminal_progress import TerminalProgress


def until(seen: Callable[[], bool], seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if seen():
            return True
        time.sleep(0.02)
    return False


def test_a_stage_that_hangs_is_reported_with_who_is_under_way(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(plain, "_EVERY", 0.05)
    monkeypatch.setattr(plain, "_TICK", 0.02)
    shown, lines = PlainProgress(), []
    shown.stage("commit", 6)
    for name in ("e", "d", "c", "b", "a"):
        shown.device("commit", name, "begin")
    shown.device("commit", "e", "done")

    def reported() -> bool:
        lines.extend(capsys.readouterr().err.splitlines())
        return any("under way" in line for line in lines)

    assert until(reported)
    line = next(line for line in lines if "under way" in line)
    assert line == "commit: 1 of 6 devices; under way: d, c, b and 1 more"
    shown.finish()
    assert until(lambda: not shown._ticking)


def test_a_line_comes_every_ten_seconds() -> None:
    assert plain._EVERY == 10.0


def test_a_stage_that_is_polled_stays_one_line() -> None:
    shown = TerminalProgress()
    for _ in range(5):
        shown.stage("state", 7)
        shown.device("state", "bj-pe1", "begin")
        shown.device("state", "bj-pe1", "done")
    assert [task.description for task in shown._progress.tasks] == ["state"]
    shown.finish()


def test_quiet_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    be_quiet()
    try:
        shown = make_progress()
        shown.stage("commit", 1)
        shown.device("commit", "bj-pe1", "failed", "no answer")
        shown.finish()
    finally:
        be_quiet(quiet=False)
    assert capsys.readouterr().err == ""

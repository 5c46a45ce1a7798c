"""What `verify` prints of many failures: by kind, from the ground up, and where to look first."""

import pytest

from egovnet.playbooks.report.console import verify
from egovnet.playbooks.report.console.safe_console import safe_console
from egovnet.playbooks.results.detail import Detail
from egovnet.playbooks.results.verification import CheckFinding, Verification


def finding(klass: str, device: str, number: int = 1, severity: str = "fault") -> CheckFinding:
    return CheckFinding(klass, severity, device, f"{number}", f"{klass} {number} fails", False)


#: A circuit is down: what stands on it fails on three routers.
CIRCUIT_DOWN = Verification(
    passed=False,
    findings=(
        *(finding("must reach", "bj-pe1", n) for n in range(40)),
        *(finding("VRF routes", name) for name in ("gd-pe1", "sh-pe1")),
        finding("IS-IS adjacency", "gd-pe1"),
        finding("BGP session", "gd-pe1"),
    ),
    unreachable={"gz-pe1": "no answer", "sc-pe1": "no answer"},
)


def printed(
    found: Verification, detail: Detail, capsys: pytest.CaptureFixture[str], width: int = 80
) -> list[str]:
    verify.print_result(safe_console(width=width, detail=detail), found)
    return capsys.readouterr().out.splitlines()


def test_causes_come_before_what_follows(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(CIRCUIT_DOWN, Detail.NORMAL, capsys)
    kinds = [line.split(":")[0] for line in lines if line.endswith("fails")]
    assert list(dict.fromkeys(kinds)) == [
        "IS-IS adjacency", "BGP session", "VRF routes", "must reach",
    ]  # fmt: skip
    assert "unreachable: gz-pe1, sc-pe1: no answer" in lines
    assert "must reach: 35 more, on bj-pe1; -v has them all" in lines
    assert lines[-2] == "look at IS-IS adjacency first: what else fails may follow from it"
    assert lines[-1] == "NOT verified"


def test_a_leak_is_never_said_to_follow(capsys: pytest.CaptureFixture[str]) -> None:
    leak = finding("must not reach", "bj-pe1", severity="leak")
    found = Verification(False, findings=(finding("LDP session", "bj-p1"), leak))
    lines = printed(found, Detail.NORMAL, capsys)
    assert next(line.split(":")[0] for line in lines if "fails" in line) == "must not reach"
    assert not any(line.startswith("look at") for line in lines)


def test_as_much_as_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    whole = printed(CIRCUIT_DOWN, Detail.VERBOSE, capsys)
    assert sum("must reach" in line and "fails" in line for line in whole) == 40
    short = printed(CIRCUIT_DOWN, Detail.QUIET, capsys)
    assert len(short) < 12
    assert short[-1] == "NOT verified"
    assert max(map(len, [*whole, *short])) <= 80

"""What is named as the next command does what it says: a day's work follows nothing else."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest

from egovnet.playbooks.cli.commands.drift import drift
from egovnet.playbooks.cli.next_commands import after_drift
from egovnet.playbooks.results.difference import NOT_APPLIED
from tests.loopback import loopback_network
from tests.playbooks.console import Ran, egovnet
from tests.playbooks.drift_reports import LEAKING


class Day:
    """An engineer who types the last `next:` that was printed."""

    def __init__(self, root: Path) -> None:
        self.root, self.state, self.inventory = root, root / "state", root / "net"
        self.ran: list[str] = []
        self.line = ""

    def run(self, line: str) -> Ran:
        self.ran.append(line)
        ran = egovnet(*shlex.split(line)[1:], state=self.state)
        assert ran.code in (0, 3, 4), f"{line}\n{ran.stdout}\n{ran.stderr}"
        following = [out for out in ran.stdout.splitlines() if out.startswith("next: ")]
        self.line = following[0].removeprefix("next: ").split("  #")[0] if following else ""
        return ran

    def go_on(self) -> Ran:
        assert self.line, f"nothing comes after {self.ran[-1]}"
        return self.run(self.line)


@pytest.fixture
def day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Day]:
    monkeypatch.chdir(tmp_path)  # where plan files and reports are written
    day = Day(tmp_path)
    yield day
    egovnet("lab", "down", "--backend", "emulated", "--inventory", day.inventory, state=day.state)


def test_from_init_to_a_change_by_what_each_command_names(day: Day) -> None:
    day.run(f"egovnet init {day.inventory}")
    hosts = day.inventory / "hosts.yaml"
    addresses = loopback_network().removesuffix("0.0/16") + "0."
    hosts.write_text(hosts.read_text().replace("127.20.20.", addresses))
    day.go_on()
    assert day.ran[-1].startswith("egovnet validate")
    day.go_on()
    assert day.ran[-1] == f"egovnet prove --inventory {day.inventory}"
    assert day.line == f"egovnet plan -o change.plan --inventory {day.inventory}"
    day.run(f"egovnet lab up --backend emulated --inventory {day.inventory}")
    assert day.line == f"egovnet plan -o change.plan --inventory {day.inventory}"
    written = day.go_on()
    assert "wrote change.plan" in written.stdout.splitlines()
    applied = day.go_on()
    assert day.ran[-1] == f"egovnet apply change.plan --inventory {day.inventory}"
    assert "change 1 is done" in applied.stdout
    day.run(f"egovnet show 1 --report paper --inventory {day.inventory}")
    paper = json.loads((day.root / "paper" / "change.json").read_text(encoding="utf-8"))
    assert paper["change"]["state"] == "done"
    assert paper["plan"]["summary"]["sites"] == {
        "gained": ["office-centre", "office-north", "services-centre", "services-north"],
        "changed": [],
        "lost": [],
    }
    assert paper["plan"]["proof"]["proved"] is True
    assert len(paper["made"]["inventory"]) == len(paper["made"]["texts"]) == 64
    page = (day.root / "paper" / "change.html").read_text(encoding="utf-8")
    assert paper["made"]["texts"] in page
    day.line = f"egovnet show 1 --inventory {day.inventory}"
    shown = day.go_on()
    assert day.ran[-1].startswith("egovnet show 1 ")
    assert "confirm" in shown.stdout
    nothing = day.run(f"egovnet plan -q --inventory {day.inventory}")
    assert (nothing.code, nothing.stderr) == (0, "")
    assert "verified" in day.go_on().stdout
    assert day.line == ""


def test_drift_names_a_remediation_only_where_it_restores() -> None:
    """States that no configuration restores are for a person."""
    with click.Context(drift):
        (named,) = after_drift(replace(LEAKING, remediation=None))
        assert named.words[:3] == ("drift", "--remediate", "leak")
        states = tuple(replace(each, remediable=False) for each in LEAKING.differences)
        assert after_drift(replace(LEAKING, remediation=None, differences=states)) == ()
        waiting = tuple(replace(each, why_not=NOT_APPLIED) for each in states)
        (named,) = after_drift(replace(LEAKING, remediation=None, differences=waiting))
        assert named.words == ("plan", "-o", "change.plan")

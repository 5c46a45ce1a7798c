"""Exchanges that are right, and that somebody should look at; dates are of the day of the test."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from egovnet.inventory.today import today
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs.validate import validate
from tests.platform_network import platform_network
from tests.playbooks.console import edit

#: Code -> days from today of the first exchange's begin and end, and the field of the warning.
DAYS: dict[str, tuple[int, int, str]] = {
    "exchange-expired": (-60, -1, "valid-until"),
    "exchange-not-yet-valid": (1, 400, "valid-from"),
    "exchange-ends-soon": (-60, 29, "valid-until"),
}
CODES = {*DAYS, "one-firewall"}


def warned(root: Path) -> list[tuple[str, str, str]]:
    found = validate(Workspace(root)).result.warnings
    return [(w.code, Path(w.file).relative_to(root).as_posix(), w.field) for w in found]


def with_days(root: Path, begin: date, end: date) -> Path:
    path = platform_network(root) / "exchanges.yaml"
    edit(path, "approved-on: 2026-03-02", "approved-on: 2025-01-01")
    edit(path, "valid-from: 2026-04-01", f"valid-from: {begin}")
    edit(path, "valid-until: 2099-03-31", f"valid-until: {end}")
    return root


@pytest.mark.parametrize("code", DAYS)
def test_days_that_somebody_should_look_at(code: str, tmp_path: Path) -> None:
    begin, end, field = DAYS[code]
    root = tmp_path / "network"
    with_days(root, today() + timedelta(begin), today() + timedelta(end))
    assert warned(root) == [(code, "exchanges.yaml", f"party-portal.{field}")]


@pytest.mark.parametrize(("begin", "end"), [(-60, 30), (0, 400)])
def test_other_days_are_no_matter(begin: int, end: int, tmp_path: Path) -> None:
    root = tmp_path / "network"
    with_days(root, today() + timedelta(begin), today() + timedelta(end))
    assert warned(root) == []


def test_one_firewall_is_too_few(tmp_path: Path) -> None:
    path = platform_network(tmp_path / "network") / "hosts.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("sh-fw1:")], encoding="utf-8")
    assert warned(tmp_path / "network") == [("one-firewall", "hosts.yaml", "bj-fw1")]

"""`report circuits`: what has ended first, days that are left, the page, and bad input."""

from pathlib import Path

import pytest

from egovnet.inventory.registers.legacy_circuits import FILE
from egovnet.inventory.today import today
from tests.inventories import BACKBONE
from tests.legacy_lines import GOOD
from tests.playbooks.console import copy_of_backbone, egovnet
from tests.playbooks.test_json_shapes import check


@pytest.fixture
def network(tmp_path: Path) -> Path:
    root = copy_of_backbone(tmp_path / "network")
    head, _, last = GOOD.rpartition("2099-03-31")
    (root / FILE).write_text(f"{head}2026-11-27{last}", encoding="utf-8")
    return root


def test_what_has_ended_stands_first(network: Path, tmp_path: Path) -> None:
    ran = egovnet("report", "circuits", "--inventory", network, "--json", state=tmp_path)
    assert ran.code == 0
    check("report circuits", ran.json)
    first, second = ran.json["circuits"]
    over = (today() - today().fromisoformat("2026-11-27")).days
    assert (first["name"], first["state"], first["days_over"]) == ("taxation", "expired", over)
    left = (today().fromisoformat("2099-03-31") - today()).days
    assert (second["state"], second["days_left"]) == ("in force", left)
    assert ran.json["counts"] == {"in force": 1, "not yet valid": 0, "expired": 1}
    said = egovnet("report", "circuits", "--inventory", network, state=tmp_path).stdout
    assert f"expired   -{over}" in " ".join(said.split("  ")) or f"-{over}" in said
    assert "bj-pe1 eth7 - sc-pe1 eth7" in " ".join(said.split())


def test_days_choose_what_ends_soon(network: Path, tmp_path: Path) -> None:
    where = ("report", "circuits", "--inventory", network)
    some = egovnet(*where, "--days", "9", "--json", state=tmp_path)
    assert [one["name"] for one in some.json["circuits"]] == ["taxation"]
    none = egovnet("report", "circuits", "--inventory", BACKBONE, state=tmp_path)
    assert none.stdout == "no legacy circuit\n"


def test_the_register_is_listed_and_one_of_it_shown(network: Path, tmp_path: Path) -> None:
    where = ("--inventory", network)
    listed = egovnet("circuit", "list", *where, "--json", state=tmp_path)
    check("circuit list", listed.json)
    report = egovnet("report", "circuits", *where, "--json", state=tmp_path)
    assert listed.json["circuits"] == report.json["circuits"]
    shown = egovnet("circuit", "show", "taxation", *where, "--json", state=tmp_path)
    check("circuit show", shown.json)
    assert shown.json["circuit"] == listed.json["circuits"][0]
    said = egovnet("circuit", "show", "taxation", *where, state=tmp_path).stdout
    assert "between: " in said
    assert "over for" in said
    none = egovnet("circuit", "show", "taxatoin", *where, state=tmp_path)
    assert none.code == 2
    assert "did you mean taxation?" in none.stderr


def test_the_page_has_every_line_of_the_register(network: Path, tmp_path: Path) -> None:
    report = tmp_path / "report"
    where = ("report", "circuits", "--inventory", network, "--report", report)
    ran = egovnet(*where, "--json", state=tmp_path)
    assert ran.json["written"] == [str(report / "legacy-circuits.html")]
    page = (report / "legacy-circuits.html").read_text(encoding="utf-8")
    for words in ("bj-pe1 eth7 - sc-pe1 eth7", "155 Mbit/s", "over", "Zhang Wei", "carrier A"):
        assert words in page
    assert "<script" not in page


def test_validate_warns_and_refuses(network: Path, tmp_path: Path) -> None:
    ran = egovnet("validate", "--inventory", network, "--json", state=tmp_path)
    assert ran.code == 0
    codes = {one["code"] for one in ran.json["warnings"]}
    assert "legacy-circuit-expired" in codes
    register = network / FILE
    register.write_text(GOOD.replace("Li Na\n", "Nobody\n", 1), encoding="utf-8")
    for verb in (("validate",), ("report", "circuits")):
        ran = egovnet(*verb, "--inventory", network, state=tmp_path)
        assert ran.code == 2
        assert f"{FILE}:12: circuits.beijing-sichuan.approved-by" in ran.stderr

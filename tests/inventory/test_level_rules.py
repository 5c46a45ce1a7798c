"""Levels of protection: what rules ask, and what an inventory's own rules change of that."""

from pathlib import Path

import pytest

from egovnet.inventory.errors import InventoryError
from egovnet.inventory.level_rules import SHIPPED, judge_levels
from egovnet.inventory.model.levels import LevelRequirement
from egovnet.templates.intend.read_inventory import read_inventory
from tests.platform_network import platform_network
from tests.playbooks.console import edit

UNENCRYPTED = """\
backbone-encryption:
  requires: backbone-encryption
  from-level: 3
  otherwise: report
  source: the office of the centre, until the backbone encrypts
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return platform_network(tmp_path / "network")


def with_level(root: Path, vpn: str, level: int, more: str = "") -> None:
    edit(root / "vpns.yaml", f"owner: {vpn}}}", f"owner: {vpn}, level: {level}{more}}}")


def judged(root: Path, rule: str) -> dict[str, bool | None]:
    network = read_inventory(root)[0]
    return {each.name: each.met for each in judge_levels(network) if each.rule == rule}


def test_every_requirement_has_a_shipped_rule_and_a_source() -> None:
    assert {rule.requires for rule in SHIPPED.values()} == set(LevelRequirement)
    assert all(rule.source for rule in SHIPPED.values())


def test_the_page_has_every_shipped_rule_with_its_clause() -> None:
    page = Path(__file__).parents[2] / "docs/explanation/applications.md"
    rows = [line.strip("| ").split(" | ") for line in page.read_text("utf-8").splitlines()]
    told = {row[0].strip("`"): row[1:] for row in rows if len(row) == 5}
    for name, rule in SHIPPED.items():
        level, _, otherwise, clause = told[name]
        assert (level, otherwise, clause) == (str(rule.from_level), rule.otherwise, rule.source)


def test_a_level_without_encryption_is_refused_unless_a_rule_says_otherwise(root: Path) -> None:
    with_level(root, "party", 3)
    with_level(root, "government", 3)
    with pytest.raises(InventoryError, match="level 3 asks for backbone-encryption"):
        read_inventory(root)
    (root / "levels.yaml").write_text(UNENCRYPTED, encoding="utf-8")
    found = judged(root, "backbone-encryption")
    assert found == {"party": False, "government": False}


def test_who_approves_between_levels_is_of_the_higher_agency(root: Path) -> None:
    with_level(root, "party", 1)
    with_level(root, "government", 2)
    with pytest.raises(InventoryError, match="Li Na approves nothing for government"):
        read_inventory(root)
    edit(root / "agencies.yaml", "State Council, kind: system", "State Council, kind: system, "
         "approvers: [Li Na]")  # fmt: skip
    assert judged(root, "higher-approver") == {"party-portal": True, "party-names": True}


def test_equal_levels_ask_for_no_approver_of_one(root: Path) -> None:
    with_level(root, "party", 2)
    with_level(root, "government", 2)
    assert judged(root, "higher-approver") == {}


def test_what_is_only_reported_is_no_problem(root: Path) -> None:
    (root / "levels.yaml").write_text(UNENCRYPTED, encoding="utf-8")
    with_level(root, "party", 3)
    with_level(root, "government", 3, ", filtering: enforced")
    assert judged(root, "declared-flows") == {"party": False, "government": True}
    assert judged(root, "two-accesses") == {"party": False, "government": False}
    assert judged(root, "no-internet") == {"party": True, "government": True}

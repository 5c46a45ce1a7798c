"""`report levels`: what is asked of each level, and by which entries it is not met."""

from pathlib import Path

from tests.application_register import APPLICATIONS
from tests.inventories import BACKBONE
from tests.inventory.test_level_rules import UNENCRYPTED
from tests.playbooks.console import copy_of_backbone, edit, egovnet
from tests.playbooks.test_json_shapes import check


def test_each_level_has_its_rules(tmp_path: Path) -> None:
    root = copy_of_backbone(tmp_path / "network")
    (root / "applications.yaml").write_text(APPLICATIONS, encoding="utf-8")
    (root / "levels.yaml").write_text(UNENCRYPTED, encoding="utf-8")
    edit(root / "vpns.yaml", "owner: taxation", "owner: taxation, level: 3")
    ran = egovnet("report", "levels", "--inventory", root, "--json", state=tmp_path)
    assert ran.code == 0
    check("report levels", ran.json)
    rows = {(row["level"], row["rule"]): row for row in ran.json["rules"]}
    assert rows[2, "network-of-the-level"]["met"] == 2
    assert rows[3, "backbone-encryption"]["not_met"] == 1
    assert rows[3, "backbone-encryption"]["source"].startswith("the office of the centre")
    assert rows[3, "no-internet"]["met"] == 1
    assert "taxation" not in ran.json["without_level"]
    said = egovnet("report", "levels", "--inventory", root, state=tmp_path).stdout
    assert "level 3, declared-flows: not met by VPN taxation: it is open" in said


def test_a_network_without_levels_is_asked_for_nothing(tmp_path: Path) -> None:
    ran = egovnet("report", "levels", "--inventory", BACKBONE, state=tmp_path)
    assert ran.code == 0
    assert ran.stdout.startswith("VPNs without a level: party, congress")

"""`platforms`: what a platform can do, and who is on it."""

from pathlib import Path

from egovnet.templates.registry import names, platform
from tests.inventories import BACKBONE
from tests.playbooks.console import egovnet
from tests.playbooks.test_json_shapes import check


def test_each_says_what_it_can_do(tmp_path: Path) -> None:
    ran = egovnet("platforms", "--inventory", BACKBONE, "--json", state=tmp_path)
    assert ran.code == 0
    check("platforms", ran.json)
    listed = {one["name"]: one for one in ran.json["platforms"]}
    assert tuple(listed) == names()
    frr, can = listed["frr"], platform("frr").capabilities
    assert (frr["bfd"], frr["commits_at_once"]) == (can.bfd, False)
    assert frr["authenticates"] == sorted(can.authenticates)
    assert frr["borders"] == ["A"]
    assert set(frr["borders_lack"]) == {"B"}
    assert frr["routers"] == 7


def test_a_person_sees_what_one_lacks_and_why(tmp_path: Path) -> None:
    said = egovnet("platforms", "--inventory", BACKBONE, state=tmp_path).stdout
    assert "frr: no option B: " in said
    assert "in steps" in said

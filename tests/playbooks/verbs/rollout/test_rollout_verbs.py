"""`rollout status` and `rollout next` on a network that no journal knows: shapes and files."""

from pathlib import Path

import yaml

from egovnet.playbooks.results.rollout import RolloutNext
from egovnet.playbooks.verbs.rollout.new_states import begun
from tests.playbooks.console import copy_of_backbone, egovnet
from tests.playbooks.rollouts import NATION
from tests.playbooks.test_json_shapes import check

SITES = """\
# places of the tax service
one: {region: east, state: planned, site-network-accesses: {main: {pe: pe1}}}   # first
two:
  state: "planned"   # in quotes
  site-network-accesses:
    main: {pe: pe1, state: planned}
    backup: {pe: pe2}
three:
  site-network-accesses: {main: {pe: pe1}, backup: {pe: pe2, state: planned}}
four: {site-network-accesses: {main: {pe: pe1}}}
"""


def test_states_change_in_place_and_nothing_else(tmp_path: Path) -> None:
    found = begun({"sites/a.yaml": SITES, "hosts.yaml": "one: {}\n"}, ["one", "two", "four"])
    assert list(found) == ["sites/a.yaml"]
    new = found["sites/a.yaml"]
    waiting = "waiting-for-customer"
    assert new == SITES.replace("state: planned, site", f"state: {waiting}, site", 1).replace(
        '"planned"', waiting
    ).replace("pe1, state: planned}\n    backup", f"pe1, state: {waiting}}}\n    backup")
    assert yaml.safe_load(new)["three"] == yaml.safe_load(SITES)["three"]
    assert begun({"sites/a.yaml": SITES}, ["four"]) == {}


def test_shapes(tmp_path: Path) -> None:
    root = copy_of_backbone(tmp_path / "network")
    ran = egovnet("rollout", "status", "--inventory", root, "--json", state=tmp_path / "state")
    assert ran.code == 0
    check("rollout status", ran.json, NATION.to_dict())
    assert {site["state"] for site in ran.json["sites"]} == {"planned"}
    check(
        "rollout next",
        RolloutNext("n", (), 0, {}, None).to_dict(),
        {
            **RolloutNext("n", (), 0, {}, None).to_dict(),
            "sites": [
                {
                    "site": "a",
                    "region": "east",
                    "vpn": "tax",
                    "routers": ["pe1"],
                    "target": "2026-12-31",
                    "overdue": False,
                    "begun": True,
                }
            ],
        },
    )


def test_a_page_and_a_wrong_plan(tmp_path: Path) -> None:
    root = copy_of_backbone(tmp_path / "network")
    words = ("rollout", "status", "--inventory", root)
    ran = egovnet(*words, "--report", tmp_path / "out", state=tmp_path / "state")
    assert ran.code == 0
    assert "0 of 14 sites in service" in ran.stdout
    assert "<svg" in (tmp_path / "out/rollout.html").read_text(encoding="utf-8")
    (root / "rollout.yaml").write_text("plans: {a: {region: atlantis}}\n", encoding="utf-8")
    for verb in (words, ("validate", "--inventory", root)):
        ran = egovnet(*verb, state=tmp_path / "state")
        assert ran.code == 2
        assert "rollout.yaml:1: plans.a: lacks document" in ran.stderr

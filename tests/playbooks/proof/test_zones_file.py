"""Zones by VRF name: every mistake with its line, and what to do."""

from pathlib import Path

import pytest

from egovnet.inventory.errors import InventoryError
from egovnet.playbooks.proof.zones_file import read_zones

GOOD = """\
zones:
  intranet:
    vrfs: ["i-*"]
    agencies: {court: ["i-court*"], party: [i-party]}
  extranet:
    vrfs: ["e-*"]
management: [mgmt]
allowed:
  - {source: extranet, target: intranet/court, reason: e-filing}
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "zones.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file(tmp_path: Path) -> None:
    zones = read_zones(write(tmp_path, GOOD))
    assert zones.zones["intranet"].agencies["court"] == ("i-court*",)
    assert zones.allowed[0].reason == "e-filing"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('["e-*"]', "[]", "6: zones.extranet.vrfs: is empty -> give at least one"),
        ('vrfs: ["e-*"]', "{}", "5: zones.extranet.vrfs: is missing -> add it"),
        (
            "management:",
            "manager:",
            "7: manager: unknown key -> did you mean 'management'? the keys here are",
        ),
        ("[i-party]", "[7]", "4: zones.intranet.agencies.party.0: 7 is not text"),
        ("[i-party]", '["i-*"]', "4: zones.intranet.agencies.party.0: 'i-*' stands at"),
        ("intranet/court,", "moon,", "9: allowed.0.target: 'moon' is not a network of this file"),
        (GOOD, "", "1: an empty file -> restore it"),
        (GOOD, "{}", "1: zones: is missing"),
        (GOOD, "- a\n", "1: a list where a mapping belongs"),
        (GOOD, "zones: {one: {vrfs: ['*']}}\n", "1: zones: one zone and no agencies"),
        (GOOD, "zones: {a: [\n", "not YAML"),
    ],
)
def test_a_mistake(old: str, new: str, told: str, tmp_path: Path) -> None:
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(InventoryError) as caught:
        read_zones(path)
    assert told in str(caught.value)
    assert str(caught.value).startswith(str(path))
    assert all(problem.remedy for problem in caught.value.problems)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="is missing"):
        read_zones(tmp_path / "zones.yaml")

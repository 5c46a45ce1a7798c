"""Both sides of a border against each other: what agrees, and every disagreement at once."""

import json
from pathlib import Path

import pytest

from egovnet.inventory.errors import InventoryError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.inventory_counts import ComparedBorders
from egovnet.playbooks.verbs.validate import validate
from tests.border_network import NATION_BORDER, PROVINCE_BORDER, nation, province


def compared(root: Path, ours: str, theirs: str) -> list[str]:
    """The nation's inventory with the province's, whose borders are these."""
    first, second = nation(root / "nation", ours), province(root / "province", theirs)
    try:
        validate(Workspace(first), second)
    except InventoryError as error:
        return [str(problem).replace(f"{root}/", "") for problem in error.problems]
    return []


def test_two_sides_that_agree(tmp_path: Path) -> None:
    first, second = nation(tmp_path / "nation"), province(tmp_path / "province")
    valid = validate(Workspace(first), second).result
    assert valid.compared == ComparedBorders(str(second), "guangdong", 1, 2)
    assert json.loads(json.dumps(valid.to_dict()))["with"]["vpns"] == 2
    assert validate(Workspace(second), first).result.compared is not None


#: What is changed in the province's borders, or the nation's -> where, and what is said.
DISAGREEMENTS = [
    ("vlan: 101", "vlan: 111", "nation/borders.yaml:17: ", "VLAN 101, and 111 at province/"),
    ("10.1.16.0/30", "10.1.16.8/30", "nation/borders.yaml:11: ", "10.1.16.8/30"),
    ("asn: 65000", "asn: 65001", "province/borders.yaml:4: ", "AS 65001, and nation is AS 65000"),
    ("numbering: theirs", "numbering: ours", "nation/borders.yaml:9: ", "ours on both sides"),
    ("neighbor-vpn: party", "neighbor-vpn: government", "nation/borders.yaml:13: ", "which meets"),
    ("announces: [10.42.0.0/16", "announces: [10.42.0.0/15", "nation/borders.yaml:21: ", "/15"),
    ("accepts: [10.12.0.0/16", "accepts: [10.12.0.0/17", "nation/borders.yaml:22: ", "/17"),
    ("neighbor-port: eth5", "neighbor-port: eth6", "province/borders.yaml:5: ", "joins bj-asbr1"),
    ("  numbering", "  bfd: true\n  numbering", "nation/borders.yaml:1: ", "and true at province"),
]


@pytest.mark.parametrize(("old", "new", "place", "said"), DISAGREEMENTS)
def test_a_disagreement_is_said_where_it_is_written(
    tmp_path: Path, old: str, new: str, place: str, said: str
) -> None:
    theirs = PROVINCE_BORDER.replace(old, new, 1)
    assert theirs != PROVINCE_BORDER
    if new == "numbering: ours":
        lines = theirs.splitlines(keepends=True)
        theirs = "".join(line for line in lines if "vlan:" not in line and "links:" not in line)
    found = compared(tmp_path, NATION_BORDER, theirs)
    assert any(one.startswith(place) and said in one for one in found), "\n".join(found)


def test_all_disagreements_are_said_at_once(tmp_path: Path) -> None:
    theirs = PROVINCE_BORDER
    for old, new, *_ in DISAGREEMENTS[:3]:
        theirs = theirs.replace(old, new, 1)
    assert len(compared(tmp_path, NATION_BORDER, theirs)) == 3


def test_zones_and_owners_are_those_of_both_inventories(tmp_path: Path) -> None:
    """What is written of the neighbour's zone is held against the neighbour's own inventory."""
    first, second = nation(tmp_path / "nation"), province(tmp_path / "province")
    vpns = second / "vpns.yaml"
    text = vpns.read_text(encoding="utf-8").replace("zone: intranet", "zone: extranet")
    vpns.write_text(text.replace("owner: party", "owner: taxation"), encoding="utf-8")
    borders = second / "borders.yaml"
    text = borders.read_text(encoding="utf-8").replace("zone: intranet", "zone: extranet")
    borders.write_text(text, encoding="utf-8")
    with pytest.raises(InventoryError) as caught:
        validate(Workspace(first), second)
    found = [problem.found for problem in caught.value.problems]
    assert "party is of the intranet, and gdparty of the extranet" in found
    assert "party is of party, and gdparty of taxation" in found


def test_customers_of_one_as_number_are_found(tmp_path: Path) -> None:
    first, second = nation(tmp_path / "nation"), province(tmp_path / "province")
    network = second / "network.yaml"
    text = network.read_text(encoding="utf-8").replace("first: 4200044001", "first: 4200000101")
    network.write_text(text, encoding="utf-8")
    with pytest.raises(InventoryError) as caught:
        validate(Workspace(first), second)
    assert [p.field for p in caught.value.problems] == ["pools.site-asn"]


def test_more_to_announce_than_the_other_side_takes(tmp_path: Path) -> None:
    theirs = PROVINCE_BORDER.replace(
        '"fde9:11::/32"]\n      announces',
        '"fde9:11::/32"]\n      maximum-prefix: 1\n      announces',
    )
    first, second = nation(tmp_path / "nation"), province(tmp_path / "province", theirs)
    sites = first / "sites/all.yaml"
    text = sites.read_text(encoding="utf-8").replace("[10.11.1.0/24", "[10.11.1.0/24, 10.11.2.0/24")
    sites.write_text(text, encoding="utf-8")
    with pytest.raises(InventoryError) as caught:
        validate(Workspace(first), second)
    (problem,) = caught.value.problems
    assert problem.field == "nation-1.vpns.party.maximum-prefix"
    assert "party of nation has 2 prefixes" in problem.found


def test_networks_without_a_border_between_them(tmp_path: Path) -> None:
    found = compared(tmp_path, "", "")
    assert len(found) == 1
    assert "no border with guangdong" in found[0]

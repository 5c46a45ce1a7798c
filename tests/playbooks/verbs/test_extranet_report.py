"""`report extranet` and `sheet`: class, parts, attachments, own exits and overlaps."""

from pathlib import Path

from tests.extranet_network import extranet_network
from tests.playbooks.console import egovnet
from tests.playbooks.test_json_shapes import check


def test_each_access_has_what_its_class_joins(tmp_path: Path) -> None:
    root = extranet_network(tmp_path / "network")
    ran = egovnet("report", "extranet", "--inventory", root, "--json", state=tmp_path / "state")
    assert ran.code == 0
    check("report extranet", ran.json)
    vpns = {each["vpn"]: each for each in ran.json["vpns"]}
    assert vpns["customs"]["overlaps"] == ["party", "health"]
    assert vpns["public"]["overlaps"] == []
    joins = {
        each["site"]: (each["class"], [a["part"] for a in each["attachments"]], each["own_exit"])
        for each in ran.json["accesses"]
    }
    assert joins == {
        "public-beijing": ("A", ["public"], None),
        "public-shanghai": ("B", ["public", "internet"], None),
        "public-guangzhou": ("C", ["public"], ""),
        "customs-shanghai": ("D", ["department", "public", "internet"], None),
        "health-beijing": ("E", ["department", "public"], "China Telecom, 200 Mbit/s"),
        "campus-guangdong": ("F", ["public", "department", "department"], None),
    }
    said = egovnet("report", "extranet", "--inventory", root, state=tmp_path / "state").stdout
    assert "accesses without a class: health-sichuan/main" in said


def test_a_sheet_has_all_networks_of_a_site(tmp_path: Path) -> None:
    root = extranet_network(tmp_path / "network")
    words = ("sheet", "health-beijing", "--router", "frr", "--inventory", root)
    ran = egovnet(*words, state=tmp_path / "state", env={"COLUMNS": "120"})
    assert ran.code == 0
    assert "access main in Health department network" in ran.stdout
    assert "access main in Public services" in ran.stdout
    assert "E: public, private, own exit" in ran.stdout
    assert "(China Telecom, 200 Mbit/s); no default route of yours is accepted" in ran.stdout
    assert "of its own" in ran.stdout
    shown = egovnet(*words, "--json", state=tmp_path / "state")
    check("sheet", shown.json)
    assert [a["part"] for a in shown.json["accesses"]] == ["department", "public"]


def test_the_reference_network_has_parts_and_no_class(tmp_path: Path) -> None:
    ran = egovnet("report", "extranet", state=tmp_path)
    assert ran.code == 0
    assert "public" in ran.stdout
    assert "accesses without a class: public-beijing/main" in ran.stdout

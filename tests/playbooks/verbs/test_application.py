"""`application list` and `show`: the register, with the sites that its entries come to."""

from pathlib import Path

import pytest

from tests.application_register import APPLICATIONS
from tests.playbooks.console import copy_of_backbone, edit, egovnet
from tests.playbooks.test_json_shapes import check


@pytest.fixture
def network(tmp_path: Path) -> Path:
    root = copy_of_backbone(tmp_path / "network")
    (root / "applications.yaml").write_text(APPLICATIONS, encoding="utf-8")
    edit(root / "vpns.yaml", "zone: extranet, owner: taxation",
         "zone: extranet, owner: taxation, filtering: enforced, level: 2")  # fmt: skip
    return root


def test_the_list_has_what_each_vpn_lets_in(network: Path, tmp_path: Path) -> None:
    ran = egovnet("application", "list", "--inventory", network, "--json", state=tmp_path)
    check("application list", ran.json)
    assert {vpn["vpn"]: vpn["filtering"] for vpn in ran.json["vpns"]}["taxation"] == "enforced"
    assert [each["name"] for each in ran.json["applications"]] == ["filing", "names"]
    said = egovnet("application", "list", "--inventory", network, state=tmp_path)
    assert "tcp 443, 8000-8010" in said.stdout


def test_one_is_shown_with_servers_and_users(network: Path, tmp_path: Path) -> None:
    where = ("--inventory", network)
    ran = egovnet("application", "show", "names", *where, "--json", state=tmp_path)
    check("application show", ran.json)
    entry = ran.json["application"]
    assert (entry["server_sites"], entry["user_sites"]) == (["tax-guangdong"], ["tax-sichuan"])
    said = egovnet("application", "show", "names", *where, state=tmp_path).stdout
    assert "enforced: what is not declared is dropped" in said


def test_an_unknown_one_is_refused(network: Path, tmp_path: Path) -> None:
    ran = egovnet("application", "show", "name", "--inventory", network, state=tmp_path)
    assert ran.code == 2
    assert "no application name in the inventory; did you mean names?" in ran.stderr

"""`exchange list`, `show` and `check`: the register as it is today, and what is refused."""

from pathlib import Path

import pytest

from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.connections_tried import ConnectionsTried
from egovnet.playbooks.verbs.exchange import check_exchanges
from tests.platform_network import platform_network
from tests.playbooks.console import edit, egovnet
from tests.playbooks.test_json_shapes import CONNECTIONS, UNTRIED, check


@pytest.fixture
def network(tmp_path: Path) -> Path:
    root = platform_network(tmp_path / "network")
    edit(root / "exchanges.yaml", "valid-until: 2099-03-31\nparty-names", "valid-until: 2026-11-28"
         "\nparty-names")  # fmt: skip
    return root


def test_the_list_says_what_is_in_force(network: Path, tmp_path: Path) -> None:
    ran = egovnet("exchange", "list", "--inventory", network, "--json", state=tmp_path)
    check("exchange list", ran.json)
    states = {one["name"]: one["state"] for one in ran.json["exchanges"]}
    assert states == {
        "party-portal": "expired",
        "party-names": "in force",
        "court-files": "in force",
    }
    said = egovnet("exchange", "list", "--inventory", network, state=tmp_path)
    assert "party -> government" in said.stdout
    assert "tcp 8443, 9000-9010" in said.stdout


def test_days_choose_what_ends_soon(network: Path, tmp_path: Path) -> None:
    some = egovnet("exchange", "list", "--days", "7", "--inventory", network, state=tmp_path)
    every = egovnet("exchange", "list", "--days", "36500", "--inventory", network, "--json",
                    state=tmp_path)  # fmt: skip
    assert some.stdout == "no exchange that ends within 7 days\n"
    assert [one["name"] for one in every.json["exchanges"]] == ["party-names", "court-files"]


def test_one_is_shown_with_its_vlans(network: Path, tmp_path: Path) -> None:
    where = ("--inventory", network)
    ran = egovnet("exchange", "show", "court-files", *where, "--json", state=tmp_path)
    check("exchange show", ran.json)
    places = {(v["firewall"], v["vpn"]) for v in ran.json["vlans"]}
    assert places == {(fw, vpn) for fw in ("bj-fw1", "sh-fw1") for vpn in ("government", "court")}
    gone = egovnet("exchange", "show", "party-portal", *where, state=tmp_path)
    assert "party-portal: expired on" in gone.stdout
    assert "VLAN" not in gone.stdout


def test_an_end_may_be_an_application(network: Path, tmp_path: Path) -> None:
    application = """\
files:
  name: Files of cases
  owner: court
  vpn: court
  level: 2
  servers: [10.1.30.16/28, "fde9:1:30::10/124"]
  protocol: tcp
  ports: [8443, "9000-9010"]
"""
    (network / "applications.yaml").write_text(application, encoding="utf-8")
    edit(network / "exchanges.yaml", 'prefixes: [10.1.30.16/28, "fde9:1:30::10/124"]',
         "application: files")  # fmt: skip
    where = ("--inventory", network)
    said = egovnet("exchange", "show", "court-files", *where, state=tmp_path).stdout
    assert "to: court of court: application files, 10.1.30.16/28, fde9:1:30::10/124" in said


def test_an_unknown_one_is_refused(network: Path, tmp_path: Path) -> None:
    for verb in ("show", "check"):
        ran = egovnet("exchange", verb, "court-file", "--inventory", network, state=tmp_path)
        assert ran.code == 2
        assert "no exchange court-file in the inventory; did you mean court-files?" in ran.stderr


def test_without_a_lab_nothing_can_be_tried(network: Path, tmp_path: Path) -> None:
    ran = egovnet("exchange", "check", "--inventory", network, state=tmp_path)
    assert ran.code == 5
    assert "no packet was sent" in ran.stdout


def test_a_check_tries_what_is_in_force(network: Path) -> None:
    asked: list[tuple[str, ...]] = []

    def tried(_workspace: Workspace, names: tuple[str, ...]) -> ConnectionsTried:
        asked.append(names)
        return ConnectionsTried(CONNECTIONS, UNTRIED, {"h-party": "it is down"})

    outcome = check_exchanges(Workspace(network), ("party-portal", "court-files"), tried)
    assert asked == [("court-files",)]
    assert outcome.exit == 5
    assert outcome.notes == ("party-portal is not in force: nothing of it is tried",)
    check("exchange check", outcome.data)

"""`domains`: files of name servers, which stay as they are while they say the same."""

from pathlib import Path

import pytest
import yaml

from tests.name_servers import served_network
from tests.playbooks.console import Ran, egovnet


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return served_network(tmp_path / "network")


def run(root: Path, *words: str | Path, code: int = 0) -> Ran:
    ran = egovnet("domains", *words, "--inventory", root, state=root.parent / "state")
    assert ran.code == code, ran.stdout + ran.stderr
    return ran


def states(ran: Ran) -> dict[tuple[str, str], tuple[str, int]]:
    return {(z["vpn"], z["name"]): (z["state"], z["serial"]) for z in ran.json["zones"]}


def test_zones_of_each_agency_are_listed(root: Path) -> None:
    listed = run(root, "--json").json
    assert listed["directory"] is None
    assert {(z["zone"], z["agency"], z["name"]) for z in listed["zones"]} >= {
        ("intranet", "government", "government.intranet.example"),
        ("intranet", "government", "20.1.10.in-addr.arpa"),
        ("intranet", "party", "party.intranet.example"),
    }
    assert "government.intranet.example" in run(root).stdout


def test_a_zone_moves_only_with_what_it_says(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "zones"
    first = run(root, "-o", out, "--json")
    assert {state for state, _ in states(first).values()} == {"new"}
    files = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    again = run(root, "-o", out, "--json")
    assert {state for state, _ in states(again).values()} == {"unchanged"}
    assert "written" not in again.json
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == files
    applications = yaml.safe_load((root / "applications.yaml").read_text())
    applications["forms"] = applications["portal"] | {"servers": ["10.1.20.99/32"], "ports": [444]}
    (root / "applications.yaml").write_text(yaml.safe_dump(applications))
    changed = states(run(root, "-o", out, "--json"))
    moved = {key for key, (state, _) in changed.items() if state == "changed"}
    assert moved == {
        ("government", "government.intranet.example"),
        ("government", "20.1.10.in-addr.arpa"),
    }
    was = states(again)
    assert all(serial > was[key][1] for key, (_, serial) in changed.items() if key in moved)
    assert all(entry[1] == was[key][1] for key, entry in changed.items() if key not in moved)
    for path in files:
        assert path.stat().st_mode & 0o077 == 0


def test_a_zone_without_a_serial_of_ours_is_refused(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "zones"
    run(root, "-o", out)
    path = out / "intranet/party/party/party.intranet.example.zone"
    path.write_text("@ IN SOA a. b. 7 1 1 1 1\n")
    ran = run(root, "-o", out, code=2)
    assert f"{path}: holds no serial as egovnet writes it" in ran.stderr
    assert path.read_text() == "@ IN SOA a. b. 7 1 1 1 1\n"


def test_a_zone_that_is_no_more_is_told(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "zones"
    run(root, "-o", out)
    vpns = (root / "vpns.yaml").read_text()
    (root / "vpns.yaml").write_text(vpns.replace("  name-servers: [10.1.11.10]\n", ""))
    ran = run(root, "-o", out)
    assert "no zone any more: intranet/party/party/party.intranet.example.zone" in ran.stdout


def test_without_name_servers_there_is_none(root: Path) -> None:
    vpns = "".join(
        line for line in (root / "vpns.yaml").read_text().splitlines(True) if "name-s" not in line
    )
    (root / "vpns.yaml").write_text(vpns)
    assert run(root, "--json").own_json == {"zones": [], "directory": None, "stale": []}
    assert "no VPN has name servers" in run(root).stdout

"""S7: a national agency plans network addresses and names.

From YAML to what a router gets, a refusal with file and line, and zones that a name server loads.
"""

import subprocess
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import yaml

from tests.playbooks.console import Ran, copy_of_backbone, egovnet

SHORT = {"beijing": "bj", "guangdong": "gd", "guangzhou": "gz", "shanghai": "sh", "sichuan": "sc"}
PLAN = """\
aggregates:
  loopback-ipv4: {province: 26}
  circuit-ipv4: {province: 25}
site-pools:
  courts: {zone: intranet, agency: court, ipv4: 10.40.0.0/16, aggregates: {province: {ipv4: 20}}}
names:
  routers: ["{region}-{role}{number}"]
  circuits: ["{a}--{b}"]
  ports: ["eth{number}"]
  sites: ["{word}-{word}"]
domains:
  intranet: {domain: intranet.example, hostmaster: noc.example}
"""
APPLICATIONS = """\
files:
  name: Files of cases
  owner: court
  vpn: court
  level: 2
  servers: [10.1.30.16/28]
  protocol: tcp
  ports: [443]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The reference network with a plan of addresses and names."""
    root = copy_of_backbone(tmp_path / "network")
    with (root / "network.yaml").open("a") as file:
        file.write(PLAN)
    regions = yaml.safe_load((root / "regions.yaml").read_text())
    for name, short in SHORT.items():
        regions[name]["abbreviation"] = short
    (root / "regions.yaml").write_text(yaml.safe_dump(regions, sort_keys=False))
    (root / "applications.yaml").write_text(APPLICATIONS)
    vpns = yaml.safe_load((root / "vpns.yaml").read_text())
    vpns["court"]["name-servers"] = ["10.1.30.53", "fde9:1:30::53"]
    (root / "vpns.yaml").write_text(yaml.safe_dump(vpns, sort_keys=False))
    return root


def run(root: Path, *words: str | Path, code: int = 0) -> Ran:
    ran = egovnet(*words, "--inventory", root, state=root.parent / "state")
    assert ran.code == code, ran.stdout + ran.stderr
    return ran


def add_router(root: Path, name: str, region: str, host: int, code: int = 0) -> Ran:
    return run(
        root, "add", "router", name, "--region", region, "--roles", "pe", "--json",
        "--hostname", f"127.20.20.{host}", "--management", f"172.20.20.{host}/24", code=code,
    )  # fmt: skip


def test_a_router_gets_numbers_of_its_region_and_nobody_is_renumbered(root: Path) -> None:
    run(root, "render", "-o", root.parent / "before")
    kept = run(root, "allocate", "loopback", "gd-pe2", "--region", "guangdong", "--yes", "--json")
    loopback = kept.json["numbers"][0]
    assert loopback["aggregate_of"] == "guangdong"
    add_router(root, "sc-pe2", "sichuan", 71)
    add_router(root, "gd-pe2", "guangdong", 72)
    for router, core in (("gd-pe2", "eth8"), ("sc-pe2", "eth9")):
        run(
            root, "add", "circuit", "--a-router", router, "--a-port", "eth1",
            "--b-router", "bj-p1", "--b-port", core,
        )  # fmt: skip
    run(root, "render", "-o", root.parent / "after")
    texts = {path.stem: path.read_text() for path in (root.parent / "after").glob("*.cfg")}
    assert f"address {loopback['value']}/32" in texts["gd-pe2"]
    lock = yaml.safe_load((root / "plan.lock.yaml").read_text())
    blocks = lock["pools"]["aggregate/loopback-ipv4"]
    apart = [ip_network(block) for block in blocks.values()]
    assert blocks.keys() == {"guangdong", "sichuan"}
    assert not apart[0].overlaps(apart[1])
    for name, region in (("gd-pe2", "guangdong"), ("sc-pe2", "sichuan")):
        own = lock["pools"]["loopback-ipv4"][name]
        assert ip_address(own) in ip_network(blocks[region])
        link = ip_network(lock["pools"]["circuit-ipv4"][f"{name}--bj-p1"])
        assert link.subnet_of(ip_network(lock["pools"]["aggregate/circuit-ipv4"][region]))
    for path in (root.parent / "before").glob("*.cfg"):
        addresses = [line for line in path.read_text().splitlines() if "  address " in line]
        assert set(addresses) <= set(texts[path.stem].splitlines()), path.stem


def test_a_name_outside_the_plan_is_refused_with_its_line(root: Path) -> None:
    refused = add_router(root, "gz-pe9", "sichuan", 71, code=2)
    assert "'gz' is the abbreviation of guangzhou, and it is in sichuan" in refused.stderr
    assert "name it sc-pe9" in refused.stderr
    hosts = (root / "hosts.yaml").read_text()
    (root / "hosts.yaml").write_text(hosts.replace("sh-pe1:", "xx-pe1:", 1))
    line = next(n for n, t in enumerate(hosts.splitlines(), 1) if t == "sh-pe1:")
    refused = run(root, "validate", code=2)
    assert f"hosts.yaml:{line}: xx-pe1: name xx-pe1 is outside the plan: 'xx' is the abbr" in (
        refused.stderr
    )


def test_zones_of_the_agency_that_a_server_loads(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "zones"
    run(root, "domains", "-o", out)
    folder = out / "intranet" / "court" / "court"
    zones = sorted(folder.glob("*.zone"))
    assert {zone.stem for zone in zones} >= {"court.intranet.example", "30.1.10.in-addr.arpa"}
    for zone in zones:
        argv = ["named-checkzone", "-D", "-i", "local", "-k", "fail", zone.stem, str(zone)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        if zone.stem == "court.intranet.example":
            words = [line.split() for line in done.stdout.splitlines()]
            assert ["files.court.intranet.example.", "3600", "IN", "A", "10.1.30.17"] in words
        if zone.stem == "30.1.10.in-addr.arpa":
            assert "PTR\tfiles.court.intranet.example." in done.stdout
    assert "party" not in "".join(zone.read_text() for zone in zones)
    report = run(root, "report", "addresses").stdout
    assert "site-ipv4/courts" in report

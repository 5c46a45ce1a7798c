"""`allocate`: proposals change nothing; what is kept is the name's, and nobody else's."""

from pathlib import Path

import pytest
import yaml

from tests.playbooks.console import Ran, copy_of_backbone, egovnet

PLAN = """\
aggregates:
  loopback-ipv4: {province: 24, prefecture: 28}
  circuit-ipv4: {province: 24}
site-pools:
  government:
    zone: intranet
    agency: government
    ipv4: 10.32.0.0/13
    ipv6: fde9:20::/32
    aggregates: {province: {ipv4: 18, ipv6: 40}}
  courts: {zone: intranet, agency: court, ipv4: 10.48.0.0/24}
  all: {zone: intranet, ipv4: 10.52.0.0/16}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = copy_of_backbone(tmp_path / "network")
    with (root / "network.yaml").open("a") as file:
        file.write(PLAN)
    return root


def run(root: Path, *words: str, code: int = 0) -> Ran:
    ran = egovnet(*words, "--inventory", root, state=root.parent / "state")
    assert ran.code == code, ran.stdout + ran.stderr
    return ran


def values(ran: Ran) -> list[str]:
    return [number["value"] for number in ran.json["numbers"]]


def site(root: Path, name: str, vpn: str, region: str, *words: str) -> Ran:
    return run(root, "allocate", "site", name, "--vpn", vpn, "--region", region, "--json", *words)


def test_a_proposal_changes_nothing(root: Path) -> None:
    before = (root / "plan.lock.yaml").read_bytes()
    ran = run(root, "allocate", "loopback", "gd-pe2", "--region", "guangdong")
    assert "10.255.1.0/24 of guangdong" in ran.stdout
    assert "nothing was kept; add --yes" in ran.stdout
    run(root, "allocate", "circuit", "gd-pe1", "sh-pe1")
    site(root, "gov-foshan", "government", "guangzhou")
    assert (root / "plan.lock.yaml").read_bytes() == before


def test_what_is_kept_is_what_the_router_gets(root: Path) -> None:
    kept = run(root, "allocate", "loopback", "gz-pe2", "--region", "guangzhou", "--yes", "--json")
    assert values(kept)[0] == "10.255.1.0"
    assert kept.json["numbers"][0]["aggregate"] == "10.255.1.0/28"
    assert kept.json["next"][0].startswith("egovnet add router gz-pe2 --region guangzhou")
    # another router gets another, and the same question the same answer
    other = run(root, "allocate", "loopback", "gz-pe3", "--region", "guangzhou", "--json")
    assert values(other)[0] == "10.255.1.1"
    again = run(root, "allocate", "loopback", "gz-pe2", "--region", "guangzhou", "--json")
    assert (again.json["known"], values(again)) == (True, values(kept))
    added = run(
        root, "add", "router", "gz-pe2", "--region", "guangzhou", "--hostname", "127.20.20.99",
        "--roles", "pe", "--management", "172.20.20.99/24", "--json",
    )  # fmt: skip
    numbers = {n["pool"]: n["value"] for n in added.json["allocated"] if n["name"] == "gz-pe2"}
    assert [numbers["loopback-ipv4"], numbers["loopback-ipv6"]] == values(kept)


def test_sites_of_a_region_come_out_of_one_aggregate(root: Path) -> None:
    foshan = values(site(root, "gov-foshan", "government", "guangzhou", "--yes"))
    assert foshan == ["10.32.0.0/24", "fde9:20::/64"]
    chengdu = values(site(root, "gov-chengdu", "government", "sichuan", "--yes"))
    assert chengdu == ["10.32.64.0/24", "fde9:20:100::/64"]
    zhuhai = values(site(root, "gov-zhuhai", "government", "guangdong", "--yes"))
    assert zhuhai == ["10.32.1.0/24", "fde9:20:0:1::/64"]
    added = run(
        root, "add", "site", "gov-foshan", "--vpn", "government", "--region", "guangzhou",
        "--prefixes", "10.32.0.0/24", "--prefixes", "fde9:20::/64", "--pe", "gz-pe1",
        "--port", "eth3", "--routing-protocol", "static", "--json",
    )  # fmt: skip
    assert added.json["kind"] == "site"
    lock = yaml.safe_load((root / "plan.lock.yaml").read_text())
    assert lock["pools"]["site-ipv4/government"] == {"gov-foshan": "10.32.0.0/24"}
    assert lock["retired"]["site-ipv4/government"].keys() == {"gov-chengdu", "gov-zhuhai"}
    assert values(site(root, "gov-more", "government", "guangdong")) == [
        "10.32.2.0/24",
        "fde9:20:0:2::/64",
    ]


def test_the_pool_is_the_most_special_one(root: Path) -> None:
    assert values(site(root, "court-a", "court", "sichuan")) == ["10.48.0.0/24"]
    assert values(site(root, "party-a", "party", "sichuan")) == ["10.52.0.0/24"]
    site(root, "court-a", "court", "sichuan", "--yes")
    # where that is full, the next
    assert values(site(root, "court-b", "court", "sichuan")) == ["10.52.0.0/24"]


def test_an_exhausted_pool_says_where_it_stands(root: Path) -> None:
    network = root / "network.yaml"
    text = network.read_text()
    network.write_text(text.replace("  all: {zone: intranet, ipv4: 10.52.0.0/16}\n", ""))
    site(root, "court-a", "court", "sichuan", "--yes")
    ran = run(root, "allocate", "site", "court-b", "--vpn", "court", "--region", "sichuan", code=2)
    line = next(n for n, each in enumerate(text.splitlines(), 1) if "courts:" in each)
    assert f"{network}:{line}: site-pools.courts.ipv4: 10.48.0.0/24 for sichuan is exhausted" in (
        ran.stderr
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("loopback", "gd-pe1", "--region", "guangdong"), "router gd-pe1 is in the inventory"),
        (("loopback", "gd-pe9", "--region", "guangdon"), "did you mean guangdong?"),
        (("loopback", "Gd_9", "--region", "guangdong"), "'Gd_9' is not a name of a router"),
        (("loopback", "gd-pe9"), "say where it will be: add --region"),
        (("circuit", "gd-pe1", "gd-pe7"), "no router gd-pe7"),
        (("circuit", "gd-pe1", "bj-p1"), "circuit gd-pe1--bj-p1 is in the inventory"),
        (("site", "x", "--vpn", "public", "--region", "sichuan"), "no pool of site-pools"),
        (("site", "x", "--vpn", "partyy", "--region", "sichuan"), "did you mean party?"),
        (("site", "gov-beijing", "--vpn", "government", "--region", "beijing"), "is in the inv"),
    ],
)
def test_what_cannot_be_asked_is_refused(root: Path, words: tuple[str, ...], said: str) -> None:
    ran = run(root, "allocate", *words, code=2)
    assert said in ran.stderr


def test_the_reference_network_keeps_nothing(tmp_path: Path) -> None:
    ran = egovnet(
        "allocate", "loopback", "gd-pe9", "--region", "guangdong", "--yes", state=tmp_path
    )
    assert ran.code == 2
    assert "the reference inventory is egovnet's own" in ran.stderr


def test_a_pool_of_sites_that_is_nearly_full_is_warned_of(root: Path) -> None:
    network = root / "network.yaml"
    network.write_text(network.read_text().replace("10.52.0.0/16", "10.1.10.0/23"))
    said = run(root, "validate").stderr
    line = next(n for n, t in enumerate(network.read_text().splitlines(), 1) if "  all:" in t)
    assert f"{network}:{line}: site-pools.all.ipv4: pool site-ipv4/all is nearly full" in said

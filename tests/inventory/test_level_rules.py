"""Levels of protection: what rules ask, and what an inventory's own rules change of that."""

from pathlib import Path

import pytest
import yaml

from egovnet.inventory.errors import InventoryError
from egovnet.inventory.level_rules import SHIPPED, judge_levels
from egovnet.inventory.model.algorithms import AlgorithmUse
from egovnet.inventory.model.levels import LevelRequirement
from egovnet.templates.intend.read_inventory import read_inventory
from tests.platform_network import platform_network
from tests.playbooks.console import edit

UNENCRYPTED = """\
backbone-encryption:
  requires: backbone-encryption
  from-level: 3
  otherwise: report
  source: the office of the centre, until the backbone encrypts
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return platform_network(tmp_path / "network")


def with_level(root: Path, vpn: str, level: int, more: str = "") -> None:
    edit(root / "vpns.yaml", f"owner: {vpn}}}", f"owner: {vpn}, level: {level}{more}}}")


def judged(root: Path, rule: str) -> dict[str, bool | None]:
    network = read_inventory(root)[0]
    return {each.name: each.met for each in judge_levels(network) if each.rule == rule}


def test_every_requirement_has_a_shipped_rule_and_a_source() -> None:
    assert {rule.requires for rule in SHIPPED.values()} == set(LevelRequirement)
    assert all(rule.source for rule in SHIPPED.values())


def test_the_page_has_every_shipped_rule_with_its_clause() -> None:
    page = Path(__file__).parents[2] / "docs/explanation/applications.md"
    rows = [line.strip("| ").split(" | ") for line in page.read_text("utf-8").splitlines()]
    told = {row[0].strip("`"): row[1:] for row in rows if len(row) == 5}
    for name, rule in SHIPPED.items():
        level, _, otherwise, clause = told[name]
        assert (level, otherwise, clause) == (str(rule.from_level), rule.otherwise, rule.source)


def test_a_level_without_encryption_is_refused_unless_a_rule_says_otherwise(root: Path) -> None:
    with_level(root, "party", 3)
    with_level(root, "government", 3)
    with pytest.raises(InventoryError, match="level 3 asks for backbone-encryption"):
        read_inventory(root)
    (root / "levels.yaml").write_text(UNENCRYPTED, encoding="utf-8")
    found = judged(root, "backbone-encryption")
    assert found == {"party": False, "government": False}


def test_who_approves_between_levels_is_of_the_higher_agency(root: Path) -> None:
    with_level(root, "party", 1)
    with_level(root, "government", 2)
    with pytest.raises(InventoryError, match="Li Na approves nothing for government"):
        read_inventory(root)
    edit(root / "agencies.yaml", "State Council, kind: system", "State Council, kind: system, "
         "approvers: [Li Na]")  # fmt: skip
    assert judged(root, "higher-approver") == {"party-portal": True, "party-names": True}


def test_equal_levels_ask_for_no_approver_of_one(root: Path) -> None:
    with_level(root, "party", 2)
    with_level(root, "government", 2)
    assert judged(root, "higher-approver") == {}


def test_what_is_only_reported_is_no_problem(root: Path) -> None:
    (root / "levels.yaml").write_text(UNENCRYPTED, encoding="utf-8")
    with_level(root, "party", 3)
    with_level(root, "government", 3, ", filtering: enforced")
    assert judged(root, "declared-flows") == {"party": False, "government": True}
    assert judged(root, "two-accesses") == {"party": False, "government": False}
    assert judged(root, "no-internet") == {"party": True, "government": True}


ALLOWED = """\
algorithms:
  requires: algorithms
  from-level: 3
  otherwise: refuse
  source: the office of the centre
  allowed: {ALLOWED}
"""
IPSEC = "ipsec: {ike: aes128gcm16-prfsha256-ecp256}\n"


def allow(root: Path, allowed: str) -> None:
    (root / "levels.yaml").write_text(ALLOWED.replace("{ALLOWED}", allowed), encoding="utf-8")


def encrypt(root: Path, *vpns: str) -> None:
    """With an algorithm of their own for keys, on the last line of network.yaml."""
    pools = "  encrypted-ipv4: 10.250.0.0/20\n  encrypted-ipv6: fde9:e0::/64\n"
    edit(root / "network.yaml", "pools:\n", f"pools:\n{pools}")
    with (root / "network.yaml").open("a", encoding="utf-8") as stream:
        stream.write(IPSEC)
    for vpn in vpns:
        with_level(root, vpn, 3, ", encryption: pe-to-pe")


def problems(root: Path) -> list[str]:
    with pytest.raises(InventoryError) as raised:
        read_inventory(root)
    return str(raised.value).splitlines()


def test_an_algorithm_outside_is_refused_where_it_stands(root: Path) -> None:
    """Once for all VPNs of the level, with what is allowed; a use that no list has may have any."""
    encrypt(root, "party", "government")
    allow(root, "{ike: [aes256gcm16-prfsha384-ecp256], esp: [aes256gcm16-ecp256-esn]}")
    line = len((root / "network.yaml").read_text("utf-8").splitlines())
    (said,) = problems(root)
    assert f"network.yaml:{line}: ipsec.ike: ike by aes128gcm16-prfsha256-ecp256 is not" in said
    assert "(the office of the centre): aes256gcm16-prfsha384-ecp256; of it depends" in said
    assert "party" in said
    assert "government" in said
    allow(root, "{ike: [aes128gcm16-prfsha256-ecp256]}")
    assert judged(root, "algorithms") == {"party": True, "government": True}


@pytest.mark.parametrize(
    ("use", "place"),
    [
        ("ike", "network.yaml"),
        ("esp", "network.yaml"),
        ("certificate", "vpns.yaml"),
        ("ssh", "vpns.yaml"),
        ("isis", "network.yaml"),
        ("ldp", "network.yaml"),
        ("bgp", "network.yaml"),
        ("platform", "network.yaml"),
        ("site", "sites"),
    ],
)
def test_every_use_is_held_against_the_list(root: Path, use: str, place: str) -> None:
    encrypt(root, "party")
    policy = "{isis: hmac-md5, ldp: tcp-md5, bgp: tcp-md5, platform: tcp-md5}"
    with (root / "network.yaml").open("a", encoding="utf-8") as stream:
        stream.write(f"authentication: {policy}\n")
    authenticate_a_site(root, "party")
    allow(root, f"{{{use}: [of-nobody]}}")
    (said,) = problems(root)
    assert f"{use} by " in said
    assert place in said.split(": ")[0]


def authenticate_a_site(root: Path, vpn: str) -> None:
    for path in sorted(root.glob("sites*/*.yaml")) or [root / "sites.yaml"]:
        sites = yaml.safe_load(path.read_text("utf-8"))
        for site in sites.values():
            for access in site["site-network-accesses"].values():
                if site.get("vpn") == vpn and access.get("routing-protocol") == "bgp":
                    access["authentication"] = "tcp-md5"
                    path.write_text(yaml.safe_dump(sites, sort_keys=False), encoding="utf-8")
                    return
    raise AssertionError(f"no site of {vpn} speaks BGP")


def test_of_national_algorithms_none_is_here_and_that_is_reported(root: Path) -> None:
    encrypt(root, "party")
    found = [each for each in judge_levels(read_inventory(root)[0]) if each.rule == "algorithms"]
    assert [(each.name, each.met) for each in found] == [("party", False)]
    for words in ("ike by aes128gcm16", "esp by aes256gcm16", "certificate by ecdsa", "ssh by"):
        assert words in found[0].why
    assert set(SHIPPED["algorithms"].allowed.lists) == set(AlgorithmUse)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (ALLOWED.replace("  allowed: {ALLOWED}\n", ""), "algorithms.allowed: says of no"),
        (f"{UNENCRYPTED}  allowed: {{ike: [a]}}\n", "levels.yaml:6: backbone-encryption.allowed"),
        (ALLOWED.replace("{ALLOWED}", "{ipsec: [aes]}"), "levels.yaml:6: algorithms.allowed.ipsec"),
        (ALLOWED.replace("{ALLOWED}", "{ike: []}"), "levels.yaml:6: algorithms.allowed.ike"),
        (ALLOWED.replace("{ALLOWED}", "{ike: [A b]}"), "levels.yaml:6: algorithms.allowed.ike"),
    ],
)
def test_a_list_that_says_nothing_is_refused(root: Path, rule: str, said: str) -> None:
    (root / "levels.yaml").write_text(rule, encoding="utf-8")
    assert any(said in each for each in problems(root))


def test_what_no_pe_may_offer_is_refused_at_any_level(root: Path) -> None:
    with (root / "network.yaml").open("a", encoding="utf-8") as stream:
        stream.write("ipsec: {esp: 3des-sha1-modp1024}\n")
    assert "ipsec.esp" in problems(root)[0]

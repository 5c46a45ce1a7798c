"""`rollout.yaml`: implementation plans of regions, and the day that each site has by them."""

from datetime import date
from pathlib import Path

import pytest

import egovnet.inventory.reference
from egovnet.inventory.errors import InventoryError
from egovnet.inventory.load import load
from egovnet.inventory.registers.rollout import REGISTER, Rollout, Targets

REFERENCE = Path(egovnet.inventory.reference.__path__[0])
GOOD = """\
plans:
  nation:
    region: beijing
    document: State Council office [2026] 9
    approved-by: Li Na
    approved-on: 2026-01-05
    target: 2028-12-31
    tiers: {prefecture: 2028-06-30}
    vpns: {court: 2027-01-31}
  guangdong:
    region: guangdong
    document: Guangdong office [2026] 31
    approved-by: Zhang Wei
    approved-on: 2026-03-02
    vpns: {taxation: 2027-03-31}
    sites: {party-guangdong: 2026-12-31}
"""


def read(directory: Path, text: str) -> Rollout:
    (directory / "rollout.yaml").write_text(text, encoding="utf-8")
    return REGISTER.read(directory, load(REFERENCE))


def test_a_day_is_that_of_the_nearest_plan_that_says_one(tmp_path: Path) -> None:
    network = load(REFERENCE)
    targets = Targets(read(tmp_path, GOOD), network)
    found = {name: targets.of(name, site) for name, site in network.sites.items()}
    said = {name: target and (target.day, target.plan) for name, target in found.items()}
    assert said["party-guangdong"] == (date(2026, 12, 31), "guangdong")
    assert said["tax-guangdong"] == (date(2027, 3, 31), "guangdong")
    assert said["court-guangzhou"] == (date(2027, 1, 31), "nation")  # a VPN before a tier
    assert said["public-guangzhou"] == (date(2028, 6, 30), "nation")
    assert said["gov-shanghai"] == (date(2028, 12, 31), "nation")
    assert Targets(Rollout(), network).of("gov-shanghai", network.sites["gov-shanghai"]) is None


BAD = """\
plans:
  one:
    region: atlantis
    document: a paper
    approved-by: Li Na
    approved-on: 2026-01-05
    target: 2026-12-31
  two:
    region: guangdong
    document: a paper
    approved-by: ""
    approved-on: 2026-01-05
    target: soon
  three:
    region: shanghai
    document: a paper
    approved-by: Li Na
    approved-on: 2026-01-05
    target: 2025-12-31
    tiers: {village: 2026-12-31}
    vpns: {taxes: 2026-12-31}
    sites: {party-guangdong: 2026-12-31, nowhere: 2026-12-31}
  four:
    region: shanghai
    document: a paper
    approved-by: Li Na
    approved-on: 2026-01-05
"""


def test_all_that_is_wrong_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(InventoryError) as error:
        read(tmp_path, BAD)
    said = "\n".join(str(problem) for problem in error.value.problems)
    for place, words in (
        ("rollout.yaml:3: plans.one.region", "no region 'atlantis'"),
        ("rollout.yaml:11: plans.two.approved-by", ""),
        ("rollout.yaml:13: plans.two.target", "not a date"),
        ("rollout.yaml:20: plans.three.tiers", "village"),
        ("rollout.yaml:23: plans.four.target", ""),
    ):
        assert any(place in line and words in line for line in said.splitlines()), (place, said)


def test_what_only_the_network_can_tell_is_told_at_once(tmp_path: Path) -> None:
    text = BAD.replace('""', "Li Na").replace("soon", "2026-12-31")
    text = text.replace("    tiers: {village: 2026-12-31}\n", "")
    text += "    target: 2026-12-31\n"
    with pytest.raises(InventoryError) as error:
        read(tmp_path, text)
    said = [str(problem).split(" ", 1)[1] for problem in error.value.problems]
    assert [line.split(" ->")[0] for line in sorted(said)] == [
        "plans.four.region: region shanghai has a plan already: three",
        "plans.one.region: no region 'atlantis'",
        "plans.three.sites.nowhere: no site nowhere in the inventory",
        "plans.three.sites.party-guangdong: site party-guangdong is in region guangdong, not in "
        "shanghai or below",
        "plans.three.target: 2025-12-31 is before the day on which the plan was approved, "
        "2026-01-05",
        "plans.three.vpns.taxes: no VPN taxes in the inventory",
    ]

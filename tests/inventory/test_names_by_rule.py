"""Names by rule: what fits a pattern passes, and nothing else does."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.checks.names import check
from egovnet.inventory.errors import Location, Problem
from egovnet.inventory.load import load
from egovnet.inventory.model import Network
from egovnet.inventory.model.address_plan import NameRules
from tests.inventories import BACKBONE

SHORT = {"beijing": "bj", "guangdong": "gd", "guangzhou": "gz", "shanghai": "sh", "sichuan": "sc"}


@cache
def abbreviated() -> Network:
    """The reference network with an abbreviation for every region."""
    found = load(BACKBONE)
    regions = {
        name: region.model_copy(update={"abbreviation": SHORT[name]})
        for name, region in found.regions.items()
    }
    return found.model_copy(update={"regions": regions})


@pytest.fixture
def network() -> Network:
    return abbreviated()


def told(network: Network, rules: dict[str, Any]) -> list[str]:
    def report(section: str, location: Location, found: str, remedy: str) -> Problem:
        return Problem(section, 0, ".".join(map(str, location)), found, remedy)

    names = NameRules.model_validate(rules)
    backbone = network.backbone.model_copy(update={"names": names})
    return [str(p) for p in check(network.model_copy(update={"backbone": backbone}), report)]


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"routers": ["{region}-{role}{number}"]},
        {"circuits": ["{a}--{b}"], "ports": ["eth{number}"]},
        {"vpns": ["{agency}", "{word}"], "sites": ["{word}-{word}"]},
        {"routers": ["x", "{region}-{word}{number}"]},
    ],
)
def test_the_reference_network_keeps_these(network: Network, rules: dict[str, Any]) -> None:
    assert told(network, rules) == []


def test_a_name_with_the_abbreviation_of_another_region(network: Network) -> None:
    routers = {**network.routers, "gd-pe2": network.routers["sh-pe1"]}
    circuits = {"gd-pe1--bj-p1": network.circuits["sh-pe1--bj-p1"]}
    other = network.model_copy(update={"routers": routers, "circuits": circuits})
    assert told(other, {"routers": ["{region}-{role}{number}"], "circuits": ["{a}--{b}"]}) == [
        "hosts: gd-pe2: name gd-pe2 is outside the plan: 'gd' is the abbreviation of guangdong, "
        "and it is in shanghai -> name it sh-pe2, or correct its region or the abbreviation in "
        "regions.yaml",
        "circuits: gd-pe1--bj-p1: name gd-pe1--bj-p1 is outside the plan: names of circuits are "
        "{a}--{b} -> name it such as sh-pe1--bj-p1, or correct names.circuits in network.yaml",
    ]


def test_the_role_is_one_that_the_router_has(network: Network) -> None:
    routers = {"bj-fw1": network.routers["bj-pe1"]}
    other = network.model_copy(update={"routers": routers})
    (said,) = told(other, {"routers": ["{region}-{role}{number}"]})
    assert "name it such as bj-pe1" in said


@given(st.data())
def test_a_name_made_by_the_rule_passes_and_one_more_letter_does_not(data: st.DataObject) -> None:
    found = abbreviated()
    region = data.draw(st.sampled_from(sorted(SHORT)))
    number = data.draw(st.integers(1, 9999))
    router = next(iter(found.routers.values())).model_copy(update={"region": region})
    rules = {"routers": ["{region}-{role}{number}"]}
    name = f"{SHORT[region]}-{data.draw(st.sampled_from(['p', 'rr']))}{number}"
    assert told(found.model_copy(update={"routers": {name: router}, "circuits": {}}), rules) == []
    at = data.draw(st.integers(0, len(name)))
    odd = name[:at] + "-" + name[at:]
    (said,) = told(found.model_copy(update={"routers": {odd: router}, "circuits": {}}), rules)
    assert odd in said


def test_the_case_file_names_every_kind() -> None:
    """What the issue asks for is in one report, each with file and line."""
    case = Path(__file__).parent / "errors" / "plan-of-addresses-and-names.yaml"
    problems = yaml.safe_load(case.read_text(encoding="utf-8"))["problems"]
    for words in ("overlaps", "outside the plan", "abbreviation of no region", "exhausted"):
        assert any(words in problem for problem in problems), words
    assert all(problem.split(":")[1].isdecimal() for problem in problems)

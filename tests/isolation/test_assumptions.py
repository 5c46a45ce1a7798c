"""A verdict has the assumptions that apply to its network, and no others."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from egovnet.isolation.assumptions import ASSUMPTIONS
from egovnet.isolation.evaluation import PUSH_PROPERTIES
from egovnet.isolation.model.assumption import Assumption
from egovnet.isolation.model.from_vrf_names import Zones, from_zones
from egovnet.isolation.prove import prove
from egovnet.isolation.push import prove_push
from tests.isolation.networks import Facts, edit_family, reference
from tests.isolation.properties.test_p1_transit import platform

ZONES = Zones.model_validate(
    {"zones": {"intranet": {"vrfs": ["i-*"]}, "extranet": {"vrfs": ["e-*"]}}}
)


def _ids(assumptions: tuple[Assumption, ...]) -> set[str]:
    return {one.id for one in assumptions}


def _of_reference(change: Callable[[Facts], object] = lambda _: None) -> set[str]:
    facts, expectation = reference()
    change(facts)
    return _ids(prove(facts, expectation).assumptions)


def _isolated(facts: Facts) -> None:
    """As a platform that keeps tables apart by itself."""
    for name, one in facts.items():
        vrfs = {key: replace(vrf, isolated=True) for key, vrf in one.vrfs.items()}
        facts[name] = replace(one, vrfs=vrfs)


def _without_gd(facts: Facts) -> None:
    del facts["gd-pe1"]


def _labelled(facts: Facts) -> None:
    edit_family(facts, "bj-pe1", "i-party", label="800000")


def test_the_reference_networks_own() -> None:
    assert _of_reference() == {
        "text",
        "host",
        "rules",
        "cabling",
        "customers' routers",
        "circuits",
        "one VPN",
        "hubs",
        "management",
        "logical",
    }


@pytest.mark.parametrize(
    ("change", "comes", "goes"),
    [
        (_without_gd, {"absent routers"}, set()),
        (_labelled, {"labels"}, set()),
        (_isolated, set(), {"host", "rules"}),
    ],
)
def test_one_comes_and_goes_with_its_reason(
    change: Callable[[Facts], None], comes: set[str], goes: set[str]
) -> None:
    assert _of_reference(change) == (_of_reference() | comes) - goes


def test_paths_of_several_steps_lean_on_routes_that_are_held() -> None:
    assert "held routes" not in _of_reference()
    assert "held routes" in _ids(platform().assumptions)


def test_zones_are_told_by_names_and_know_no_cables() -> None:
    facts, _ = reference()
    found = _ids(prove(facts, from_zones(ZONES)).assumptions)
    assert {"names", "absent routers", "limits"} <= found
    assert "cabling" not in found


def test_a_push_leans_on_its_order() -> None:
    facts, expectation = reference()
    assert "order of a push" in _ids(prove_push(facts, facts, expectation).assumptions)


def test_each_names_the_properties_that_lean_on_it_and_says_how_to_check() -> None:
    assert len({one.id for one in ASSUMPTIONS}) == len(ASSUMPTIONS)
    for one in ASSUMPTIONS:
        assert one.properties
        assert set(one.properties) <= set(PUSH_PROPERTIES)
        for text in (one.sentence, one.applies, one.check):
            assert text.endswith(".")

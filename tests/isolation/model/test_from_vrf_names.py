"""Texts of unknown origin: zones and agencies by the names of VRFs."""

import pytest
from pydantic import ValidationError

from egovnet.isolation.model.from_vrf_names import Zones, from_zones
from egovnet.isolation.prove import prove
from tests.isolation.facts_of import rt
from tests.isolation.networks import edit_family, edit_interface, of_class, reference

ZONES = {
    "zones": {
        "intranet": {
            "vrfs": ["i-*"],
            "agencies": {
                "party": ["i-party"],
                "court": ["i-court*"],
                "government": ["i-government"],
            },
        },
        "extranet": {"vrfs": ["e-*"], "agencies": {"taxation": ["e-tax*"]}},
    },
    "management": ["mgmt"],
}


def test_the_reference_network_proves_by_its_names_alone() -> None:
    facts, _ = reference()
    verdict = prove(facts, from_zones(Zones.model_validate(ZONES)))
    assert verdict.findings == ()
    assert verdict.zones["intranet/court"] == "intranet"
    assert verdict.checked.missing == ()


def test_a_path_between_zones_is_found() -> None:
    facts, _ = reference()
    edit_family(facts, "sh-pe1", "i-court-1", import_targets=lambda old: old | {rt("65000:2001")})
    verdict = prove(facts, from_zones(Zones.model_validate(ZONES)))
    (found, _) = of_class(verdict, "P1 zone-leak")
    assert found.message == "intranet/court reaches extranet by route target 65000:2001"


def test_a_path_that_is_declared_is_none() -> None:
    facts, _ = reference()
    edit_family(facts, "bj-pe1", "i-party", import_targets=lambda old: old | {rt("65000:1005")})
    zones = Zones.model_validate(ZONES)
    assert not prove(facts, from_zones(zones)).proved
    path = {"source": "intranet/party", "target": "intranet/government", "reason": "declared"}
    assert prove(facts, from_zones(Zones.model_validate({**ZONES, "allowed": [path]}))).proved


def test_labels_at_a_customer_are_found_without_an_inventory() -> None:
    facts, _ = reference()
    edit_interface(facts, "bj-pe1", "eth3.102", mpls=True)
    verdict = prove(facts, from_zones(Zones.model_validate(ZONES)))
    assert [f.klass for f in verdict.findings] == ["P4 mpls-at-customer"]


def test_a_vrf_that_no_pattern_knows_meets_nobody() -> None:
    facts, _ = reference()
    only = Zones.model_validate({"zones": {"intranet": {"vrfs": ["i-*"]}}})
    verdict = prove(facts, from_zones(only))
    assert not verdict.proved
    assert of_class(verdict, "P1 unknown-vrf")


def test_the_file_is_closed() -> None:
    with pytest.raises(ValidationError):
        Zones.model_validate({"zones": {}, "colour": "red"})

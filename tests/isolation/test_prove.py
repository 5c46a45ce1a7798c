"""Networks as they are meant to be prove; nothing to check is never proved."""

from dataclasses import replace

from hypothesis import given

from egovnet.inventory.model import Network
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.prove import PROPERTIES, prove
from tests.hypothesis_profiles import examples
from tests.isolation.facts_of import rt
from tests.isolation.networks import Facts, edit_family, of_network, reference, verdict_of
from tests.strategies import networks


def test_the_reference_network_proves_without_a_word() -> None:
    facts, expectation = reference()
    verdict = prove(facts, expectation)
    assert verdict.findings == ()
    assert verdict.proved
    assert verdict.checked.devices == 7
    assert verdict.checked.properties == PROPERTIES
    assert ("party", "party") in verdict.found
    assert ("court/spoke", "court/hub") in verdict.found
    assert not any({"party", "public"} == set(pair) for pair in verdict.found)
    assert verdict.zones["public"] == "extranet"
    assert any("physical" in one.sentence for one in verdict.assumptions)


@given(networks())
@examples(60)
def test_every_network_as_intended_proves_without_a_word(network: Network) -> None:
    facts, expectation = of_network(network)
    assert prove(facts, expectation).findings == ()


def test_nothing_to_check_is_not_proved() -> None:
    _, expectation = reference()
    assert not prove({}, expectation).proved
    assert not prove({}, expectation.limit()).proved


def test_a_missing_router_is_named_and_a_risk_unless_it_was_left_out_on_purpose() -> None:
    facts, expectation = reference()
    del facts["sc-pe1"]
    verdict = prove(facts, expectation)
    assert verdict.checked.missing == ("sc-pe1",)
    assert [(f.klass, f.severity, f.device) for f in verdict.findings] == [
        ("missing device", Severity.RISK, "sc-pe1")
    ]
    limited = prove(facts, expectation.limit())
    assert limited.proved
    assert limited.checked.missing == ("sc-pe1",)


def test_a_router_that_the_inventory_does_not_know_is_a_risk() -> None:
    def change(facts: Facts) -> None:
        facts["stranger"] = replace(facts["bj-p1"], name="stranger")

    assert ("unknown device", "stranger") in {
        (f.klass, f.device) for f in verdict_of(change).findings
    }


def test_a_target_of_another_vpn_is_a_risk_where_only_a_part_is_proved() -> None:
    """The other half is likely on a router that was left out."""
    facts, expectation = reference()
    edit_family(facts, "sc-pe1", "i-party", import_targets=lambda old: old | {rt("65000:2001")})
    alone = {"sc-pe1": facts["sc-pe1"]}
    verdict = prove(alone, expectation.limit())
    assert {(f.klass, f.severity) for f in verdict.findings} == {
        ("P1 foreign-target", Severity.RISK)
    }
    assert not verdict.proved

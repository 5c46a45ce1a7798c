"""A network with Internet gateways is proved as it is built, and every mistake in it is found."""

import pytest

from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.prove import prove
from egovnet.isolation.push import prove_push
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.registry import read_config, render_day0
from tests.isolation.gateway_mutants import MUTANTS, GatewayMutant
from tests.isolation.gateway_proof import built, built_leaving, gateway_facts, verdict_with
from tests.isolation.networks import of_class


def test_it_is_proved_as_it_is_built() -> None:
    verdict = prove(gateway_facts(), built().expectation)
    assert verdict.proved
    assert not verdict.findings, [f.message for f in verdict.findings]


def test_it_is_proved_as_it_is_delivered() -> None:
    delivered = {n: read_config(render_day0(d), n) for n, d in built().devices.items()}
    assert prove(delivered, built().expectation).proved


def test_what_is_read_is_what_was_meant() -> None:
    facts = gateway_facts()
    for name in ("bj-gw1", "sh-gw1"):
        meant = intended_facts(built().devices[name])
        assert facts[name].packet_filter == meant.packet_filter
        assert facts[name].bgp == meant.bgp
        assert not facts[name].not_understood


def test_the_matrix_has_the_internet() -> None:
    verdict = prove(gateway_facts(), built().expectation)
    reasons = {(cell.source, cell.target): cell.reason for cell in verdict.allowed}
    assert reasons["internet", "Internet"] == "the Internet exit of internet"
    assert {pair for pair in reasons if "Internet" in pair} == {
        ("internet", "Internet"),
        ("Internet", "Internet"),
    }
    assert ("internet", "Internet") in verdict.found
    assert ("Internet", "internet") not in verdict.found


def test_a_gateway_comes_and_goes_by_pushes_that_prove() -> None:
    both, one, none = built(), built_leaving("sh-gw1"), built_leaving("bj-gw1", "sh-gw1")
    for before, after in ((none, both), (both, none), (one, both), (both, one)):
        assert prove(after.facts, after.expectation).proved
        expectation = after.expectation.with_former(before.expectation)
        verdict = prove_push(before.facts, after.facts, expectation)
        assert verdict.proved, [(f.klass, f.device, f.message) for f in verdict.findings]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_mistake_is_found(mutant: GatewayMutant) -> None:
    changed = {mutant.device: mutant.text(built().texts[mutant.device])}
    verdict = verdict_with(changed)
    found = of_class(verdict, mutant.klass)
    assert found, [(f.klass, f.device, f.message) for f in verdict.findings]
    assert mutant.severity in {f.severity for f in found}, [(f.severity, f.message) for f in found]
    assert verdict.proved is (mutant.severity is Severity.HYGIENE)

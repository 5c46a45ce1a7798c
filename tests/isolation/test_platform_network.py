"""A network with a platform as it is built: proved on the day of its exchanges, and on no other."""

from dataclasses import replace

from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.prove import prove
from egovnet.isolation.push import prove_push
from egovnet.templates.registry import read_config, render_day0
from tests.isolation.networks import of_class
from tests.isolation.platform_proof import AFTER, BEFORE, DAY, on


def test_it_is_proved_as_it_is_built() -> None:
    built = on(DAY)
    verdict = prove(built.facts, built.expectation)
    assert verdict.proved
    assert not verdict.findings, [f.message for f in verdict.findings]
    assert built.expectation.platform.firewalls.keys() == {"bj-fw1", "sh-fw1"}


def test_it_is_proved_as_it_is_delivered() -> None:
    """Wholly, or its firewalls alone; a text that lacks its interfaces is none of these."""
    built = on(DAY)
    delivered = {n: read_config(render_day0(d), n) for n, d in built.devices.items()}
    assert prove(delivered, built.expectation).proved
    firewalls = built.expectation.platform.firewalls
    late = {n: delivered[n] if n in firewalls else f for n, f in built.facts.items()}
    verdict = prove(late, built.expectation)
    assert not [f for f in verdict.findings if f.klass.startswith("P9")]
    lost = {n: replace(f, interfaces={}) if n in firewalls else f for n, f in delivered.items()}
    assert of_class(prove(lost, built.expectation), "P9 no-forward-filter")


def test_exchanges_that_are_not_in_force_are_leaks() -> None:
    for day in (BEFORE, AFTER):
        verdict = prove(on(DAY).facts, on(day).expectation)
        assert not verdict.proved
        found = of_class(verdict, "P9 no-forward-filter") + of_class(verdict, "P9 undeclared-flow")
        assert {f.device for f in found} == {"bj-fw1", "sh-fw1"}
        assert {f.severity for f in found} == {Severity.LEAK}
        pairs = {(f.source.vpn, f.target.vpn) for f in found if f.source and f.target}
        assert {("party", "government"), ("government", "court")} <= pairs


def test_one_exchange_that_has_ended_is_told_with_its_packets() -> None:
    built = on(DAY)
    others = {n: x for n, x in built.network.exchanges.items() if n != "court-files"}
    verdict = prove(built.facts, on(DAY, exchanges=others).expectation)
    found = of_class(verdict, "P9 undeclared-flow")
    assert {(f.source.vpn, f.target.vpn) for f in found if f.source and f.target} == {
        ("government", "court"),
        ("court", "government"),
    }
    # its PE goes on taking the partner's prefixes
    assert "P5 filter-too-wide" in {f.klass for f in verdict.findings}


def test_an_exchange_comes_and_goes_by_pushes_that_prove() -> None:
    with_all = on(DAY)
    others = {n: x for n, x in with_all.network.exchanges.items() if n != "court-files"}
    without = on(DAY, exchanges=others)
    for before, after in ((without, with_all), (with_all, without), (on(BEFORE), with_all)):
        expectation = after.expectation.with_former(before.expectation)
        verdict = prove_push(before.facts, after.facts, expectation)
        assert verdict.proved, [(f.klass, f.device, f.message) for f in verdict.findings]


def test_the_pe_takes_the_partners_prefixes_and_no_more() -> None:
    """What the PE lets in from a firewall is held to the exchanges, not to what was built."""
    built = on(DAY)
    facts = built.facts
    pe = facts["bj-pe1"]
    instance = pe.bgp["i-party"]
    wide = {
        address: replace(
            neighbor,
            families={
                name: replace(family, policy_in=None) for name, family in neighbor.families.items()
            },
        )
        for address, neighbor in instance.neighbors.items()
        if neighbor.remote_as == facts["bj-fw1"].bgp[None].asn
    }
    assert wide
    neighbors = {**instance.neighbors, **wide}
    facts["bj-pe1"] = replace(pe, bgp={**pe.bgp, "i-party": replace(instance, neighbors=neighbors)})
    found = of_class(prove(facts, built.expectation), "P5 no-filter")
    assert {f.device for f in found} == {"bj-pe1"}


def test_the_matrix_has_who_may_open_connections() -> None:
    built = on(DAY)
    verdict = prove(built.facts, built.expectation)
    reasons = {(cell.source, cell.target): cell.reason for cell in verdict.allowed}
    assert reasons["party", "government"] == "at the platform: party-portal, party-names"
    assert reasons["government", "court/hub"] == "at the platform: court-files"
    assert ("government", "party") not in reasons
    agencies = {"party", "government", "court/hub"}
    met = {(one, other) for one, other in verdict.found if {one, other} <= agencies}
    assert met - {(one, one) for one in agencies} == {
        ("party", "government"),
        ("government", "court/hub"),
    }


def test_a_vlan_that_changes_its_agency_takes_two_pushes() -> None:
    built = on(DAY)
    now = built.expectation
    links = dict(now.platform.firewalls["bj-fw1"])
    was = replace(links["court"], vlan=links["party"].vlan)
    former = replace(now, platform=replace(now.platform, firewalls={"bj-fw1": {"court": was}}))
    verdict = prove_push(built.facts, built.facts, now.with_former(former))
    (found,) = of_class(verdict, "P11 meet-in-one-vrf")
    assert (found.device, found.severity) == ("bj-fw1", Severity.LEAK)
    assert "court/hub" in found.message
    assert "party" in found.message

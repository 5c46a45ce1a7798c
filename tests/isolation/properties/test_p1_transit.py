"""A platform hub that two agencies exchange with: joined only where a route covers the other."""

from dataclasses import replace
from ipaddress import IPv4Network

from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.prove import prove
from egovnet.templates.model.facts import Policy, PrefixRule, VrfFacts
from tests.isolation.facts_of import admits, rt
from tests.isolation.networks import (
    Facts,
    edit_bgp,
    edit_device,
    edit_family,
    edit_sessions,
    of_class,
    reference,
    text_of,
)

PARTY, GOVERNMENT, HUB = rt("65000:1006"), rt("65000:1005"), rt("65000:1002")
#: Declared: the court's hub exchanges with two agencies.
EXCHANGES = {
    pair: "exchange on the platform"
    for agency in ("party", "government")
    for pair in (("court/hub", agency), (agency, "court/hub"))
}


def platform(*changes: object) -> Verdict:
    """The reference network where the court's hub VRF is the platform of two agencies."""
    facts, expectation = reference()
    edit_family(facts, "bj-pe1", "i-court", import_targets=lambda old: old | {PARTY, GOVERNMENT})
    for device in ("bj-pe1", "gd-pe1", "sc-pe1", "sh-pe1", "gz-pe1"):
        for vrf in ("i-party", "i-government"):
            if vrf in facts[device].vrfs:
                edit_family(facts, device, vrf, import_targets=lambda old: old | {HUB})
    for change in changes:
        change(facts)
    reasons = {**expectation.reasons, **EXCHANGES}
    return prove(facts, replace(expectation, reasons=reasons))


def accepting(*prefixes: str, device: str = "bj-pe1", vrf: str = "i-court") -> object:
    policy = Policy((admits("ipv4", [IPv4Network(p) for p in prefixes]),))
    return lambda f: edit_sessions(f, device, vrf, policy_in=policy)


def test_a_hub_whose_agencies_have_prefixes_of_their_own_joins_nobody() -> None:
    verdict = platform()
    assert [f.message for f in verdict.findings] == []
    assert verdict.proved
    assert ("party", "court/hub") in verdict.found


def test_without_the_declaration_the_same_is_a_leak() -> None:
    facts, expectation = reference()
    edit_family(facts, "bj-pe1", "i-court", import_targets=lambda old: old | {PARTY})
    assert of_class(prove(facts, expectation), "P1 agency-leak")


def test_a_hub_that_may_announce_a_covering_route_joins_them() -> None:
    verdict = platform(accepting("10.1.30.0/24", "10.1.0.0/16"))
    found = of_class(verdict, "P1 transit")
    assert {f.severity for f in found} == {Severity.LEAK}
    (one,) = [f for f in found if f.message.startswith("party reaches government")]
    text = text_of(one)
    assert "takes routes of VRF i-court on bj-pe1" in text
    assert "VRF i-court on bj-pe1 takes routes of VRF i-government" in text


def test_a_hub_that_may_announce_a_default_route_joins_them() -> None:
    default = Policy((admits("ipv4", [IPv4Network("0.0.0.0/0")]),))
    verdict = platform(lambda f: edit_sessions(f, "bj-pe1", "i-court", policy_in=default))
    assert of_class(verdict, "P1 transit")


def test_an_agency_that_may_announce_within_the_hubs_own_prefixes_joins_them() -> None:
    """Packets to the hub that a more specific route of an agency draws on."""
    verdict = platform(
        accepting("10.1.20.0/24", "10.1.30.128/25", device="bj-pe1", vrf="i-government")
    )
    messages = [f.message for f in of_class(verdict, "P1 transit")]
    assert any(message.startswith("party reaches government") for message in messages)
    assert not any(message.startswith("government reaches party") for message in messages)


def test_an_agency_with_a_default_route_of_its_own_does_not_take_the_hubs_packets() -> None:
    """A less specific route never wins over the one that brought the packet."""
    only_default = Policy(
        (
            replace(
                admits("ipv4", []),
                matches=(
                    replace(
                        admits("ipv4", []).matches[0],
                        prefixes=(PrefixRule("permit", IPv4Network("0.0.0.0/0"), 0, 0),),
                    ),
                ),
            ),
        )
    )
    verdict = platform(lambda f: edit_sessions(f, "gd-pe1", "i-government", policy_in=only_default))
    assert not of_class(verdict, "P1 transit")


def test_a_vrf_that_nobody_knows_is_no_way_around() -> None:
    """An empty VRF between two zones: no customer is in it, and packets pass."""

    def change(facts: Facts) -> None:
        device = facts["sc-pe1"]
        between = replace(device.bgp["i-party"], vrf="x", neighbors={})
        edit_device(
            facts,
            "sc-pe1",
            vrfs={**device.vrfs, "x": VrfFacts("x", 4000, frozenset({"ipv4", "ipv6"}))},
            bgp={**device.bgp, "x": between},
        )
        edit_family(
            facts,
            "sc-pe1",
            "x",
            import_targets=frozenset({rt("65000:2001")}),
            export_targets=frozenset({PARTY}),
            networks={IPv4Network("10.2.0.0/16"): None},
            redistributes={},
            rd=bytes((0, 0, 0, 0, 0, 0, 0, 9)),
        )

    facts, expectation = reference()
    change(facts)
    verdict = prove(facts, expectation)
    (found,) = of_class(verdict, "P1 transit")
    assert found.message.startswith("party reaches public through VRF x on sc-pe1")
    edit_family(facts, "sc-pe1", "x", networks={})
    assert not of_class(prove(facts, expectation), "P1 transit")
    edit_bgp(facts, "sc-pe1", "x", lambda old: replace(old, families={}))
    assert prove(facts, expectation).proved

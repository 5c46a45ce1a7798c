"""Every case of `cases/`: found, reported where it is, with a path to follow."""

from dataclasses import replace
from ipaddress import IPv4Interface, IPv6Network

import pytest

from egovnet.isolation.model.catalogue import CATALOGUE
from egovnet.isolation.prove import prove
from egovnet.templates.model.facts import (
    BgpInstance,
    InterfaceFacts,
    NeighborFacts,
    StaticFacts,
    VrfFacts,
)
from tests.isolation.networks import (
    Facts,
    add_interface,
    edit_device,
    edit_family,
    edit_neighbors,
    of_class,
    reference,
    text_of,
    verdict_of,
)
from tests.isolation.properties.case import HYGIENE, LEAK, PUBLIC, Case, all_cases, with_static
from tests.isolation.properties.cases.p1 import ADDS_PARTY


@pytest.mark.parametrize("case", tuple(all_cases()), ids=lambda case: case.name)
def test_it_is_found_and_reported_with_its_path(case: Case) -> None:
    verdict = case.verdict()
    tolerated = CATALOGUE[case.klass].tolerated
    assert verdict.proved is (case.severity is HYGIENE or case.severity in tolerated)
    found = of_class(verdict, case.klass)
    assert found, [f"{f.klass} {f.device} {f.message}" for f in verdict.findings]
    assert {f.severity for f in found} == {case.severity}
    here = [f for f in found if f.device == case.device]
    assert here, [f.device for f in found]
    texts = [text_of(f) for f in here]
    assert any(_in_order(case.path, text) for text in texts), texts


def _in_order(parts: tuple[str, ...], text: str) -> bool:
    for part in parts:
        _, found, text = text.partition(part)
        if not found:
            return False
    return True


def test_ipv4_and_ipv6_are_judged_apart() -> None:
    verdict = verdict_of(
        lambda f: edit_family(
            f, "bj-pe1", "i-party", ("ipv6",), import_targets=lambda old: old | {PUBLIC}
        )
    )
    assert {f.family for f in of_class(verdict, "P1 zone-leak")} == {"ipv6"}


def test_a_reflector_that_adds_for_one_pe_adds_for_that_pe_alone() -> None:
    def change(facts: Facts) -> None:
        def only_from_sh(neighbor: NeighborFacts) -> NeighborFacts:
            if neighbor.address != "10.255.0.7":
                return neighbor
            families = {k: replace(f, policy_in=ADDS_PARTY) for k, f in neighbor.families.items()}
            return replace(neighbor, families=families)

        edit_neighbors(facts, "bj-p1", None, only_from_sh)

    verdict = verdict_of(change)
    found = [f for f in verdict.findings if f.severity is LEAK]
    assert {f.path[0].device for f in found} == {"sh-pe1"}
    assert {f.message.partition(" by ")[0] for f in found} == {
        "party reaches public",
        "party reaches government",
        "party reaches court/spoke",
    }


def test_two_spokes_in_one_vrf_meet_without_their_hub() -> None:
    facts, expectation = reference()
    there = expectation.attachments["sh-pe1"]["eth3", 100]
    second = replace(
        there, name="spoke-two/main", vlan=333, domain=replace(there.domain, site="spoke-two")
    )
    places = {**expectation.attachments["sh-pe1"], ("eth3", 333): second}
    expectation = replace(expectation, attachments={**expectation.attachments, "sh-pe1": places})
    add_interface(facts, "sh-pe1", InterfaceFacts("eth3.333", "i-court-1", parent="eth3", vlan=333))
    (found,) = of_class(prove(facts, expectation), "P2 two-domains-in-one-vrf")
    assert "spoke-to-spoke" in found.message
    assert "holds court-shanghai/main" in text_of(found)


def test_many_places_that_do_the_same_are_one_finding() -> None:
    def change(facts: Facts) -> None:
        for device in ("bj-pe1", "gd-pe1", "sc-pe1"):
            edit_family(
                facts, device, "i-party", ("ipv4",), import_targets=lambda old: old | {PUBLIC}
            )

    (found,) = of_class(verdict_of(change), "P1 zone-leak")
    assert found.more == 5  # three that import, three that export, one of them told


def test_a_daemon_that_speaks_bgp_in_management_is_a_risk() -> None:
    verdict = verdict_of(
        lambda f: edit_device(
            f, "bj-pe1", bgp={**f["bj-pe1"].bgp, "mgmt": BgpInstance("mgmt", 65000)}
        )
    )
    assert [f.klass for f in verdict.findings] == ["P6 management-in-bgp"]


def test_a_stranger_in_a_vrf_that_nobody_knows() -> None:
    """An undeclared VRF with an undeclared port that takes a customer's routes."""

    def change(facts: Facts) -> None:
        edit_device(
            facts,
            "sc-pe1",
            vrfs={**facts["sc-pe1"].vrfs, "x": VrfFacts("x", 4000, frozenset({"ipv4", "ipv6"}))},
            bgp={**facts["sc-pe1"].bgp, "x": replace(facts["sc-pe1"].bgp["i-party"], vrf="x")},
        )
        add_interface(
            facts, "sc-pe1", InterfaceFacts("eth9", "x", (IPv4Interface("192.0.2.1/30"),))
        )

    found = of_class(verdict_of(change), "P1 unknown-vrf")
    assert {f.severity for f in found} == {LEAK}


def test_a_route_between_vrfs_for_ipv6_names_its_family() -> None:
    route = StaticFacts("i-party", IPv6Network("fde9:2:10::/64"), next_hop_vrf="e-public")
    (found,) = of_class(verdict_of(with_static("bj-pe1", route)), "P3 static-route")
    assert found.family == "ipv6"

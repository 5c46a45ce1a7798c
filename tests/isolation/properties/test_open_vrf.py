"""P3 open-vrf without an inventory: a risk that is named, until somebody is in the main table."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

import pytest

from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.from_vrf_names import AllowedPath, Zones, from_zones
from egovnet.isolation.prove import prove
from egovnet.templates.model.facts import (
    IgpInstance,
    InterfaceFacts,
    NotModelled,
    StaticFacts,
)
from tests.isolation.networks import (
    Facts,
    add_interface,
    edit_bgp,
    edit_device,
    edit_interface,
    edit_vrf,
    of_class,
    reference,
)
from tests.isolation.properties.case import with_static

ZONES = {"intranet": {"vrfs": ["i-*"]}, "extranet": {"vrfs": ["e-*"]}}


def _opened() -> Facts:
    """The reference network without a route of last resort in any VRF."""
    facts, _ = reference()
    for name, device in facts.items():
        for vrf in device.vrfs:
            edit_vrf(facts, name, vrf, closed=frozenset())
    return facts


def _zones(*allowed: AllowedPath) -> Zones:
    return Zones.model_validate({"zones": ZONES, "allowed": allowed})


def test_a_lab_without_routes_of_last_resort_is_apart() -> None:
    verdict = prove(_opened(), from_zones(_zones()))
    assert {(f.klass, f.severity) for f in verdict.findings} == {("P3 open-vrf", Severity.RISK)}
    assert verdict.proved
    assert ("intranet", "backbone") not in verdict.found


def test_with_an_inventory_nobody_may_be_in_the_backbone() -> None:
    verdict = prove(_opened(), reference()[1])
    assert not verdict.proved
    assert {f.severity for f in of_class(verdict, "P3 open-vrf")} == {Severity.LEAK}


def _outside_neighbor(facts: Facts) -> None:
    edit_bgp(
        facts,
        "sc-pe1",
        None,
        lambda old: replace(
            old,
            neighbors={
                **old.neighbors,
                "198.51.100.1": replace(
                    facts["bj-pe1"].bgp["i-party"].neighbors["10.200.0.30"],
                    vrf=None,
                    address="198.51.100.1",
                ),
            },
        ),
    )


LEADS_ON: dict[str, Callable[[Facts], object]] = {
    "a route out of the main table of another router": with_static(
        "sc-pe1", StaticFacts(None, IPv4Network("0.0.0.0/0"), next_hop=IPv4Address("198.51.100.1"))
    ),
    "somebody in the main table": lambda f: add_interface(
        f,
        "sc-pe1",
        InterfaceFacts("eth9", addresses=(IPv4Interface("198.51.100.2/24"),)),
    ),
    "a port that asks for its addresses": lambda f: edit_interface(
        f, "sc-pe1", "eth1", asks=frozenset({"ipv4"})
    ),
    "a neighbour of another AS": _outside_neighbor,
    "a kernel table in the IGP": lambda f: edit_device(
        f, "sc-pe1", igps=(IgpInstance("ospf", None, {"ipv4 kernel": None}),)
    ),
    "something that is not modelled": lambda f: edit_device(
        f, "sc-pe1", not_modelled=(NotModelled("EVPN", "carries routes"),)
    ),
}


@pytest.mark.parametrize("change", LEADS_ON.values(), ids=LEADS_ON)
def test_where_the_main_table_leads_on_it_leaks(change: Callable[[Facts], object]) -> None:
    facts = _opened()
    change(facts)
    verdict = prove(facts, from_zones(_zones()))
    assert not verdict.proved
    assert Severity.LEAK in {f.severity for f in of_class(verdict, "P3 open-vrf")}


def test_who_may_be_reached_from_the_backbone_is_reached() -> None:
    path = AllowedPath(source="backbone", target="extranet", reason="a portal for the routers")
    verdict = prove(_opened(), from_zones(_zones(path)))
    assert not verdict.proved
    assert {f.severity for f in of_class(verdict, "P3 open-vrf")} == {Severity.LEAK}

"""Customers' sessions and static routes."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from egovnet.isolation.model.expectation import Expectation
from egovnet.templates.model.facts import BfdPeer, IgpInstance, Policy, PolicyEntry, StaticFacts
from tests.isolation.networks import (
    Facts,
    edit_bgp,
    edit_device,
    edit_interface,
    edit_neighbors,
    edit_sessions,
)
from tests.isolation.properties.case import HYGIENE, RISK, Case, with_static


def _new_customer_instance(facts: Facts) -> None:
    """The CE of party in Beijing, spoken to from the VRF of the government."""
    party = facts["bj-pe1"].bgp["i-party"].neighbors["10.200.0.30"]
    edit_bgp(
        facts,
        "bj-pe1",
        "i-government",
        lambda old: replace(old, neighbors={**old.neighbors, "10.200.0.30": party}),
    )


def _customer_in_default(facts: Facts) -> None:
    party = replace(facts["bj-pe1"].bgp["i-party"].neighbors["10.200.0.30"], vrf=None)
    edit_bgp(
        facts,
        "bj-pe1",
        None,
        lambda old: replace(old, neighbors={**old.neighbors, "10.200.0.30": party}),
    )


def near(expectation: Expectation) -> Expectation:
    """TTL security for the session of party in Beijing."""
    places = expectation.attachments["bj-pe1"]
    own = {
        place: replace(at, most_hops=1)
        for place, at in places.items()
        if at.name == "party-beijing/main"
    }
    assert own
    attachments = {**expectation.attachments, "bj-pe1": {**places, **own}}
    return replace(expectation, attachments=attachments)


CASES = [
    Case("a session in the wrong VRF", _new_customer_instance, "P5 session-in-wrong-vrf", "bj-pe1"),
    Case(
        "a customer in the default instance",
        _customer_in_default,
        "P5 session-in-wrong-vrf",
        "bj-pe1",
    ),
    Case(
        "a removed prefix list and a permit left",
        lambda f: edit_sessions(
            f, "bj-pe1", "i-party", policy_in=Policy((PolicyEntry("permit", clears=True),))
        ),
        "P5 filter-too-wide",
        "bj-pe1",
        RISK,
    ),
    Case(
        "no limit",
        lambda f: edit_sessions(f, "bj-pe1", "i-party", maximum_prefix=None),
        "P5 no-limit",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a limit that nothing reaches",
        lambda f: edit_sessions(f, "bj-pe1", "i-party", maximum_prefix=4294967295),
        "P5 limit-too-high",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a limit that was not agreed",
        lambda f: edit_sessions(f, "bj-pe1", "i-party", maximum_prefix=5000),
        "P5 limit-too-high",
        "bj-pe1",
        HYGIENE,
    ),
    Case(
        "a limit that warns",
        lambda f: edit_sessions(f, "bj-pe1", "i-party", limit_warns_only=True),
        "P5 limit-warns-only",
        "bj-pe1",
        RISK,
    ),
    Case(
        "no filter",
        lambda f: edit_sessions(f, "bj-pe1", "i-party", policy_in=None),
        "P5 no-filter",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a neighbour that nobody knows",
        lambda f: edit_neighbors(
            f, "bj-pe1", "i-party", lambda n: replace(n, address=n.address + "9")
        ),
        "P5 unknown-neighbor",
        "bj-pe1",
        RISK,
    ),
    Case(
        "an instance of OSPF in a VRF",
        lambda f: edit_device(
            f,
            "bj-pe1",
            igps=(IgpInstance("ospf", "i-party", {"ipv4 bgp": None}, line=7),),
        ),
        "P5 igp-with-customer",
        "bj-pe1",
        RISK,
        ("holds ", "speaks ospf"),
    ),
    Case(
        "OSPF with a customer",
        lambda f: edit_interface(f, "bj-pe1", "eth3.100", vrf_igp=frozenset({"ipv4"})),
        "P5 igp-with-customer",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a BFD session with nobody's address",
        lambda f: edit_device(
            f, "bj-pe1", bfd_peers=(BfdPeer("i-party", IPv4Address("192.0.2.9"), line=7),)
        ),
        "P5 unknown-bfd-peer",
        "bj-pe1",
        RISK,
        ("holds ", "has a BFD session with 192.0.2.9"),
    ),
    Case(
        "a BFD session with a customer of another VRF",
        lambda f: edit_device(
            f, "bj-pe1", bfd_peers=(BfdPeer("i-party", IPv4Address("10.200.0.14"), line=7),)
        ),
        "P5 unknown-bfd-peer",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a BFD session over several hops out of the backbone",
        lambda f: edit_device(
            f, "bj-pe1", bfd_peers=(BfdPeer(None, IPv4Address("192.0.2.9"), multihop=True, line=7),)
        ),
        "P5 unknown-bfd-peer",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a static route to somebody else",
        with_static(
            "sc-pe1",
            StaticFacts("i-party", IPv4Network("10.0.0.0/8"), next_hop=IPv4Address("10.200.0.38")),
        ),
        "P5 static-too-wide",
        "sc-pe1",
        RISK,
    ),
    Case(
        "an address with a length of its own",
        lambda f: edit_interface(
            f, "sc-pe1", "eth3.100", addresses=(IPv4Interface("10.1.8.1/21"),)
        ),
        "P5 address-too-wide",
        "sc-pe1",
        RISK,
    ),
    Case(
        "a filter that is not defined",
        lambda f: edit_sessions(f, "bj-pe1", "i-party", policy_in=Policy(missing=True, line=8)),
        "P5 filter-without-list",
        "bj-pe1",
        RISK,
        ("speaks BGP with 10.200.0.30",),
    ),
    Case(
        "a customer's session that takes packets from afar",
        lambda _: None,
        "P5 session-from-afar",
        "bj-pe1",
        RISK,
        ("speaks BGP with 10.200.0.30",),
        expect=near,
    ),
    Case(
        "a customer's session that takes packets from too far",
        lambda f: edit_neighbors(f, "bj-pe1", "i-party", lambda n: replace(n, most_hops=2)),
        "P5 session-from-afar",
        "bj-pe1",
        RISK,
        expect=near,
    ),
    Case(
        "a customer in the backbone's own AS",
        lambda f: edit_neighbors(
            f, "bj-pe1", "i-party", lambda n: replace(n, remote_as=65000, external=False)
        ),
        "P5 internal-customer",
        "bj-pe1",
        RISK,
        ("speaks BGP with 10.200.0.30",),
    ),
]

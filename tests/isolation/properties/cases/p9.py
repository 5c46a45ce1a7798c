"""What must be one VRF's alone."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from egovnet.templates.model.facts import (
    IgpPlace,
    LabelBlock,
    LabelLimit,
    Policy,
    PolicyEntry,
    StaticFacts,
    VpnNetwork,
)
from tests.isolation.facts_of import rt
from tests.isolation.networks import (
    Facts,
    edit_bgp,
    edit_device,
    edit_family,
    edit_interface,
    edit_neighbors,
    edit_sessions,
)
from tests.isolation.properties.case import HYGIENE, RISK, Case, with_static


def _reflector_adds(facts: Facts, target: bytes) -> None:
    policy = Policy((PolicyEntry("permit", adds=frozenset({target}), line=7),))
    edit_neighbors(
        facts,
        "bj-p1",
        None,
        lambda n: replace(
            n, families={k: replace(f, policy_in=policy) for k, f in n.families.items()}
        ),
    )


def _shared_rd(facts: Facts) -> None:
    rd = facts["bj-pe1"].bgp["i-party"].families["ipv4"].rd
    edit_family(facts, "bj-pe1", "e-public", rd=rd)


def _by_hand(facts: Facts) -> None:
    network = VpnNetwork("ipv4", IPv4Network("203.0.113.0/24"), bytes(8), 70000, line=3)
    edit_bgp(facts, "bj-pe1", None, lambda old: replace(old, vpn_networks=(network,)))


def _two_ways_of_one_cost(facts: Facts) -> None:
    edit_interface(facts, "gz-pe1", "eth1", ldp=frozenset({"ipv6"}))
    edit_interface(facts, "gz-pe1", "eth2", igp_cost=20)


def _ways_of_no_known_cost(facts: Facts) -> None:
    edit_interface(facts, "gz-pe1", "eth1", ldp=frozenset({"ipv6"}))
    edit_interface(facts, "gz-pe1", "eth2", igp_cost=None)


def _in(*regions: str) -> Callable[[Facts], None]:
    """A circuit of gz-pe1 without LDP, and circuits of others in these regions."""

    def edit(facts: Facts) -> None:
        edit_interface(facts, "gz-pe1", "eth1", ldp=frozenset({"ipv6"}))
        ends = ((("bj-p1", "eth3"), ("gd-pe1", "eth1")), (("bj-p2", "eth3"), ("gd-pe1", "eth2")))
        for region, both in zip(regions, ends, strict=True):
            for device, port in both:
                place = IgpPlace(frozenset({region}), frozenset())
                edit_interface(facts, device, port, igp_place=place)

    return edit


CASES = [
    Case(
        "two ways, one without LDP, and areas of OSPF",
        _in("ospf area 0", "ospf area 1"),
        "P9 label-lost",
        "gd-pe1",
        RISK,
    ),
    Case(
        "two ways of one cost, one without LDP",
        _two_ways_of_one_cost,
        "P9 label-lost",
        "gz-pe1",
        RISK,
        ("eth1 has the IGP and no LDP in ipv4",),
    ),
    Case(
        "two ways, one without LDP and one of no known cost",
        _ways_of_no_known_cost,
        "P9 label-lost",
        "gd-pe1",
        RISK,
    ),
    Case(
        "a PE that others are behind without LDP towards them",
        lambda f: edit_interface(f, "gd-pe1", "eth3", ldp=frozenset()),
        "P9 label-lost",
        "gd-pe1",
        RISK,
        ("sends packets for gz-pe1 by gd-pe1", "gets packets for gz-pe1 with the inner label"),
    ),
    Case(
        "two ways of one cost, and labels kept back on one",
        lambda f: (
            edit_interface(f, "gz-pe1", "eth2", igp_cost=20),
            edit_device(f, "gd-pe1", label_limits=(LabelLimit("ipv6", "gives"),)),
        ),
        "P9 label-lost",
        "gz-pe1",
        RISK,
        ("may lack labels of LDP in ipv6",),
    ),
    Case(
        "a static route to a router by way of another",
        with_static(
            "bj-pe1",
            StaticFacts(None, IPv4Network("10.255.0.5/32"), IPv4Address("10.255.0.4")),
        ),
        "P9 backbone-route",
        "bj-pe1",
        RISK,
        ("has a route of its own to 10.255.0.5/32",),
    ),
    Case(
        "a circuit between two PEs without LDP",
        lambda f: edit_interface(f, "gz-pe1", "eth1", ldp=frozenset({"ipv6"})),
        "P9 circuit-without-labels",
        "gz-pe1",
        HYGIENE,
        ("has the IGP at eth1, and no LDP",),
    ),
    Case("a VPN route by hand", _by_hand, "P9 hand-made-route", "bj-pe1", RISK),
    Case(
        "implicit null as a VRF's label",
        lambda f: edit_family(f, "bj-pe1", "i-party", label="3"),
        "P9 reserved-label",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a label of segment routing",
        lambda f: (
            edit_family(f, "bj-pe1", "i-party", label="20000"),
            edit_device(f, "bj-pe1", label_blocks=(LabelBlock(16000, 23999),)),
        ),
        "P9 label-collision",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a label that LDP may be given",
        lambda f: edit_family(f, "bj-pe1", "i-party", label="17"),
        "P9 label-collision",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a reflector that adds a target of nobody",
        lambda f: _reflector_adds(f, rt("65000:777")),
        "P9 policy-touches",
        "bj-p1",
        RISK,
    ),
    Case("one RD for two VRFs", _shared_rd, "P9 shared-rd", "bj-pe1", RISK),
    Case(
        "one label for two VRFs",
        lambda f: (
            [edit_family(f, "bj-pe1", v, label="900") for v in ("i-party", "e-public")] and None
        ),
        "P9 shared-label",
        "bj-pe1",
    ),
    Case(
        "a next hop elsewhere",
        lambda f: edit_family(f, "bj-pe1", "i-party", export_next_hop=IPv4Address("192.0.2.1")),
        "P9 foreign-next-hop",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a session policy that strips targets",
        lambda f: edit_sessions(
            f, "bj-p1", None, policy_out=Policy((PolicyEntry("permit", clears=True),))
        ),
        "P9 policy-touches",
        "bj-p1",
        RISK,
    ),
    Case(
        "a policy that sets a next hop",
        lambda f: edit_family(
            f,
            "bj-pe1",
            "i-party",
            import_policy=Policy((PolicyEntry("permit", touches=("sets ip next-hop 192.0.2.1",)),)),
        ),
        "P9 policy-touches",
        "bj-pe1",
        RISK,
    ),
    Case(
        "another router's loopback",
        lambda f: edit_interface(
            f, "sc-pe1", "lo", addresses=f["bj-pe1"].interfaces["lo"].addresses
        ),
        "P9 shared-loopback",
        "sc-pe1",
        RISK,
        ("has 10.255.0.3 on lo",),
    ),
]

"""How leaks happen (field notes), one case each: found, told where, with a path to follow."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Network

import pytest

from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.prove import prove
from egovnet.templates.model.facts import (
    BgpInstance,
    InterfaceFacts,
    Match,
    NeighborFacts,
    NeighborFamily,
    NotUnderstood,
    Policy,
    PolicyEntry,
    PolicyRoute,
    StaticFacts,
    VrfFacts,
)
from tests.isolation.facts_of import admits, rt
from tests.isolation.networks import (
    Facts,
    add_interface,
    edit_bgp,
    edit_device,
    edit_family,
    edit_interface,
    edit_neighbors,
    edit_sessions,
    of_class,
    reference,
    text_of,
    verdict_of,
)

PUBLIC, TAX, PARTY, GOVERNMENT = (
    rt("65000:2001"),
    rt("65000:2002"),
    rt("65000:1006"),
    rt("65000:1005"),
)
HUB, SPOKE = rt("65000:1002"), rt("65000:1003")
DEFAULT = IPv4Network("0.0.0.0/0")
LEAK, RISK = Severity.LEAK, Severity.RISK


@dataclass(frozen=True)
class Case:
    """A change to the reference network, and what must be said of it."""

    name: str
    change: Callable[[Facts], None]
    klass: str
    device: str
    severity: Severity = LEAK
    #: What the path must name, in order.
    path: tuple[str, ...] = ()


def importing(device: str, vrf: str, *targets: bytes) -> Callable[[Facts], None]:
    return lambda f: edit_family(f, device, vrf, import_targets=lambda old: old | set(targets))


def exporting(device: str, vrf: str, *targets: bytes) -> Callable[[Facts], None]:
    return lambda f: edit_family(f, device, vrf, export_targets=lambda old: old | set(targets))


def with_static(device: str, route: StaticFacts) -> Callable[[Facts], None]:
    return lambda f: edit_device(f, device, statics=(*f[device].statics, route))


def with_vrf(device: str, name: str, **changes: object) -> Callable[[Facts], None]:
    def change(facts: Facts) -> None:
        vrfs = dict(facts[device].vrfs)
        vrfs[name] = replace(vrfs[name], **changes)
        edit_device(facts, device, vrfs=vrfs)

    return change


def moved(device: str, interface: str, vrf: str | None) -> Callable[[Facts], None]:
    return lambda f: edit_interface(f, device, interface, vrf=vrf)


def exported_with(policy: Policy) -> Callable[[Facts], None]:
    return lambda f: edit_family(f, "bj-pe1", "e-public", ("ipv4",), export_policy=policy)


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


def _neighbor_in_default(facts: Facts, address: str, asn: int, family: str) -> None:
    stranger = NeighborFacts(
        None, address, asn, external=asn != 65000, families={family: NeighborFamily(family)}
    )
    edit_bgp(
        facts,
        "bj-p1",
        None,
        lambda old: replace(old, neighbors={**old.neighbors, address: stranger}),
    )


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


def _bridged(facts: Facts) -> None:
    for name in ("eth3.102", "eth4.100"):
        edit_interface(facts, "bj-pe1", name, vrf=None)
    bridge = InterfaceFacts("br0", "i-party", members=("eth3.102", "eth4.100"), line=40)
    add_interface(facts, "bj-pe1", bridge)


def _two_halves(facts: Facts) -> None:
    """A target of nobody on two PEs: harmless on either, a path on both."""
    exporting("bj-pe1", "e-public", rt("65000:777"))(facts)
    importing("sc-pe1", "i-party", rt("65000:777"))(facts)


def _veth(facts: Facts) -> None:
    add_interface(facts, "bj-pe1", InterfaceFacts("veth0", "i-party", joins="veth1", line=41))
    add_interface(facts, "bj-pe1", InterfaceFacts("veth1", "e-public", joins="veth0", line=42))


def _vlan_swapped(facts: Facts) -> None:
    """The right VRF, and in it the VLAN of another customer."""
    edit_interface(facts, "bj-pe1", "eth3.102", vlan=101)
    edit_interface(facts, "bj-pe1", "eth3.101", vlan=102)


def _shared_rd(facts: Facts) -> None:
    rd = facts["bj-pe1"].bgp["i-party"].families["ipv4"].rd
    edit_family(facts, "bj-pe1", "e-public", rd=rd)


def _vrf_of_daemon_only(facts: Facts) -> None:
    """`vrf i-party` in frr.conf, `iface i-party` without a table in Linux."""
    with_vrf("bj-pe1", "i-party", table=None)(facts)
    add_interface(facts, "bj-pe1", InterfaceFacts("i-party"))


def _adding(policy: Policy) -> Policy:
    return Policy(tuple(replace(e, adds=frozenset({PUBLIC})) for e in policy.entries))


ADDS_PARTY = Policy((PolicyEntry("permit", adds=frozenset({PARTY}), line=7),))
OTHER_LEAKS = Policy(
    (
        PolicyEntry("deny", (Match("other", text="tag 7"),)),
        PolicyEntry("permit", adds=frozenset({PARTY}), line=33),
    )
)
CASES = [
    Case(
        "import of the other zone, the victim on another router",
        importing("sh-pe1", "i-court-1", PUBLIC),
        "P1 zone-leak",
        "sh-pe1",
        path=(
            "VRF e-public on bj-pe1 holds public-beijing/main at eth4.100",
            "exports 65000:2001",
            "VRF i-court-1 on sh-pe1 imports 65000:2001",
            "holds court-shanghai/main at eth3.100",
        ),
    ),
    Case(
        "export of the other zone",
        exporting("bj-pe1", "e-public", PARTY),
        "P1 zone-leak",
        "bj-pe1",
        path=("exports 65000:1006", "VRF i-party on", "imports 65000:1006"),
    ),
    Case("another agency", importing("gd-pe1", "i-party", GOVERNMENT), "P1 agency-leak", "gd-pe1"),
    Case(
        "within the extranet", importing("sc-pe1", "e-taxation", PUBLIC), "P1 agency-leak", "sc-pe1"
    ),
    Case(
        "both where hub and spoke differ",
        importing("sh-pe1", "i-court-1", SPOKE),
        "P1 spoke-to-spoke",
        "sh-pe1",
        path=("VRF i-court-1 on gz-pe1", "exports 65000:1003", "VRF i-court-1 on sh-pe1"),
    ),
    Case("two harmless halves on two routers", _two_halves, "P1 zone-leak", "sc-pe1"),
    Case(
        "an export map that adds a target",
        exported_with(OTHER_LEAKS),
        "P1 zone-leak",
        "bj-pe1",
        path=("exports 65000:1006",),
    ),
    Case(
        "a reflector that adds a target",
        lambda f: _reflector_adds(f, PARTY),
        "P1 zone-leak",
        "bj-pe1",
        path=("VRF e-", "bj-p1 adds targets", "imports 65000:1006"),
    ),
    Case(
        "a reflector that adds a target of nobody",
        lambda f: _reflector_adds(f, rt("65000:777")),
        "P9 policy-touches",
        "bj-p1",
        RISK,
    ),
    Case(
        "an inbound policy that adds a target",
        lambda f: edit_sessions(f, "bj-pe1", "i-party", policy_in=_adding),
        "P1 zone-leak",
        "bj-pe1",
        path=("holds party-beijing/main", "exports 65000:2001", "imports 65000:2001"),
    ),
    Case(
        "a redistribution that adds a target",
        lambda f: edit_family(
            f, "bj-pe1", "e-public", ("ipv6",), redistributes={"static": ADDS_PARTY}
        ),
        "P1 zone-leak",
        "bj-pe1",
        path=("holds public-beijing/main", "exports 65000:1006", "imports 65000:1006"),
    ),
    Case(
        "a customer that may attach targets",
        lambda f: edit_sessions(
            f,
            "bj-pe1",
            "i-party",
            policy_in=Policy((admits("ipv4", [IPv4Network("10.1.10.0/24")], clears=False),)),
        ),
        "P1 customer-chosen-targets",
        "bj-pe1",
        path=(
            "holds party-beijing/main",
            "takes routes of 10.200.0.30 with whatever route targets they carry",
            "VRF e-",
            "imports 65000:2001",
        ),
    ),
    Case(
        "a customer without any inbound policy",
        lambda f: edit_sessions(f, "bj-pe1", "i-party", policy_in=None),
        "P1 customer-chosen-targets",
        "bj-pe1",
    ),
    Case(
        "the default instance imports",
        lambda f: edit_bgp(
            f,
            "bj-p1",
            None,
            lambda old: replace(
                old,
                families={
                    "ipv4": replace(f["bj-pe1"].bgp["i-party"].families["ipv4"], redistributes={})
                },
            ),
        ),
        "P1 backbone-leak",
        "bj-p1",
    ),
    Case(
        "interface in no VRF",
        moved("bj-pe1", "eth3.102", None),
        "P2 access-in-no-vrf",
        "bj-pe1",
        path=("holds party-beijing/main at eth3.102", "looks its packets up in the backbone's"),
    ),
    Case(
        "interface in a VRF that is not defined",
        moved("bj-pe1", "eth3.102", "i-partty"),
        "P2 access-in-no-vrf",
        "bj-pe1",
    ),
    Case(
        "interface in another VRF",
        moved("bj-pe1", "eth3.102", "e-public"),
        "P2 two-domains-in-one-vrf",
        "bj-pe1",
        path=("holds party-beijing/main at eth3.102", "holds public-beijing/main at eth4.100"),
    ),
    Case("the wrong VLAN in the right VRF", _vlan_swapped, "P1 agency-leak", "bj-pe1"),
    Case(
        "a VLAN of nobody in the right VRF",
        lambda f: edit_interface(f, "bj-pe1", "eth3.102", vlan=777),
        "P2 unknown-interface",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a circuit in a customer's VRF",
        moved("bj-pe1", "eth1", "i-party"),
        "P2 two-domains-in-one-vrf",
        "bj-pe1",
    ),
    Case("two customers on a bridge", _bridged, "P2 two-domains-in-one-vrf", "bj-pe1"),
    Case(
        "static through another VRF",
        with_static(
            "bj-pe1",
            StaticFacts("i-party", IPv4Network("10.2.10.0/24"), next_hop_vrf="e-public", line=50),
        ),
        "P3 static-route",
        "bj-pe1",
        path=("holds party-beijing", "routes 10.2.10.0/24 to VRF e-public", "holds public-beijing"),
    ),
    Case(
        "static out of another VRF's interface",
        with_static(
            "bj-pe1", StaticFacts("i-party", IPv4Network("10.2.10.0/24"), interface="eth4.100")
        ),
        "P3 static-route",
        "bj-pe1",
    ),
    Case(
        "static of the backbone into a VRF",
        with_static("bj-pe1", StaticFacts(None, DEFAULT, interface="i-party")),
        "P3 static-route",
        "bj-pe1",
    ),
    Case(
        "static in another VRF's kernel table, by number",
        with_static(
            "bj-pe1",
            StaticFacts(None, IPv4Network("10.2.10.0/24"), interface="eth4.100", table=1003),
        ),
        "P3 static-route",
        "bj-pe1",
    ),
    Case(
        "policy routing into another VRF",
        lambda f: edit_interface(
            f,
            "bj-pe1",
            "eth3.102",
            policy_routes=(PolicyRoute("set vrf e-public", vrf="e-public", line=60),),
        ),
        "P3 policy-route",
        "bj-pe1",
        path=("holds party-beijing", "sends packets to VRF e-public by policy"),
    ),
    Case(
        "ip rule for all",
        lambda f: edit_device(f, "bj-pe1", policy_routes=(PolicyRoute("ip rule", table=254),)),
        "P3 policy-route",
        "bj-pe1",
    ),
    Case(
        "import vrf",
        lambda f: edit_family(f, "bj-pe1", "i-party", import_vrfs=frozenset({"e-public"})),
        "P3 import-vrf",
        "bj-pe1",
        path=("holds party-beijing", "imports VRF e-public", "holds public-beijing"),
    ),
    Case(
        "import vrf of a table without routes",
        lambda f: edit_family(f, "bj-pe1", "i-party", import_vrfs=frozenset({"default"})),
        "P3 import-vrf",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a VRF that Linux does not make",
        _vrf_of_daemon_only,
        "P2 access-in-no-vrf",
        "bj-pe1",
    ),
    Case(
        "a PE that adds a target to what it takes",
        lambda f: edit_sessions(f, "sc-pe1", None, policy_in=ADDS_PARTY),
        "P1 zone-leak",
        "sc-pe1",
        path=(
            "VRF e-public on bj-pe1",
            "sc-pe1 adds targets to routes from",
            "VRF i-party on sc-pe1",
        ),
    ),
    Case(
        "a PE that adds a target to what it announces",
        lambda f: edit_sessions(f, "sh-pe1", None, policy_out=ADDS_PARTY),
        "P1 zone-leak",
        "bj-pe1",
        path=(
            "VRF e-public on sh-pe1",
            "sh-pe1 adds targets to routes to",
            "VRF i-party on bj-pe1",
        ),
    ),
    Case(
        "redistribute of another VRF's table",
        lambda f: edit_family(
            f,
            "bj-pe1",
            "i-party",
            redistributes={f"table {f['bj-pe1'].vrfs['e-public'].table}": None},
        ),
        "P3 redistribute-table",
        "bj-pe1",
    ),
    Case("main table", with_vrf("bj-pe1", "i-party", table=254), "P3 shared-table", "bj-pe1"),
    Case(
        "management's table", with_vrf("bj-pe1", "i-party", table=1001), "P3 shared-table", "bj-pe1"
    ),
    Case(
        "a VRF without a route of last resort",
        with_vrf("bj-pe1", "i-party", closed=frozenset({"ipv6"})),
        "P3 open-vrf",
        "bj-pe1",
        path=("holds party-beijing", "no route of last resort for ipv4"),
    ),
    Case("a cable inside the router", _veth, "P3 internal-link", "bj-pe1"),
    Case(
        "labels on a customer's port",
        lambda f: edit_interface(f, "bj-pe1", "eth3.102", mpls=True, mpls_line=9),
        "P4 mpls-at-customer",
        "bj-pe1",
        path=("holds ", "takes labels on eth3.102"),
    ),
    Case(
        "labels on the port below",
        lambda f: edit_interface(f, "bj-pe1", "eth3", mpls=True),
        "P4 mpls-at-customer",
        "bj-pe1",
    ),
    Case(
        "LDP on a customer's port",
        lambda f: edit_interface(f, "bj-pe1", "eth4.100", ldp=frozenset({"ipv4"})),
        "P4 ldp-at-customer",
        "bj-pe1",
    ),
    Case(
        "IGP on a customer's port",
        lambda f: edit_interface(f, "bj-pe1", "eth4", igp=frozenset({"ipv4"})),
        "P4 igp-at-customer",
        "bj-pe1",
    ),
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
        "a customer in management",
        moved("bj-pe1", "eth3.102", "mgmt"),
        "P6 customer-in-management",
        "bj-pe1",
    ),
    Case(
        "management at a customer",
        moved("bj-pe1", "eth0", "i-party"),
        "P6 customer-in-management",
        "bj-pe1",
    ),
    Case(
        "management in no VRF", moved("bj-pe1", "eth0", None), "P6 management-in-no-vrf", "bj-pe1"
    ),
    Case(
        "management imports customers",
        lambda f: edit_device(
            f,
            "bj-pe1",
            bgp={
                **f["bj-pe1"].bgp,
                "mgmt": replace(f["bj-pe1"].bgp["i-party"], vrf="mgmt", neighbors={}),
            },
        ),
        "P1 management-leak",
        "bj-pe1",
    ),
    Case(
        "a static default",
        with_static("bj-pe1", StaticFacts("i-party", DEFAULT, next_hop=IPv4Address("10.200.0.30"))),
        "P7 default-route",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a default originated to a customer",
        lambda f: edit_sessions(f, "bj-pe1", "i-party", default_originate=True),
        "P7 default-route",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a default network",
        lambda f: edit_family(f, "bj-pe1", "i-party", ("ipv4",), networks=frozenset({DEFAULT})),
        "P7 default-route",
        "bj-pe1",
        RISK,
    ),
    Case(
        "an external VPN neighbour",
        lambda f: _neighbor_in_default(f, "192.0.2.1", 64999, "vpnv4"),
        "P8 external-vpn-session",
        "bj-p1",
    ),
    Case(
        "an unknown VPN neighbour",
        lambda f: _neighbor_in_default(f, "192.0.2.1", 65000, "vpnv6"),
        "P8 unknown-vpn-session",
        "bj-p1",
        RISK,
    ),
    Case(
        "an unknown neighbour of the backbone",
        lambda f: _neighbor_in_default(f, "192.0.2.1", 64999, "ipv4"),
        "P8 unknown-backbone-session",
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
            import_policy=Policy((PolicyEntry("permit", touches=("ip next-hop 192.0.2.1",)),)),
        ),
        "P9 policy-touches",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a policy in one family only",
        lambda f: edit_family(f, "bj-pe1", "i-party", ("ipv4",), import_policy=Policy()),
        "P10 one-family-policy",
        "bj-pe1",
        RISK,
    ),
    Case(
        "IPv6 without the import that IPv4 must not have either",
        lambda f: edit_family(
            f, "bj-pe1", "i-party", ("ipv6",), import_targets=lambda old: old | {PUBLIC}
        ),
        "P1 zone-leak",
        "bj-pe1",
    ),
    Case(
        "a line that is not understood",
        lambda f: edit_device(
            f,
            "bj-pe1",
            not_understood=(NotUnderstood(12, "frobnicate vrf e-public", ("router bgp 65000",)),),
        ),
        "not understood",
        "bj-pe1",
        RISK,
        ("frobnicate vrf e-public",),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_told_with_its_path(case: Case) -> None:
    verdict = verdict_of(case.change)
    assert not verdict.proved
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

"""Pushes: every state in the middle, in any order of routers, is as separate as the ends."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model import Network
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.prove import prove
from egovnet.isolation.push import prove_push
from tests.hypothesis_profiles import examples
from tests.isolation.facts_of import rt
from tests.isolation.networks import (
    Facts,
    edit_family,
    edit_interface,
    edit_sessions,
    of_class,
    of_network,
    reference,
)
from tests.isolation.rewrites import renamed, swapped
from tests.strategies import networks, parts

PARTY, GOVERNMENT, PUBLIC = rt("65000:1006"), rt("65000:1005"), rt("65000:2001")


def push(after: Callable[[Facts], None], before: Callable[[Facts], None] | None = None) -> Verdict:
    one, expectation = reference()
    other, _ = reference()
    if before is not None:
        before(one)
    after(other)
    return prove_push(one, other, expectation)


def everywhere(facts: Facts, vrf: str, old: bytes, new: bytes) -> None:
    def change(targets: frozenset[bytes]) -> frozenset[bytes]:
        return frozenset(new if target == old else target for target in targets)

    for device in facts:
        if vrf in facts[device].vrfs:
            edit_family(facts, device, vrf, import_targets=change, export_targets=change)


def test_nothing_to_push_is_proved_when_there_is_something() -> None:
    verdict = push(lambda f: None)
    assert verdict.proved
    assert "P11" in verdict.checked.properties


def test_two_vpns_that_swap_targets_meet_in_the_middle() -> None:
    """Either end is separate; a router that has changed meets one that has not."""

    def swap(facts: Facts) -> None:
        everywhere(facts, "i-party", PARTY, rt("1:1"))
        everywhere(facts, "i-government", GOVERNMENT, PARTY)
        everywhere(facts, "i-party", rt("1:1"), GOVERNMENT)

    facts, expectation = reference()
    swap(facts)
    assert not [f for f in prove(facts, expectation).findings if f.severity is Severity.LEAK]
    verdict = push(swap)
    assert not verdict.proved
    found = of_class(verdict, "P1 agency-leak")
    assert {f.message.split(" by ")[0] for f in found} == {
        "party reaches government",
        "government reaches party",
    }


def test_two_vpns_of_one_router_that_swap_targets_there_alone_do_not_meet() -> None:
    """The states of one router never meet each other."""

    def alone(facts: Facts) -> None:
        for name in list(facts):
            if name not in {"bj-pe1", "bj-p1", "bj-p2"}:
                del facts[name]

    def swap(facts: Facts) -> None:
        alone(facts)
        edit_family(
            facts,
            "bj-pe1",
            "i-party",
            import_targets=frozenset({GOVERNMENT}),
            export_targets=frozenset({GOVERNMENT}),
        )
        edit_family(
            facts,
            "bj-pe1",
            "i-government",
            import_targets=frozenset({PARTY}),
            export_targets=frozenset({PARTY}),
        )

    assert not [f for f in push(swap, alone).findings if f.severity is Severity.LEAK]


def test_a_plain_addition_is_proved() -> None:
    """An access that comes: a VRF, its targets, its port."""

    def without(facts: Facts) -> None:
        device = facts["gz-pe1"]
        facts["gz-pe1"] = replace(
            device,
            interfaces={n: i for n, i in device.interfaces.items() if i.vrf != "e-public"},
            vrfs={n: v for n, v in device.vrfs.items() if n != "e-public"},
            bgp={n: b for n, b in device.bgp.items() if n != "e-public"},
        )

    verdict = push(lambda f: None, without)
    assert verdict.findings == ()
    assert push(without).proved  # and its removal: what is missing then is worth a look


def test_a_repair_is_not_held_up_by_what_it_repairs() -> None:
    def broken(facts: Facts) -> None:
        edit_family(facts, "bj-pe1", "i-party", import_targets=lambda old: old | {PUBLIC})
        edit_interface(facts, "bj-pe1", "eth3.101", mpls=True)
        edit_sessions(facts, "gd-pe1", "i-party", policy_in=None)

    one, expectation = reference()
    broken(one)
    assert not prove(one, expectation).proved
    verdict = push(lambda f: None, broken)
    assert verdict.findings == ()
    assert verdict.proved


def test_a_push_that_breaks_one_place_while_another_is_broken_already_is_refused() -> None:
    """The same domains meet in both: it is the place that is new."""

    def broken(facts: Facts) -> None:
        edit_family(facts, "bj-pe1", "i-party", import_targets=lambda old: old | {PUBLIC})

    def elsewhere(facts: Facts) -> None:
        edit_family(facts, "gd-pe1", "i-party", import_targets=lambda old: old | {PUBLIC})

    verdict = push(elsewhere, broken)
    assert {f.device for f in of_class(verdict, "P1 zone-leak")} == {"gd-pe1"}


def test_a_push_that_leaks_at_its_end_is_refused() -> None:
    def leaks(facts: Facts) -> None:
        edit_family(facts, "bj-pe1", "i-party", import_targets=lambda old: old | {PUBLIC})

    assert of_class(push(leaks), "P1 zone-leak")


def test_a_port_that_moves_to_another_vpn_is_judged_by_what_is_attached() -> None:
    verdict = push(lambda f: edit_interface(f, "bj-pe1", "eth3.102", vrf="e-public"))
    assert of_class(verdict, "P2 two-domains-in-one-vrf")


def test_two_ports_that_change_vrfs_meet_on_the_way() -> None:
    """Both ends are one VRF each; the ports change one after another."""

    def swap(facts: Facts) -> None:
        facts["bj-pe1"] = swapped(facts["bj-pe1"], "i-party", "e-public")

    facts, expectation = reference()
    swap(facts)
    assert prove(facts, expectation).proved
    verdict = push(swap)
    assert {f.klass for f in verdict.findings} == {"P11 meet-in-one-vrf"}
    assert "public and party meet in VRF e-public during the push (zone-leak)" in {
        f.message for f in verdict.findings
    }


def test_two_vrfs_that_swap_kernel_tables_meet_on_the_way() -> None:
    def swap(facts: Facts) -> None:
        vrfs = dict(facts["bj-pe1"].vrfs)
        one, other = vrfs["i-party"], vrfs["e-public"]
        vrfs["i-party"] = replace(one, table=other.table)
        vrfs["e-public"] = replace(other, table=one.table)
        facts["bj-pe1"] = replace(facts["bj-pe1"], vrfs=vrfs)

    assert {f.klass for f in push(swap).findings} == {"P11 meet-in-one-table"}


def test_a_vrf_that_gets_another_name_meets_nobody() -> None:
    def rename(facts: Facts) -> None:
        facts["bj-pe1"] = renamed(facts["bj-pe1"], "i-party", "blue")

    assert push(rename).findings == ()


def test_a_router_that_comes_is_judged_as_it_will_be() -> None:
    verdict = push(lambda f: None, lambda f: f.pop("sc-pe1"))
    assert verdict.findings == ()


@given(st.data())
@examples(40)
def test_no_change_of_the_inventory_opens_a_path_on_the_way(data: st.DataObject) -> None:
    """Sites, VPNs and routers that come and go at once; numbers stay as they are locked.

    Nothing is known of what ran before but its text, as before a journal that is empty.
    """
    network = data.draw(networks())
    one: Network = data.draw(parts(network))
    other: Network = data.draw(parts(network))
    before, _ = of_network(one)
    after, expectation = of_network(other, allocate(one).lock)
    verdict = prove_push(before, after, expectation.limit())
    assert not [f for f in verdict.findings if f.denies]

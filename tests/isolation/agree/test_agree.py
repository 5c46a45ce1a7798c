"""The harness of `make agree` itself: draws by seed, and what counts as crossing."""

from dataclasses import replace
from itertools import islice

import pytest

from egovnet.lab.backend import Completed
from tests.isolation.agree.crossings import (
    Heard,
    Seen,
    State,
    crossings,
    new_networks,
    targets,
    unlike,
)
from tests.isolation.agree.draw import Draw, both, draws
from tests.isolation.agree.loader import _state
from tests.isolation.agree.not_tried import not_tried
from tests.isolation.agree.table import Row, evaluated, is_proved, proof_of
from tests.isolation.agree.together import grouped
from tests.isolation.reference_lab import GROUND
from tests.isolation.routers import RouterError
from tests.isolation.routers import _seen as _seen_of_router

_EDGE = "bj-pe1"
_QUIET = State(frozenset({("i-party", "unreachable", "default")}), frozenset(), {})


def _seen(**changes: object) -> Seen:
    """A lab in which one site's host is answered by its VPN's other site, with one change."""
    ports = {
        access.interface: place.vrf
        for place in GROUND.places
        if place.host == _EDGE
        for access in place.accesses
    }
    state = replace(_QUIET, masters=ports)
    heard = Heard(frozenset({_address("party-sichuan")}), frozenset())
    state = replace(state, **{k: v for k, v in changes.items() if k in State.__annotations__})
    heard = replace(heard, **{k: v for k, v in changes.items() if k in Heard.__annotations__})
    return Seen({_EDGE: state}, {"party-beijing": heard})


def _address(site: str) -> str:
    """An address of a site's CE."""
    return next(a.ce["ipv4"] for p in GROUND.places for a in p.accesses if a.site == site)


def test_a_seed_gives_the_same_draws_again() -> None:
    first, again = (list(islice(draws(GROUND, 7), 40)) for _ in range(2))
    assert [draw.name for draw in first] == [draw.name for draw in again]
    assert [draw.texts for draw in first] == [draw.texts for draw in again]
    assert {len(draw.mutants) for draw in first} == {1, 2}
    assert {proof_of(draw).proved for draw in first} == {True, False}


def test_two_changes_of_one_text_are_both_made() -> None:
    base = {"r": "a\nb\nc\nd\n"}
    assert both(base, {"r": "A\nb\nc\nd\n"}, {"r": "a\nb\nc\nD\n"}) == {"r": "A\nb\nc\nD\n"}
    assert both(base, {"r": "a\nx\nc\nd\n"}, {"r": "a\ny\nc\nd\n"}) is None
    assert both(base, {"r": "a\n"}, {"s": "z\n"}) == {"r": "a\n", "s": "z\n"}


def test_proved_draws_of_routers_of_their_own_are_loaded_at_once() -> None:
    drawn = list(enumerate(islice(draws(GROUND, 7), 12)))
    proved = {draw.name for _, draw in drawn if proof_of(draw).proved}
    groups = list(grouped(drawn, 3, is_proved, lambda number, _: number % 2 == 0))
    assert sorted(number for group in groups for number, _ in group) == list(range(12))
    assert max(map(len, groups)) > 1
    for group in groups:
        hosts = [host for _, draw in group for host in draw.texts]
        assert len(hosts) == len(set(hosts))
        assert len(group) <= 3
        assert len({number % 2 for number, _ in group}) == 1
        assert len(group) == 1 or {draw.name for _, draw in group} <= proved


def test_two_that_leak_together_are_tried_alone() -> None:
    drawn = [(0, Draw((), {"bj-pe1": "x"})), (1, Draw((), {"gz-pe1": "y"}))]
    alone = grouped(drawn, 2, lambda draw: len(draw.texts) == 1, lambda *_: False)
    assert [len(group) for group in alone] == [1, 1]


def test_what_nobody_here_does_is_told() -> None:
    assert not_tried(["leak P4 ldp-at-customer", "risk P5 no-limit"]) == (
        "no customer's router here speaks LDP"
    )
    assert not not_tried(["leak P4 ldp-at-customer", "leak P1 zone-leak"])
    assert not not_tried(["risk P5 no-limit"])


def test_what_is_as_before_crosses_nothing() -> None:
    assert list(crossings(_seen(), _seen())) == []
    assert unlike(_seen(), _seen()) == ""


def test_an_answer_of_another_vpn_crosses() -> None:
    court = _address("court-beijing")
    now = _seen(answered=frozenset({court}))
    assert list(crossings(_seen(), now)) == [
        f"party-beijing is answered by {court} of court-beijing"
    ]


def test_one_way_alone_crosses() -> None:
    court = _address("court-beijing")
    now = _seen(arrived=frozenset({court}))
    assert list(crossings(_seen(), now)) == [f"party-beijing hears {court} of court-beijing"]


def test_a_strangers_route_crosses() -> None:
    now = _seen(table=_QUIET.table | {("i-party", "", "10.2.10.0/24")})
    assert list(crossings(_seen(), now)) == [f"{_EDGE} has a route to 10.2.10.0/24 in i-party"]


def test_a_port_with_anothers_address_crosses_by_packets_alone() -> None:
    """Of seed 47, draw 32: two VPNs may have one address, each in tables of its own."""
    port = next(
        a.interface for p in GROUND.places if p.at == (_EDGE, "i-party") for a in p.accesses
    )
    stanza = f"iface {port}\n"
    text = GROUND.texts[_EDGE].replace(stanza, f"{stanza}    address 10.2.10.1/24\n")
    now = _seen(table=_QUIET.table | {("i-party", "", "10.2.10.0/24")})
    assert new_networks({_EDGE: text}) == {"10.2.10.0/24"}
    assert not list(crossings(_seen(), now, new_networks({_EDGE: text})))


def test_a_customers_route_in_the_backbone_crosses() -> None:
    """Of seed 47, draw 5: the VRF that has no name imports what a customer's VRF does."""
    now = _seen(table=_QUIET.table | {("main", "", "10.2.10.0/24"), ("main", "", "192.0.2.0/24")})
    assert list(crossings(_seen(), now)) == [
        f"{_EDGE} has a route to 10.2.10.0/24 in the backbone's table"
    ]


def test_a_change_that_is_not_written_is_not_loaded() -> None:
    """A router that was restarted had no directory for it, and seemed to take every change."""
    here = Completed("\n%%unwritten\n\n%%out0\n\n%%err0\n", "Directory nonexistent", 1)
    with pytest.raises(RouterError, match="nothing was loaded: Directory nonexistent"):
        _seen_of_router(here, ())


def test_a_table_without_its_last_resort_crosses() -> None:
    now = _seen(table=frozenset())
    assert list(crossings(_seen(), now)) == [f"{_EDGE} has no last resort in i-party for IPv4"]


@pytest.mark.parametrize(
    ("kind", "ends"), [("prohibit", True), ("blackhole", True), ("throw", False)]
)
def test_a_last_resort_of_another_kind_crosses_where_it_goes_on(kind: str, ends: bool) -> None:
    """Of seed 47, draw 142: interfaces.last_resort_in_other_words[gz-pe1/i-government]."""
    now = _seen(table=frozenset({("i-party", kind, "default")}))
    assert (not list(crossings(_seen(), now))) == ends


def test_a_last_resort_of_each_family_is_looked_for() -> None:
    both = _QUIET.table | {("i-party", "unreachable", "::/0")}
    found = list(crossings(_seen(table=both), _seen(table=_QUIET.table)))
    assert found == [f"{_EDGE} has no last resort in i-party for IPv6"]


def test_both_families_defaults_are_told_apart() -> None:
    lines = "unreachable default dev lo table 1002 metric 4278198272"
    state = _state({"4": lines, "6": lines})
    assert {prefix for _, _, prefix in state.table} == {"default", "::/0"}


def test_a_port_that_hangs_elsewhere_crosses() -> None:
    ports = dict(_seen().routers[_EDGE].masters)
    port = next(iter(ports))
    now = _seen(masters={**ports, port: ""})
    assert list(crossings(_seen(), now)) == [f"{_EDGE} has {port} in no VRF"]


def test_a_port_that_is_down_hangs_nowhere() -> None:
    """Of seed 31, draw 128: deletions.one_stanza[sc-pe1/e-taxation tax-sichuan/main], booted."""
    lines = (
        "7: eth4@if3: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN\n"
        "6: eth3@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 master i-party state UP"
    )
    assert _state({"4": lines, "6": ""}).masters == {"eth3": "i-party"}


def test_a_vrf_by_another_name_is_the_vrf_of_its_table() -> None:
    """Of seed 1, draw 30: equivalents.renamed_vrf[gz-pe1 e-public]."""
    ports = _seen().routers[_EDGE].masters
    renamed = {port: "i-penty" if vrf == "i-party" else vrf for port, vrf in ports.items()}
    last_resort = ("i-penty", "unreachable", "default")
    base = _seen(tables={"i-party": "1004"})
    now = _seen(tables={"i-penty": "1004"}, masters=renamed, table=frozenset({last_resort}))
    assert list(crossings(base, now)) == []
    table = frozenset({last_resort, ("i-penty", "", "10.2.10.0/24")})
    now = _seen(tables={"i-penty": "1004"}, masters=renamed, table=table)
    assert list(crossings(base, now)) == [f"{_EDGE} has a route to 10.2.10.0/24 in i-party"]


def test_a_site_sends_to_all_others_and_not_to_itself() -> None:
    assert _address("court-beijing") in targets("party-beijing")
    assert _address("party-beijing") not in targets("party-beijing")


def test_what_crosses_denies_a_proof_and_bears_out_a_leak() -> None:
    drawn = islice(draws(GROUND, 7), 40)
    judged = {proof_of(draw).proved: (draw, proof_of(draw)) for draw in drawn}
    for proved, fate in ((True, "DISAGREE"), (False, "seen")):
        draw, said = judged[proved]
        row = evaluated(Row(0, draw, "", said, ("a packet",)), _seen(), _seen())
        assert row.fate == fate
    draw, said = judged[True]
    on_edge = replace(draw, texts={_EDGE: ""})
    assert evaluated(Row(0, on_edge, "", said), _seen(), _seen()).fate == "agree"
    silent = _seen(answered=frozenset())
    assert evaluated(Row(0, on_edge, "", said), _seen(), silent).fate == "cut off"

"""Keys in turn: whatever is rotated, no router is without a reflector or a way meanwhile."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.model import Network, Role
from egovnet.inventory.model.keys import ManagedKey
from egovnet.inventory.session_keys import needed_keys
from egovnet.playbooks.change.key_turns import Turn, key_turns, rotated_keys, without_way_round
from tests.generated import nation, network_of

POLICY = {"isis": "hmac-md5", "ldp": "tcp-md5", "bgp": "tcp-md5"}


def network(edges: int, *, cut: frozenset[str] = frozenset()) -> Network:
    """Two reflectors and so many PEs, without the circuits that are `cut`."""
    sections = nation(edges, 1)
    sections["network"]["authentication"] = POLICY
    sections["circuits"] = {n: c for n, c in sections["circuits"].items() if n not in cut}
    return network_of(sections)


def with_serials(before: Network, names: set[str]) -> Network:
    keys = {
        name: ManagedKey.model_validate(
            {
                "algorithm": "hmac-md5",
                "serial": 2,
                "created": "2026-01-01",
                "valid-until": "2027-01-01",
            }
        )
        for name in names
    }
    return before.model_copy(update={"keys": keys})


def steps(turns: tuple[Turn, ...]) -> Iterator[tuple[Turn, frozenset[str]]]:
    """Each turn, and the keys that change by it."""
    done: frozenset[str] = frozenset()
    for turn in turns:
        yield turn, turn.keys - done
        done = turn.keys


def reach(network: Network, without: frozenset[str]) -> set[frozenset[str]]:
    """The parts of the backbone, one after the other grown to its end."""
    parts: list[set[str]] = [{name} for name in network.routers]
    for name, circuit in network.circuits.items():
        if name in without:
            continue
        joined = [p for p in parts if circuit.a.router in p or circuit.b.router in p]
        parts = [p for p in parts if p not in joined] + [set().union(*joined)]
    return set(map(frozenset, parts))


@given(st.data(), st.integers(1, 4))
def test_nobody_is_without_a_way_or_a_reflector(data: st.DataObject, edges: int) -> None:
    cut = data.draw(st.sets(st.sampled_from([f"pe{n}--rr1" for n in range(1, edges + 1)])))
    before = network(edges, cut=frozenset(cut))
    names = data.draw(st.sets(st.sampled_from(sorted(needed_keys(before)))))
    now = with_serials(before, names)
    turns = key_turns(before, now)
    if not turns:
        return
    assert turns[-1] == Turn(turns[-1].what, frozenset(names))
    reflectors = set(before.with_role(Role.RR))
    stuck = without_way_round(before, names)
    drained: frozenset[str] = frozenset()
    for turn, changing in steps(turns):
        assert turn.keys >= changing
        # of a router one reflector at a time
        for router in set(before.with_role(Role.PE)):
            of_it = {n for n in changing if n.startswith("bgp/") and f"{router}+" in n}
            assert len(of_it) <= len(reflectors) - 1
        for name in {n for n in changing if n.startswith("ldp/")} - stuck:
            a, b = name.removeprefix("ldp/").split("+")
            between = {n for n, c in before.circuits.items() if {c.a.router, c.b.router} == {a, b}}
            # before the key changes, while it does, and until the session is up
            assert between <= drained
            assert between <= turn.drained
        assert reach(before, turn.drained) == reach(before, frozenset())
        of_sorts = {name.split("/")[0].partition("-")[0] for name in changing}
        assert len(of_sorts) <= 1
        drained = turn.drained


@given(st.data())
def test_one_push_does_for_adjacencies_and_one_reflector(data: st.DataObject) -> None:
    before = network(2)
    every = sorted(needed_keys(before))
    isis = {name for name in every if name.startswith("isis")}
    names = data.draw(st.sets(st.sampled_from(sorted(isis)), min_size=1))
    assert key_turns(before, with_serials(before, names)) == ()
    assert key_turns(before, with_serials(before, {"bgp/pe1+rr1", "bgp/pe2+rr1"})) == ()
    assert len(key_turns(before, with_serials(before, {"bgp/pe1+rr1", "bgp/pe1+rr2"}))) == 2


def test_a_circuit_that_nothing_goes_round_comes_last_and_undrained() -> None:
    before = network(1, cut=frozenset())
    names = {name for name in needed_keys(before) if name.startswith("ldp/")}
    assert without_way_round(before, names) == names
    assert key_turns(before, with_serials(before, names)) == ()
    before = network(3, cut=frozenset({"pe3--rr1"}))
    names = {name for name in needed_keys(before) if name.startswith("ldp/")}
    *_, last = key_turns(before, with_serials(before, names))
    assert last.what == "LDP of pe3+rr2"
    assert not last.drained


def test_only_other_values_of_keys_in_use_count() -> None:
    before = network(2)
    assert rotated_keys(before, before) == {}
    assert key_turns(before, before) == ()
    plain = network_of(nation(2, 1))
    assert rotated_keys(plain, with_serials(before, {"bgp/pe1+rr1"})) == {}

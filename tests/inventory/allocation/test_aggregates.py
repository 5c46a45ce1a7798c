"""Numbers by region: out of one aggregate each, which never moves and never meets another."""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from egovnet.inventory.allocation.allocate import Allocation, Lock, allocate
from egovnet.inventory.allocation.lock_file import lock_of, lock_text
from egovnet.inventory.errors import InventoryError
from egovnet.inventory.model import Backbone, Circuit, CircuitEnd, Network, Region, Router
from egovnet.inventory.source.yaml_source import parse_document
from tests.strategies import BACKBONE

REGIONS = {
    "centre": Region(name="Centre", tier="centre"),
    **{f"p{n}": Region(name=f"P{n}", tier="province", parent="centre") for n in range(1, 5)},
    **{
        f"p{n}c{m}": Region(name=f"C{n}{m}", tier="prefecture", parent=f"p{n}")
        for n in range(1, 5)
        for m in range(1, 4)
    },
}
LENGTHS = {
    "loopback-ipv4": {"province": 24, "prefecture": 27},
    "loopback-ipv6": {"province": 96},
    "circuit-ipv4": {"province": 22, "prefecture": 26},
    "circuit-ipv6": {"prefecture": 112},
}


def backbone(aggregates: Mapping[str, Any] | None = None, **pools: str) -> Backbone:
    data = BACKBONE | {
        "pools": BACKBONE["pools"] | {k.replace("_", "-"): v for k, v in pools.items()}
    }  # type: ignore[operator]
    return Backbone.model_validate(
        data | {"aggregates": LENGTHS if aggregates is None else aggregates}
    )


def router(region: str) -> Router:
    return Router.model_construct(
        region=region, tier=REGIONS[region].tier, roles=frozenset(), attachment=None
    )


def network(routers: Mapping[str, str], one: Backbone, links: bool = True) -> Network:
    """Routers by their regions, and a circuit from each to the first."""
    made = {name: router(region) for name, region in routers.items()}
    first = next(iter(made), "")
    circuits = {
        f"{name}--{first}": Circuit(
            a=CircuitEnd(router=name, port="eth1"), b=CircuitEnd(router=first, port="eth1")
        )
        for name in made
        if name != first and links
    }
    return Network.model_construct(
        backbone=one,
        regions=REGIONS,
        agencies={},
        routers=made,
        circuits=circuits,
        vpns={},
        sites={},
        exchanges={},
        applications={},
        levels={},
        day=None,
    )


def line(region: str | None) -> list[str]:
    """The region and all above it."""
    found = []
    while region is not None:
        found.append(region)
        region = REGIONS[region].parent
    return found


def blocks(allocation: Allocation, pool: str) -> dict[str, IPv4Network | IPv6Network]:
    values = allocation.lock.pools.get(f"aggregate/{pool}", {})
    return {region: ip_network(str(value)) for region, value in values.items()}


def assert_in_order(allocation: Allocation, routers: Mapping[str, str], was: Allocation) -> None:
    """Nothing overlaps; what was numbered under aggregates is in its region's, and in no other."""
    for pool in LENGTHS:
        held = [ip_network(str(v)) for v in allocation.lock.pools[pool].values()]
        spans = sorted((int(n.network_address), int(n.broadcast_address)) for n in held)
        assert all(a[1] < b[0] for a, b in pairwise(spans))
        found = blocks(allocation, pool)
        for one, prefix in found.items():
            for other, beside in found.items():
                if one != other and prefix.overlaps(beside):  # type: ignore[arg-type] # one family
                    assert one in line(other) or other in line(one)
        if not pool.startswith("loopback"):
            continue
        for name, value in allocation.lock.pools[pool].items():
            address = ip_network(str(value))
            own = [found[r] for r in line(routers[name]) if r in found]
            assert not own or address.subnet_of(own[0]), (name, address, own)  # type: ignore[arg-type]
            for other, prefix in found.items():
                if other not in line(routers[name]):
                    assert not address.overlaps(prefix)  # type: ignore[arg-type]
    for pool, values in was.lock.pools.items():
        now = allocation.lock.pools.get(pool, {}) | allocation.lock.retired.get(pool, {})
        for name, value in values.items():
            assert now.get(name) == value, f"{pool} {name} was {value}"


@settings(max_examples=2, deadline=None)
@given(st.integers(0, 2**32))
def test_a_thousand_additions_and_removals(seed: int) -> None:
    """Each step adds a router or removes it; what it had comes back with it."""
    chance, one = Random(seed), backbone()  # noqa: S311 -- no secret
    routers: dict[str, str] = {"r0": "centre"}
    home = {"r0": "centre"}
    ever: dict[tuple[str, str], str | int] = {}
    before = allocate(network(routers, one))
    for _ in range(1000):
        name = f"r{chance.randrange(1, 40)}"
        if name in routers:
            del routers[name]
        else:
            # a router that comes back is where it was
            routers[name] = home.setdefault(name, chance.choice(sorted(REGIONS)))
        after = allocate(network(routers, one), before.lock)
        for pool, values in after.lock.pools.items():
            for each, value in values.items():
                assert ever.setdefault((pool, each), value) == value, "it was renumbered"
        assert len(set(after.loopback4.values())) == len(routers)
        before = after
    assert_in_order(before, home, before)


class Growing(RuleBasedStateMachine):
    """Aggregates that come late, and lengths that change, renumber nothing either."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: dict[str, Any] = {}
        self.routers: dict[str, str] = {}
        self.now = allocate(network({}, backbone({})))
        self.was = self.now

    def step(self, routers: dict[str, str], lengths: dict[str, Any]) -> None:
        """What is exhausted is refused, and then everything is as it was."""
        try:
            new = allocate(network(routers, backbone(lengths)), self.now.lock)
        except InventoryError as error:
            assert all("exhausted" in problem.found for problem in error.problems)
            return
        self.was, self.now = self.now, new
        self.routers, self.lengths = routers, lengths

    @rule(number=st.integers(0, 30), region=st.sampled_from(sorted(REGIONS)))
    def add(self, number: int, region: str) -> None:
        self.step({f"r{number}": region, **self.routers}, self.lengths)

    @rule(number=st.integers(0, 30))
    def remove(self, number: int) -> None:
        left = {name: region for name, region in self.routers.items() if name != f"r{number}"}
        self.step(left, self.lengths)

    @rule(province=st.sampled_from([22, 23, 24]), prefecture=st.sampled_from([25, 26, 27, None]))
    def summarise(self, province: int, prefecture: int | None) -> None:
        lengths = {"province": province, "prefecture": prefecture}
        given = {tier: length for tier, length in lengths.items() if length is not None}
        self.step(self.routers, {"loopback-ipv4": given})

    @invariant()
    def nothing_is_renumbered_and_nothing_overlaps(self) -> None:
        for name, address in self.was.loopback4.items():
            assert self.now.loopback4.get(name, address) == address
        assert len(set(self.now.loopback4.values())) == len(self.routers)
        found = blocks(self.now, "loopback-ipv4")
        was = blocks(self.was, "loopback-ipv4")
        for region, prefix in was.items():
            if region in found:
                assert prefix.subnet_of(found[region])  # type: ignore[arg-type] # one family
        for one, prefix in found.items():
            for other, beside in found.items():
                if one != other and prefix.overlaps(beside):  # type: ignore[arg-type]
                    assert one in line(other) or other in line(one)
        had = self.was.lock.pools["loopback-ipv4"] | self.was.lock.retired.get("loopback-ipv4", {})
        for name, address in self.now.loopback4.items():
            if name not in had:
                own = [found[r] for r in line(self.routers[name]) if r in found][:1]
                assert all(address in prefix for prefix in own)
                others = found.keys() - set(line(self.routers[name]))
                assert not any(address in found[other] for other in others)
        again = allocate(network(self.routers, backbone(self.lengths)), self.now.lock)
        assert again.lock == self.now.lock
        text = lock_text(self.now.lock)
        assert lock_text(lock_of(parse_document(text, "plan.lock.yaml"))) == text


TestGrowing = Growing.TestCase
TestGrowing.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)


def test_a_region_that_is_new_gets_the_next_block() -> None:
    routers = {"a": "p1", "b": "p2c1", "c": "p2", "d": "centre"}
    found = allocate(network(routers, backbone(), links=False))
    assert blocks(found, "loopback-ipv4") == {
        "p1": ip_network("10.255.0.0/24"),
        "p2": ip_network("10.255.1.0/24"),
        "p2c1": ip_network("10.255.1.0/27"),
    }
    assert {n: str(a) for n, a in found.loopback4.items()} == {
        "a": "10.255.0.1",
        "b": "10.255.1.0",
        "c": "10.255.1.32",
        "d": "10.255.2.0",
    }


def test_numbers_from_before_stay_where_they_are() -> None:
    old = allocate(network({"a": "p1", "b": "p2"}, backbone({}), links=False))
    new = allocate(network({"a": "p1", "b": "p2", "c": "p2"}, backbone(), links=False), old.lock)
    assert [str(new.loopback4[name]) for name in "ab"] == ["10.255.0.1", "10.255.0.2"]
    # p2's block leaves out that of a
    assert str(new.loopback4["c"]) == "10.255.1.0"


def test_an_aggregate_that_is_full_says_so_and_grows() -> None:
    routers = {f"r{n}": "p1" for n in range(1, 9)}
    small = backbone({"loopback-ipv4": {"province": 29}})
    with pytest.raises(InventoryError) as caught:
        allocate(network(routers, small, links=False))
    assert [str(problem) for problem in caught.value.problems] == [
        "plan.lock.yaml: loopback-ipv4: aggregate 10.255.0.0/29 of p1 in loopback-ipv4 "
        "10.255.0.0/20 is exhausted: r8 finds none left -> lower "
        "aggregates.loopback-ipv4.province in network.yaml: it grows where what is beside it is "
        "free; or delete retired lines of the lock file"
    ]
    del routers["r8"]
    kept = allocate(network(routers, small, links=False))
    larger = backbone({"loopback-ipv4": {"province": 28}})
    grown = allocate(network({**routers, "r8": "p1"}, larger, links=False), kept.lock)
    assert blocks(grown, "loopback-ipv4") == {"p1": ip_network("10.255.0.0/28")}
    assert str(grown.loopback4["r8"]) == "10.255.0.8"


def test_a_block_beside_another_does_not_grow_over_it() -> None:
    small = backbone({"loopback-ipv4": {"province": 29}})
    kept = allocate(network({"a": "p1", "b": "p2"}, small, links=False))
    larger = backbone({"loopback-ipv4": {"province": 28}})
    found = allocate(network({"a": "p1", "b": "p2", "c": "p3"}, larger, links=False), kept.lock)
    assert blocks(found, "loopback-ipv4") == {
        "p1": ip_network("10.255.0.0/29"),
        "p2": ip_network("10.255.0.8/29"),
        "p3": ip_network("10.255.0.16/28"),
    }


def test_a_locked_block_outside_its_pool_is_a_problem() -> None:
    kept = allocate(network({"a": "p1"}, backbone(), links=False))
    lock = Lock({"aggregate/loopback-ipv4": kept.lock.pools["aggregate/loopback-ipv4"]})
    moved = backbone({"loopback-ipv4": {"province": 24}}, loopback_ipv4="10.253.0.0/20")
    with pytest.raises(InventoryError, match=r"locked value 10\.255\.0\.0/24 of p1 is not in"):
        allocate(network({"a": "p1"}, moved, links=False), lock)

"""Waves: the outermost first, a canary before all, every device exactly once."""

from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.load import load
from egovnet.inventory.model import Circuit, Network, Role, Router, Tier
from egovnet.playbooks.change.waves import CANARY, Wave, WaveError, make_waves, up_to
from tests.hypothesis_profiles import examples
from tests.inventories import BACKBONE

NETWORK: Network = load(BACKBONE)
ROUTERS = sorted(NETWORK.routers)


def test_without_a_way_all_are_pushed_side_by_side() -> None:
    assert make_waves(NETWORK, ROUTERS) == (Wave("all", tuple(ROUTERS)),)


def test_by_tier_and_region_with_a_canary_first() -> None:
    waves = make_waves(NETWORK, ROUTERS, ("tier", "region"))
    assert [(wave.name, wave.devices) for wave in waves] == [
        ("canary", ("gz-pe1",)),
        ("province guangdong", ("gd-pe1",)),
        ("province shanghai", ("sh-pe1",)),
        ("province sichuan", ("sc-pe1",)),
        ("centre beijing", ("bj-p1", "bj-p2", "bj-pe1")),
    ]


def test_a_province_has_its_prefectures_with_it() -> None:
    waves = {wave.name: wave.devices for wave in make_waves(NETWORK, ROUTERS, ("region",))}
    assert set(waves["guangdong"]) == {"gd-pe1", "gz-pe1"}


def test_the_canary_that_was_asked_for() -> None:
    waves = make_waves(NETWORK, ROUTERS, (), "sc-pe1")
    assert waves[0] == Wave(CANARY, ("sc-pe1",))
    assert "sc-pe1" not in waves[1].devices


@pytest.mark.parametrize(
    ("by", "canary", "told"),
    [
        (("colour",), None, "--waves: colour is not a way"),
        ((), "nobody", "--canary: nobody is not changed by this plan"),
    ],
)
def test_what_a_plan_cannot_have(by: tuple[str, ...], canary: str | None, told: str) -> None:
    with pytest.raises(WaveError, match=told):
        make_waves(NETWORK, ROUTERS, by, canary)


def test_up_to_a_wave_or_a_name_that_is_none() -> None:
    waves = make_waves(NETWORK, ROUTERS, ("tier",))
    assert up_to(waves, None) == waves
    assert up_to(waves, waves[1].name) == waves[:2]
    with pytest.raises(WaveError, match=r"no wave 'county' in this plan; it has canary, "):
        up_to(waves, "county")


@given(
    st.sets(st.sampled_from(ROUTERS), min_size=1),
    st.lists(st.sampled_from(["region", "tier"]), unique=True),
)
def test_every_device_is_in_exactly_one_wave(names: set[str], by: list[str]) -> None:
    waves = make_waves(NETWORK, sorted(names), by)
    pushed = [name for wave in waves for name in wave.devices]
    assert sorted(pushed) == sorted(names)
    assert len({wave.name for wave in waves}) == len(waves)
    tiers = [{NETWORK.routers[name].tier for name in wave.devices} for wave in waves]
    if "tier" in by:
        assert all(len(tier) == 1 for tier in tiers)


# -- a first roll-out ----------------------------------------------------------------------------


def test_a_network_just_booted_is_rolled_out_from_the_core() -> None:
    waves = make_waves(NETWORK, ROUTERS, ("tier",), fresh=ROUTERS)
    assert [(wave.name, wave.devices) for wave in waves] == [
        ("canary", ("bj-p2",)),  # it has the most circuits
        ("core centre", ("bj-p1",)),
        ("centre", ("bj-pe1",)),
        ("province", ("gd-pe1", "sc-pe1", "sh-pe1")),
        ("prefecture", ("gz-pe1",)),
    ]


def test_what_is_new_comes_after_what_runs() -> None:
    """A PE that is added: its neighbours and the reflectors are ready when it comes."""
    waves = make_waves(NETWORK, ["bj-p2", "gd-pe1", "gz-pe1"], ("tier",), fresh=["gz-pe1"])
    assert [(wave.name, wave.devices) for wave in waves] == [
        ("canary", ("gd-pe1",)),
        ("centre", ("bj-p2",)),
        ("prefecture", ("gz-pe1",)),
    ]


def backbone(routers: Mapping[str, Router], joined: Iterable[tuple[str, str]]) -> Network:
    circuits = {
        f"{a}--{b}": Circuit.model_validate(
            {"a": {"router": a, "port": f"to{b}"}, "b": {"router": b, "port": f"to{a}"}}
        )
        for a, b in joined
    }
    return NETWORK.model_copy(update={"routers": routers, "circuits": circuits, "sites": {}})


def test_the_canary_of_a_roll_out_has_a_neighbour_that_runs() -> None:
    """Of those that are reached through each other it is not the first by name."""
    routers = dict.fromkeys(("r0", "r1", "r2"), NETWORK.routers["bj-p1"])
    network = backbone(routers, [("r0", "r1"), ("r1", "r2")])
    waves = make_waves(network, ["r0", "r1"], ("region",), fresh=["r0", "r1"])
    assert [wave.devices for wave in waves] == [("r1",), ("r0",)]


@st.composite
def backbones(draw: st.DrawFn) -> Network:
    """Routers of any role, tier and region, joined by any circuits."""
    names = [f"r{number}" for number in range(draw(st.integers(1, 9)))]
    model = NETWORK.routers["bj-pe1"]
    roles = [frozenset({role}) for role in (Role.P, Role.RR, Role.PE)]
    routers = {
        name: model.model_copy(
            update={
                "roles": draw(st.sampled_from(roles)),
                "tier": draw(st.sampled_from(list(Tier))),
                "region": draw(st.sampled_from(sorted(NETWORK.regions))),
            }
        )
        for name in names
    }
    pairs = [(a, b) for a in names for b in names if a < b]
    joined = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return backbone(routers, joined)


def connected(network: Network, names: set[str], to: set[str]) -> set[str]:
    """Those of `names` that circuits join to `to`, through each other too."""
    found: set[str] = set()
    while more := {
        one
        for c in network.circuits.values()
        for one, other in ((c.a.router, c.b.router), (c.b.router, c.a.router))
        if one in names - found and other in to | found
    }:
        found |= more
    return found


@given(st.data(), st.lists(st.sampled_from(["region", "tier"]), unique=True, min_size=1))
@examples(100)
def test_every_wave_connects_to_what_was_done_before(data: st.DataObject, by: list[str]) -> None:
    network = data.draw(backbones())
    everybody = sorted(network.routers)
    running = set(data.draw(st.lists(st.sampled_from(everybody), unique=True)))
    fresh = [name for name in everybody if name not in running]
    waves = make_waves(network, fresh, by, fresh=fresh)
    assert sorted(name for wave in waves for name in wave.devices) == fresh
    assert len({wave.name for wave in waves}) == len(waves)
    done = set(running)
    for wave in waves:
        loose = set(wave.devices) - connected(network, set(wave.devices), done)
        # only where a part of the network that nothing connects begins
        assert not connected(network, set(fresh) - done, done) or not loose, (wave, done)
        done |= {*wave.devices}


@given(backbones(), st.lists(st.sampled_from(["region", "tier"]), unique=True, min_size=1))
@examples(50)
def test_the_core_comes_before_who_hangs_on_it(network: Network, by: list[str]) -> None:
    """Nobody is pushed while somebody of an earlier stage or tier could have been."""
    names = sorted(network.routers)
    order = {
        n: at for at, w in enumerate(make_waves(network, names, by, fresh=names)) for n in w.devices
    }
    first = [name for name in names if Role.P in network.routers[name].roles]
    if first and connected(network, set(names), {first[0]}) | {first[0]} == set(names):
        assert Role.P in network.routers[min(names, key=lambda n: order[n])].roles

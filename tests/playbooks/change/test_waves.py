"""Waves: the outermost first, a canary before all, every device exactly once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.load import load
from egovnet.inventory.model import Network
from egovnet.playbooks.change.waves import CANARY, Wave, WaveError, make_waves, up_to
from egovnet.playbooks.core.workspace import REFERENCE

NETWORK: Network = load(REFERENCE)
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
        (("colour",), None, "--waves: colour is no way"),
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

"""Numbers are deterministic, stable, apart, and never those of the dead."""

import re
import tempfile
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import Allocation, Lock, allocate
from egovnet.inventory.allocation.lock_file import LOCK_FILE, lock_text, read_lock, write_lock
from egovnet.inventory.allocation.pool import natural
from egovnet.inventory.errors import InventoryError
from egovnet.inventory.model import Network, NumberRange
from tests.generated import nation, network_of
from tests.hypothesis_profiles import examples
from tests.strategies import networks, parts, shuffled

#: The tables of an Allocation, by name.
TABLES = (
    "loopback4",
    "loopback6",
    "circuit4",
    "circuit6",
    "access4",
    "access6",
    "vlan",
    "route_target",
    "site_asn",
    "vrf_name",
    "vrf_number",
)


def tables(allocation: Allocation) -> dict[tuple[str, Any], Any]:
    return {
        (table, name): value
        for table in TABLES
        for name, value in getattr(allocation, table).items()
    }


def with_pool(network: Network, **changes: object) -> Network:
    pools = network.backbone.pools.model_copy(update=changes)
    return network.model_copy(
        update={"backbone": network.backbone.model_copy(update={"pools": pools})}
    )


@given(st.data())
def test_the_order_of_the_input_does_not_matter(data: st.DataObject) -> None:
    network = data.draw(networks())
    other = allocate(data.draw(shuffled(network)))
    assert tables(allocate(network)) == tables(other)
    assert lock_text(allocate(network).lock) == lock_text(other.lock)


@given(networks())
def test_allocating_again_changes_nothing(network: Network) -> None:
    first = allocate(network)
    second = allocate(network, first.lock)
    assert tables(second) == tables(first)
    assert second.lock == first.lock


@given(st.data())
def test_adding_changes_no_value_that_is_there(data: st.DataObject) -> None:
    whole = data.draw(networks())
    before = allocate(data.draw(parts(whole)))
    after = tables(allocate(whole, before.lock))
    assert {key: after[key] for key in tables(before)} == tables(before)


@given(st.data())
def test_what_is_removed_and_added_again_gets_its_value_back(data: st.DataObject) -> None:
    whole = data.draw(networks())
    first = allocate(whole)
    lock = first.lock
    for _ in range(data.draw(st.integers(1, 3))):
        lock = allocate(data.draw(parts(whole)), lock).lock
    again = allocate(whole, lock)
    assert tables(again) == tables(first)
    assert again.lock == first.lock


@given(st.data())
def test_nobody_is_given_a_retired_number(data: st.DataObject) -> None:
    whole = data.draw(networks(max_edges=3))
    lock = Lock()
    for _ in range(3):
        before = lock
        lock = allocate(data.draw(parts(whole)), before).lock
        for pool, values in lock.pools.items():
            dead = {
                value: name
                for kept in (before.pools, before.retired)
                for name, value in kept.get(pool, {}).items()
            }
            for name, value in values.items():
                assert dead.get(value, name) == name
    for pool, values in lock.retired.items():
        assert not set(values) & set(lock.pools.get(pool, {}))


@given(st.data())
def test_no_two_things_share_a_number(data: st.DataObject) -> None:
    whole = data.draw(networks())
    allocation = allocate(whole, allocate(data.draw(parts(whole))).lock)
    for values in allocation.lock.pools.values():
        assert len(set(values.values())) == len(values)
    for table in ("loopback4", "loopback6", "circuit4", "access4", "route_target", "site_asn"):
        held = list(getattr(allocation, table).values())
        assert len(set(held)) == len(held)
    on_pe = [(key.pe, name) for key, name in allocation.vrf_name.items()]
    assert len(set(on_pe)) == len(on_pe)
    numbers = [(key.pe, number) for key, number in allocation.vrf_number.items()]
    assert len(set(numbers)) == len(numbers)
    tags = [
        (access.pe, access.port, allocation.vlan[f"{site}/{name}"])
        for site, entry in whole.sites.items()
        for name, access in entry.site_network_accesses.items()
    ]
    assert len(set(tags)) == len(tags)


@given(networks())
def test_numbers_come_from_their_pools(network: Network) -> None:
    allocation = allocate(network)
    pools = network.backbone.pools
    for table, pool in (
        ("circuit4", pools.circuit_ipv4),
        ("circuit6", pools.circuit_ipv6),
        ("access4", pools.access_ipv4),
        ("access6", pools.access_ipv6),
    ):
        assert all(net.subnet_of(pool) for net in getattr(allocation, table).values())
    for name, vpn in network.vpns.items():
        limits = network.backbone.zones[vpn.zone].route_targets
        held = [
            number
            for target, number in allocation.route_target.items()
            if target.partition("/")[0] == name
        ]
        assert len(held) == (2 if vpn.vpn_service_topology == "hub-spoke" else 1)
        assert all(limits.first <= number <= limits.last for number in held)


@given(networks())
def test_explicit_values_are_honoured(network: Network) -> None:
    allocation = allocate(network)
    for name, router in network.routers.items():
        assert router.loopback_ipv4 in (None, allocation.loopback4[name])
        assert router.loopback_ipv6 in (None, allocation.loopback6.get(name))
    for name, site in network.sites.items():
        assert site.asn in (None, allocation.site_asn.get(name, site.asn))
        for access_name, access in site.site_network_accesses.items():
            held = allocation.vlan[f"{name}/{access_name}"]
            assert access.vlan in (None, "untagged" if held is None else held)


@given(st.data())
@examples(50)
def test_the_lock_file_is_read_as_it_was_written(data: st.DataObject) -> None:
    whole = data.draw(networks())
    lock = allocate(data.draw(parts(whole)), allocate(whole).lock).lock
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        (root / LOCK_FILE).write_text(lock_text(lock), encoding="utf-8")
        read = read_lock(root)
        assert lock_text(read) == lock_text(lock)
        assert read.pools == {pool: values for pool, values in lock.pools.items() if values}
        assert read.retired == lock.retired
        assert not write_lock(root, read)


@pytest.fixture
def small() -> Network:
    return network_of(nation(2, 3))


def problems(network: Network, lock: Lock | None = None) -> list[str]:
    with pytest.raises(InventoryError) as caught:
        allocate(network, lock)
    return [f"{problem.field}: {problem.found}" for problem in caught.value.problems]


def changed(network: Network, router: str, **values: object) -> Network:
    routers = dict(network.routers)
    routers[router] = routers[router].model_copy(update=values)
    return network.model_copy(update={"routers": routers})


def test_an_explicit_value_that_a_locked_one_holds_names_both(small: Network) -> None:
    lock = allocate(small).lock
    held = lock.pools["loopback-ipv4"]["pe1"]
    wanted = changed(small, "pe2", loopback_ipv4=ip_network(held).network_address)
    assert problems(wanted, lock) == [f"loopback-ipv4: {held} is wanted by both pe2 and pe1"]


def test_a_new_name_goes_round_an_explicit_value(small: Network) -> None:
    wanted = changed(small, "rr2", loopback_ipv4=ip_network("10.255.0.1").network_address)
    loopbacks = allocate(wanted).loopback4
    assert {name: str(address) for name, address in loopbacks.items()} == {
        "pe1": "10.255.0.2",
        "pe2": "10.255.0.3",
        "rr1": "10.255.0.4",
        "rr2": "10.255.0.1",
    }


def test_an_exhausted_pool_names_who_finds_none_and_who_has_the_first(small: Network) -> None:
    narrow = with_pool(small, circuit_ipv4=ip_network("10.254.0.0/30"))
    assert problems(narrow) == [
        "circuit-ipv4: circuit-ipv4 10.254.0.0/30 is exhausted: pe2--rr1 finds none left "
        "(2 in use, the first by pe1--rr1; 0 retired)"
    ]


def test_a_pool_full_of_retired_numbers_says_so(small: Network) -> None:
    lock = allocate(small).lock
    narrow = with_pool(small, site_asn=NumberRange(first=4200000001, last=4200000004))
    renamed = narrow.model_copy(
        update={"sites": {f"new-{name}": site for name, site in small.sites.items()}}
    )
    assert problems(renamed, Lock({"site-asn": lock.pools["site-asn"]})) == [
        "site-asn: site-asn 4200000001-4200000004 is exhausted: new-site1-1 finds none left "
        "(0 in use, the first by no name; 4 retired)"
    ]


def test_a_locked_value_outside_its_changed_pool_is_an_error(small: Network) -> None:
    lock = allocate(small).lock
    moved = with_pool(small, access_ipv4=ip_network("10.192.0.0/24"))
    (name, value), *others = lock.pools["access-ipv4"].items()
    (problem,) = problems(moved, lock)
    assert problem.startswith(
        f"access-ipv4: locked value {value} of {name} is not in access-ipv4 10.192.0.0/24; nor are "
        f"those of {others[0][0]}, "
    )
    narrow = with_pool(small, vlan=NumberRange(first=3000, last=3010))
    (problem,) = problems(narrow, lock)  # of the VLANs of all ports
    assert re.search(r"vlan/.* is not in vlan/.* 3000-3010; nor are those of", problem)


def test_all_pools_report_at_once(small: Network) -> None:
    narrow = with_pool(
        small,
        vlan=NumberRange(first=100, last=100),
        loopback_ipv4=ip_network("10.255.0.0/32"),
    )
    assert [line.partition(":")[0] for line in problems(narrow)] == [
        "loopback-ipv4",
        "vlan/pe1/eth91",
        "vlan/pe2/eth91",
    ]


def test_natural_order() -> None:
    assert sorted(["pe10", "pe2", "a-1", "pe2b", "pe"], key=natural) == [
        "a-1",
        "pe",
        "pe2",
        "pe2b",
        "pe10",
    ]

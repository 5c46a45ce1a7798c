"""Hypothesis strategies: a network and what it becomes, by changes of every kind an owner makes.

Numbers are kept as a lock file keeps them; some changes are of the lock file itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import Allocation, Lock, allocate
from egovnet.inventory.allocation.pool import Values
from egovnet.inventory.errors import InventoryError
from egovnet.inventory.model import Network, Role, SiteRole, Topology
from tests.strategies import networks


@dataclass(frozen=True)
class Change:
    """Two networks with their numbers, and what was changed in words."""

    before: Network
    numbers: Allocation
    after: Network
    new_numbers: Allocation
    kinds: tuple[str, ...]


Edit = Callable[[st.DrawFn, Network, Lock], tuple[Network, Lock]]


def _update(network: Network, section: str, name: str, **values: object) -> Network:
    entries = dict(getattr(network, section))
    entries[name] = entries[name].model_copy(update=values)
    return network.model_copy(update={section: entries})


def _access(
    draw: st.DrawFn, network: Network, lock: Lock, **values: object
) -> tuple[Network, Lock]:
    if not network.sites:
        return network, lock
    name = draw(st.sampled_from(sorted(network.sites)))
    accesses = dict(network.sites[name].site_network_accesses)
    which = draw(st.sampled_from(sorted(accesses)))
    own = {key: value for key, value in values.items() if accesses[which].vlan != "untagged"}
    accesses[which] = accesses[which].model_copy(update=own)
    return _update(network, "sites", name, site_network_accesses=accesses), lock


def _port(draw: st.DrawFn, network: Network, lock: Lock) -> tuple[Network, Lock]:
    return _access(draw, network, lock, port=draw(st.sampled_from(["eth90", "eth91", "eth92"])))


def _vlan(draw: st.DrawFn, network: Network, lock: Lock) -> tuple[Network, Lock]:
    return _access(draw, network, lock, vlan=draw(st.integers(4050, 4060)))


def _protocol(draw: st.DrawFn, network: Network, lock: Lock) -> tuple[Network, Lock]:
    return _access(draw, network, lock, routing_protocol=draw(st.sampled_from(["bgp", "static"])))


def _priority(draw: st.DrawFn, network: Network, lock: Lock) -> tuple[Network, Lock]:
    return _access(draw, network, lock, access_priority=draw(st.integers(301, 400)))


def _prefixes(draw: st.DrawFn, network: Network, lock: Lock) -> tuple[Network, Lock]:
    if not network.sites:
        return network, lock
    name = draw(st.sampled_from(sorted(network.sites)))
    prefixes = network.sites[name].prefixes
    return _update(network, "sites", name, prefixes=prefixes[:1]), lock


def _gone(draw: st.DrawFn, network: Network, lock: Lock) -> tuple[Network, Lock]:
    if not network.sites:
        return network, lock
    name = draw(st.sampled_from(sorted(network.sites)))
    sites = {key: site for key, site in network.sites.items() if key != name}
    return network.model_copy(update={"sites": sites}), lock


def _described(draw: st.DrawFn, network: Network, lock: Lock) -> tuple[Network, Lock]:
    del draw
    sites = {n: site.model_copy(update={"description": "new"}) for n, site in network.sites.items()}
    return network.model_copy(update={"sites": sites}), lock


def _backbone(draw: st.DrawFn, network: Network, lock: Lock) -> tuple[Network, Lock]:
    update: dict[str, Any] = draw(
        st.sampled_from([{"asn": 65001}, {"isis_area": "49.0002"}, {"circuit_mtu": 1700}])
    )
    return network.model_copy(update={"backbone": network.backbone.model_copy(update=update)}), lock


def _loopback(draw: st.DrawFn, network: Network, lock: Lock) -> tuple[Network, Lock]:
    name = draw(st.sampled_from(sorted(network.routers)))
    address = ip_address(f"100.64.9.{draw(st.integers(1, 20))}")
    return _update(network, "routers", name, loopback_ipv4=address), lock


def _metric(draw: st.DrawFn, network: Network, lock: Lock) -> tuple[Network, Lock]:
    if not network.circuits:
        return network, lock
    name = draw(st.sampled_from(sorted(network.circuits)))
    return _update(network, "circuits", name, metric=draw(st.integers(101, 200))), lock


def _circuit_gone(draw: st.DrawFn, network: Network, lock: Lock) -> tuple[Network, Lock]:
    if not network.circuits:
        return network, lock
    name = draw(st.sampled_from(sorted(network.circuits)))
    left = {key: circuit for key, circuit in network.circuits.items() if key != name}
    return network.model_copy(update={"circuits": left}), lock


def _reflectors(draw: st.DrawFn, network: Network, lock: Lock) -> tuple[Network, Lock]:
    reflectors = network.with_role(Role.RR)
    if not reflectors:
        return network, lock
    name = draw(st.sampled_from(reflectors))
    return _update(network, "routers", name, roles=frozenset({Role.P})), lock


def _renumbered(
    draw: st.DrawFn, network: Network, lock: Lock, prefix: str, first: int
) -> tuple[Network, Lock]:
    """One name of a pool gets a number that nobody has."""
    pools = {pool: dict(values) for pool, values in lock.pools.items()}
    places = [(p, n) for p, values in pools.items() if p.startswith(prefix) for n in values]
    if not places:
        return network, lock
    pool, name = draw(st.sampled_from(sorted(places)))
    values: Values = pools[pool]
    values[name] = first + len(values) + draw(st.integers(0, 50))
    return network, replace(lock, pools=pools)


def _vrf_number(draw: st.DrawFn, network: Network, lock: Lock) -> tuple[Network, Lock]:
    return _renumbered(draw, network, lock, "vrf/", 1500)


def _target(draw: st.DrawFn, network: Network, lock: Lock) -> tuple[Network, Lock]:
    zone = draw(st.sampled_from(["intranet", "extranet"]))
    first = 1500 if zone == "intranet" else 2500
    return _renumbered(draw, network, lock, f"route-target/{zone}", first)


EDITS: dict[str, Edit] = {
    "port": _port,
    "vlan": _vlan,
    "protocol": _protocol,
    "priority": _priority,
    "prefixes": _prefixes,
    "site gone": _gone,
    "descriptions": _described,
    "backbone": _backbone,
    "loopback": _loopback,
    "metric": _metric,
    "circuit gone": _circuit_gone,
    "reflector gone": _reflectors,
    "VRF number": _vrf_number,
    "route target": _target,
}


@st.composite
def changed_networks(draw: st.DrawFn, most: int = 3, **sizes: int) -> Change:
    """A network and what it becomes by one to `most` changes; both can be numbered."""
    network = draw(networks(**sizes))
    numbers = allocate(network)
    after, lock = network, numbers.lock
    kinds = draw(st.lists(st.sampled_from(sorted(EDITS)), min_size=1, max_size=most))
    for kind in kinds:
        after, lock = EDITS[kind](draw, after, lock)
    after = _valid(after)
    try:
        new_numbers = allocate(after, lock)
    except InventoryError:
        reject()  # two want one number
    return Change(network, numbers, after, new_numbers, tuple(kinds))


def _valid(network: Network) -> Network:
    """Without spokes whose hub went, as the checks want it."""
    hubs = {s.vpn for s in network.sites.values() if s.site_role is SiteRole.HUB}
    lone = {
        name
        for name, vpn in network.vpns.items()
        if vpn.vpn_service_topology is Topology.HUB_SPOKE and name not in hubs
    }
    sites = {name: site for name, site in network.sites.items() if site.vpn not in lone}
    return network.model_copy(update={"sites": sites})

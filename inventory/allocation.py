"""Plan: everything that is numbered, allocated once and kept.

An allocation is deterministic (names in natural order take the lowest number never used) and
stable: what the lock file says stays, whatever is added or removed beside it. A removed name's
number is *retired*, not freed: a left-over route target of a dead VPN must never mean a living
one, and a site that comes back gets what it had. Work is linear in the inventory.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from inventory.errors import InventoryError, Problem
from inventory.models import Network, Role, SiteNetworkAccess, SiteRole, Topology, ZoneName

#: Kernel tables and RD numbers of VRFs on one PE; RD type 1 has 16 bits (RFC 4364 section 4.2).
VRF_NUMBERS = (1001, 65000)
MAX_SPOKES_PER_PE = 99

Values = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Lock:
    """Contents of the lock file: pool -> name -> value, and the same for retired names."""

    pools: dict[str, Values] = field(default_factory=dict)
    retired: dict[str, Values] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VrfKey:
    """One VRF on one PE: of a VPN, and for a spoke site of that site alone."""

    pe: str
    vpn: str
    #: None: the VPN's VRF on this PE (any-to-any, or the hub's). Else the spoke site's name.
    spoke: str | None = None

    @property
    def name(self) -> str:
        """Name in the lock file."""
        return f"{self.vpn}/{self.spoke}" if self.spoke else self.vpn


@dataclass(frozen=True, slots=True)
class Allocation:
    """Every number of the network. Names as in the inventory; an access is "site/access"."""

    loopback4: dict[str, IPv4Address]
    loopback6: dict[str, IPv6Address]
    circuit4: dict[str, IPv4Network]
    circuit6: dict[str, IPv6Network]
    access4: dict[str, IPv4Network]
    access6: dict[str, IPv6Network]
    vlan: dict[str, int | None]
    #: "vpn" (any-to-any), "vpn/hub" and "vpn/spoke" -> number of AS:number.
    route_target: dict[str, int]
    site_asn: dict[str, int]
    vrf_name: dict[VrfKey, str]
    vrf_number: dict[VrfKey, int]
    lock: Lock


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key that puts gd-pe2 before gd-pe10."""
    return tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part)
        for part in re.findall(r"\d+|\D+", name)
    )


def vrf_of(network: Network, site: str, access: SiteNetworkAccess) -> VrfKey:
    """The VRF that an access of `site` belongs to.

    Each spoke site has a VRF of its own: two spokes in one VRF would reach each other
    without the hub (RFC 4364 section 4.3.1 keeps routes of one VRF together).
    """
    entry = network.sites[site]
    spoke = site if entry.site_role is SiteRole.SPOKE else None
    return VrfKey(access.pe, entry.vpn, spoke)


def allocate(network: Network, lock: Lock | None = None) -> Allocation:
    """Number everything in `network`, keeping what `lock` holds.

    Raises:
        InventoryError: a pool is exhausted, a locked value fits its pool no more, or an explicit
            value collides with a locked one; each problem names both sides.
    """
    return _Allocator(network, lock or Lock()).run()


class _Allocator:
    def __init__(self, network: Network, lock: Lock) -> None:
        self.network = network
        self.before = lock
        self.after = Lock(
            retired={pool: dict(values) for pool, values in lock.retired.items()}
        )
        self.problems: list[Problem] = []

    def run(self) -> Allocation:
        network, pools = self.network, self.network.backbone.pools
        routers = network.routers
        accesses = {
            f"{site}/{name}": access
            for site, entry in network.sites.items()
            for name, access in entry.site_network_accesses.items()
        }
        both = self._addresses
        loopback4 = both(
            "loopback-ipv4", routers, pools.loopback_ipv4, 32,
            {n: ip_network(r.loopback_ipv4) for n, r in routers.items() if r.loopback_ipv4},
        )
        loopback6 = both(
            "loopback-ipv6", routers, pools.loopback_ipv6, 128,
            {n: ip_network(r.loopback_ipv6) for n, r in routers.items() if r.loopback_ipv6},
        )
        circuit4 = both("circuit-ipv4", network.circuits, pools.circuit_ipv4, 31, {})
        circuit6 = both("circuit-ipv6", network.circuits, pools.circuit_ipv6, 127, {})
        access4 = both("access-ipv4", accesses, pools.access_ipv4, 30, {})
        access6 = both("access-ipv6", accesses, pools.access_ipv6, 126, {})
        bgp_sites = [
            name
            for name, site in network.sites.items()
            if any(a.routing_protocol == "bgp" for a in site.site_network_accesses.values())
        ]
        site_asn = self._numbers(
            "site-asn", bgp_sites, pools.site_asn.first, pools.site_asn.last,
            {n: a for n in bgp_sites if (a := network.sites[n].asn) is not None},
        )
        vrf_name, vrf_number = self._vrfs()
        result = Allocation(
            loopback4={n: IPv4Address(v.network_address) for n, v in loopback4.items()},
            loopback6={n: IPv6Address(v.network_address) for n, v in loopback6.items()},
            circuit4={n: IPv4Network(v) for n, v in circuit4.items()},
            circuit6={n: IPv6Network(v) for n, v in circuit6.items()},
            access4={n: IPv4Network(v) for n, v in access4.items()},
            access6={n: IPv6Network(v) for n, v in access6.items()},
            vlan=self._vlans(accesses),
            route_target=self._route_targets(),
            site_asn=site_asn,
            vrf_name=vrf_name,
            vrf_number=vrf_number,
            lock=self.after,
        )
        self._retire_dropped_pools()
        if self.problems:
            raise InventoryError(self.problems)
        return result

    # -- the pools -------------------------------------------------------------------------

    def _addresses(
        self,
        pool: str,
        names: Iterable[str],
        prefix: IPv4Network | IPv6Network,
        length: int,
        explicit: Mapping[str, IPv4Network | IPv6Network],
    ) -> dict[str, IPv4Network | IPv6Network]:
        step = 1 << (prefix.max_prefixlen - length)
        start = int(prefix.network_address)
        size = prefix.num_addresses // step
        make: Callable[[int], IPv4Network | IPv6Network] = lambda index: ip_network(  # noqa: E731 -- one expression, two uses
            (int(start + index * step), length)
            if prefix.version == 4
            else (IPv6Address(start + index * step), length)
        )
        single = length == prefix.max_prefixlen

        def show(index: int) -> str:
            value = make(index)
            return str(value.network_address) if single else str(value)

        def read(text: str | int) -> int | None:
            try:
                value = ip_network(str(text))
            except ValueError:
                return None
            if value.version != prefix.version or value.prefixlen != length:
                return None
            offset = int(value.network_address) - start
            index, rest = divmod(offset, step)
            return index if rest == 0 and 0 <= index < size else None

        fixed: dict[str, int] = {}
        outside: dict[str, IPv4Network | IPv6Network] = {}
        for name, value in explicit.items():
            index = read(str(value))
            if index is None:
                outside[name] = value  # an address from elsewhere, such as an old plan's
            else:
                fixed[name] = index
        # The all-zeros address of a loopback pool is left alone: it reads as the pool itself.
        chosen = self._choose(
            pool, [n for n in names if n not in outside], 1 if single else 0, size - 1, fixed,
            show, read, f"{pool} {prefix}",
        )
        result = {name: make(index) for name, index in chosen.items()}
        result.update(outside)
        return result

    def _numbers(
        self, pool: str, names: Iterable[str], first: int, last: int, explicit: Mapping[str, int]
    ) -> dict[str, int]:
        names = list(names)
        outside = {n: v for n, v in explicit.items() if not first <= v <= last}
        inside = {n: v for n, v in explicit.items() if n not in outside}

        def read(value: str | int) -> int | None:
            return value if isinstance(value, int) and first <= value <= last else None

        chosen = self._choose(
            pool, [n for n in names if n not in outside], first, last, inside,
            lambda value: value, read, f"{pool} {first}-{last}",
        )
        return {**chosen, **outside}

    def _vlans(self, accesses: Mapping[str, SiteNetworkAccess]) -> dict[str, int | None]:
        limits = self.network.backbone.pools.vlan
        by_port: dict[str, list[str]] = {}
        result: dict[str, int | None] = {}
        for name, access in accesses.items():
            if access.vlan == "untagged":
                result[name] = None
            else:
                by_port.setdefault(f"vlan/{access.pe}/{access.port}", []).append(name)
        for pool, names in by_port.items():
            explicit = {n: v for n in names if isinstance(v := accesses[n].vlan, int)}
            result.update(self._numbers(pool, names, limits.first, limits.last, explicit))
        return result

    def _route_targets(self) -> dict[str, int]:
        result: dict[str, int] = {}
        for zone in ZoneName:
            names: list[str] = []
            for name, vpn in self.network.vpns.items():
                if vpn.zone is not zone:
                    continue
                if vpn.vpn_service_topology is Topology.HUB_SPOKE:
                    names += [f"{name}/hub", f"{name}/spoke"]
                else:
                    names.append(name)
            limits = self.network.backbone.zones[zone].route_targets
            pool = f"route-target/{zone}"
            result.update(self._numbers(pool, names, limits.first, limits.last, {}))
        return result

    def _vrfs(self) -> tuple[dict[VrfKey, str], dict[VrfKey, int]]:
        by_pe: dict[str, dict[str, VrfKey]] = {
            name: {} for name in self.network.with_role(Role.PE)
        }
        for site, entry in self.network.sites.items():
            for access in entry.site_network_accesses.values():
                key = vrf_of(self.network, site, access)
                by_pe[access.pe][key.name] = key
        names: dict[VrfKey, str] = {}
        numbers: dict[VrfKey, int] = {}
        for pe, keys in by_pe.items():
            chosen = self._numbers(f"vrf/{pe}", keys, *VRF_NUMBERS, {})
            numbers.update({keys[name]: value for name, value in chosen.items()})
            spokes: dict[str, list[str]] = {}
            for name, key in keys.items():
                if key.spoke:
                    spokes.setdefault(key.vpn, []).append(name)
                else:
                    names[key] = self._vrf_name(key.vpn)
            for vpn, members in spokes.items():
                order = self._numbers(f"spoke/{pe}/{vpn}", members, 1, MAX_SPOKES_PER_PE, {})
                for name, number in order.items():
                    names[keys[name]] = f"{self._vrf_name(vpn)}-{number}"
        return names, numbers

    def _vrf_name(self, vpn: str) -> str:
        zone = self.network.vpns[vpn].zone
        return f"{self.network.backbone.zones[zone].vrf_prefix}-{vpn}"

    # -- the one algorithm -----------------------------------------------------------------

    def _choose(
        self,
        pool: str,
        names: Iterable[str],
        first: int,
        last: int,
        explicit: Mapping[str, int],
        show: Callable[[int], str | int],
        read: Callable[[str | int], int | None],
        described: str,
    ) -> dict[str, int]:
        """Values for `names` from first..last: explicit, then locked or retired, then lowest."""
        wanted = sorted(set(names), key=natural)
        locked = self.before.pools.get(pool, {})
        retired = self.after.retired.setdefault(pool, {})
        taken: dict[int, str] = {}
        chosen: dict[str, int] = {}

        def take(name: str, value: int) -> None:
            if value in taken:
                self._problem(
                    pool,
                    f"{show(value)} is wanted by both {taken[value]} and {name}",
                    "change one, or remove one line of the lock file",
                )
                return
            taken[value] = name
            chosen[name] = value

        for name in wanted:
            if name in explicit:
                take(name, explicit[name])
        for source in (locked, retired):
            for name in wanted:
                if name in chosen or name not in source:
                    continue
                value = read(source[name])
                if value is None:
                    self._problem(
                        pool,
                        f"locked value {source[name]} of {name} is not in {described}",
                        "restore the pool, or remove that line of the lock file to renumber",
                    )
                else:
                    take(name, value)
        for name, old in locked.items():
            if name not in chosen:
                retired[name] = old
        for name in chosen:
            retired.pop(name, None)
        resting = {value for old in retired.values() if (value := read(old)) is not None}
        candidate = first
        for name in wanted:
            if name in chosen:
                continue
            while candidate in taken or candidate in resting:
                candidate += 1
            if candidate > last:
                holder = next(iter(taken.values()), "retired names")
                self._problem(
                    pool,
                    f"{described} is exhausted: {name} finds none left "
                    f"({len(taken)} in use, the first by {holder}; {len(resting)} retired)",
                    "widen the pool in network.yaml, or delete retired lines of the lock file",
                )
                break
            taken[candidate] = name
            chosen[name] = candidate
        self.after.pools[pool] = {
            name: show(chosen[name]) for name in wanted if name in chosen
        }
        if not retired:
            del self.after.retired[pool]
        return chosen

    def _retire_dropped_pools(self) -> None:
        """A PE or port that vanished takes its pool with it; its numbers retire."""
        for pool, values in self.before.pools.items():
            if pool not in self.after.pools and values:
                self.after.retired.setdefault(pool, {}).update(values)

    def _problem(self, pool: str, found: str, remedy: str) -> None:
        self.problems.append(Problem("plan.lock.yaml", 0, pool, found, remedy))

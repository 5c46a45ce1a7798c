"""Plan: everything that is numbered, allocated once and kept.

An allocation is deterministic (names in natural order take the lowest number never used) and
stable: what the lock file says stays, whatever is added or removed beside it. A removed name's
number is *retired*, not freed: a left-over route target of a dead VPN must never mean a living
one, and a site that comes back gets what it had. Work is linear in the inventory.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import NamedTuple, TypeVar

from egovnet.inventory.allocation.by_region import ByRegion, regions_of
from egovnet.inventory.allocation.pool import (
    AddressPool,
    N,
    Placement,
    Pool,
    Values,
    choose,
    natural,
    number_pool,
)
from egovnet.inventory.allocation.site_prefixes import keep_site_prefixes
from egovnet.inventory.errors import InventoryError, Problem
from egovnet.inventory.model import (
    Network,
    NumberRange,
    Role,
    Site,
    SiteNetworkAccess,
    SiteRole,
    Tier,
    ZoneName,
)
from egovnet.inventory.model.address_plan import AggregatedPool
from egovnet.inventory.model.part_sites import written_name
from egovnet.inventory.model.platform_sites import (
    GATEWAYS,
    PLATFORM,
    BehindPeSite,
    BorderSite,
    GatewaySite,
)
from egovnet.inventory.model.reachability import Reachability
from egovnet.inventory.paused_collector import paused_collector
from egovnet.inventory.source.sections import LOCK_FILE
from egovnet.inventory.source.yaml_source import Document

V4 = TypeVar("V4", IPv4Address, IPv4Network)
V6 = TypeVar("V6", IPv6Address, IPv6Network)

__all__ = ["LOCK_FILE", "Allocation", "Lock", "VrfKey", "allocate", "natural", "vrf_of"]

#: Kernel tables and RD numbers of VRFs on one PE. ifupdown2 takes tables 1001 to 5000 (its policy
#: vrf-table-id-start and -end); the first is management's, the last holds untagged frames. RD type
#: 1 has 16 bits (RFC 4364 section 4.2), which they fit.
VRF_NUMBERS = NumberRange(first=1002, last=4999)
SPOKES_PER_PE = NumberRange(first=1, last=99)
#: Names that a problem of many lists.
_LISTED = 3


@dataclass(frozen=True, slots=True)
class Lock:
    """Contents of the lock file: pool -> name -> value, and the same for retired names."""

    pools: dict[str, Values] = field(default_factory=dict)
    retired: dict[str, Values] = field(default_factory=dict)
    #: Where it was read: the file's name, and the file.
    path: str = field(default=LOCK_FILE, compare=False)
    document: Document | None = field(default=None, compare=False, repr=False)

    def line(self, pool: str, name: str) -> int:
        """Line of `name`, or of its pool; 0 if neither was read from a file."""
        lines = self.document.lines if self.document else {}
        places = (("pools", pool, name), ("retired", pool, name), ("pools", pool))
        return next((lines[place] for place in places if place in lines), 0)


class VrfKey(NamedTuple):
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
class PoolUse:
    """How much of a pool is left."""

    #: As in the lock file, such as "vlan/bj-pe1/eth3".
    name: str
    size: int
    in_use: int
    #: Not in use, and not handed out again while the lock file holds them.
    retired: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """Every number of the network. Names as in the inventory; an access is "site/access"."""

    loopback4: dict[str, IPv4Address]
    #: Of a network without IPv6 this, `circuit6` and `access6` are empty.
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
    pools: tuple[PoolUse, ...]
    #: AS number of all firewalls of the platform; None: there is none.
    platform_asn: int | None = None
    #: AS number of all Internet gateways; None: there is none.
    gateway_asn: int | None = None
    #: Next hops of encrypted VPNs, by PE; no router has them.
    encrypted4: dict[str, IPv4Address] = field(default_factory=dict)
    encrypted6: dict[str, IPv6Address] = field(default_factory=dict)
    #: Of regions of tiers that have AS numbers.
    region_asn: dict[str, int] = field(default_factory=dict)
    #: Accesses whose links the other end allocated, and has the first host address of.
    numbered_there: frozenset[str] = frozenset()

    def loopbacks(self, router: str) -> tuple[IPv4Address | IPv6Address, ...]:
        """Loopbacks of a router, of each family that the network has, IPv4 first."""
        return _of_both(self.loopback4, self.loopback6, router)

    def encrypted_next_hops(self, router: str) -> tuple[IPv4Address | IPv6Address, ...]:
        """Next hops of a PE's encrypted VPNs, IPv4 first."""
        return _of_both(self.encrypted4, self.encrypted6, router)

    def circuit_links(self, circuit: str) -> tuple[IPv4Network | IPv6Network, ...]:
        """Networks of a circuit, IPv4 first."""
        return _of_both(self.circuit4, self.circuit6, circuit)

    def access_links(self, access: str) -> tuple[IPv4Network | IPv6Network, ...]:
        """Networks of an access ("site/access"), IPv4 first."""
        return _of_both(self.access4, self.access6, access)


def _pool(name: AggregatedPool, prefix: N) -> AddressPool[N]:
    return AddressPool(name.value, prefix, name.length)


def aggregate_pool(pool: str) -> str:
    """What the lock file calls the aggregates of a pool."""
    return f"aggregate/{pool}"


def _of_both(of4: Mapping[str, V4], of6: Mapping[str, V6], name: str) -> tuple[V4 | V6, ...]:
    return (of4[name], of6[name]) if of6 else (of4[name],)


def vrf_of(network: Network, site: str, access: SiteNetworkAccess) -> VrfKey:
    """The VRF that an access of `site` belongs to.

    Each spoke site has a VRF of its own: two spokes in one VRF would reach each other
    without the hub (RFC 4364 section 4.3.1 keeps routes of one VRF together).
    """
    entry = network.sites[site]
    spoke = site if entry.site_role is SiteRole.SPOKE else None
    return VrfKey(access.pe, entry.vpn, spoke)


def _shared_name(site: Site) -> str | None:
    """Whose AS number a site has that nobody wrote."""
    if not isinstance(site, BehindPeSite):
        return None
    return GATEWAYS if isinstance(site, GatewaySite) else PLATFORM


def allocate(network: Network, lock: Lock | None = None) -> Allocation:
    """Number everything in `network`, planned sites too, keeping what `lock` holds.

    Raises:
        InventoryError: a pool is exhausted, a locked value fits its pool no more, or an explicit
            value collides with a locked one; each problem names both sides.
    """
    with paused_collector():
        return _Allocator(network.numbered, lock or Lock()).run()


class _Allocator:
    def __init__(self, network: Network, lock: Lock) -> None:
        self.network = network
        self.before = lock
        self.after = Lock(retired={pool: dict(values) for pool, values in lock.retired.items()})
        self.problems: list[Problem] = []
        #: Locked values that are not in their pool, by kind and bounds of the pool: one mistake.
        self.outside: dict[tuple[str, str], list[tuple[Pool, str, str | int]]] = {}
        self.uses: list[PoolUse] = []
        self.regions = regions_of(network)

    def run(self) -> Allocation:
        network, pools = self.network, self.network.backbone.pools
        routers = network.routers
        accesses = {
            f"{site}/{name}": access
            for site, entry in network.sites.items()
            for name, access in entry.site_network_accesses.items()
        }
        loopback4 = self._subnets(
            _pool(AggregatedPool.LOOPBACK_IPV4, pools.loopback_ipv4),
            routers,
            {n: IPv4Network(r.loopback_ipv4) for n, r in routers.items() if r.loopback_ipv4},
        )
        loopback6 = self._subnets6(
            (AggregatedPool.LOOPBACK_IPV6, pools.loopback_ipv6),
            routers,
            {n: IPv6Network(r.loopback_ipv6) for n, r in routers.items() if r.loopback_ipv6},
        )
        vrf_name, vrf_number = self._vrfs()
        written4, written6 = self._written_links()
        region_asn = self._region_asns()
        self._site_prefixes()
        result = Allocation(
            loopback4={n: net.network_address for n, net in loopback4.items()},
            loopback6={n: net.network_address for n, net in loopback6.items()},
            circuit4=self._subnets(
                _pool(AggregatedPool.CIRCUIT_IPV4, pools.circuit_ipv4), network.circuits, {}
            ),
            circuit6=self._subnets6(
                (AggregatedPool.CIRCUIT_IPV6, pools.circuit_ipv6), network.circuits, {}
            ),
            access4=self._subnets(
                _pool(AggregatedPool.ACCESS_IPV4, pools.access_ipv4), accesses, written4
            ),
            access6=self._subnets6(
                (AggregatedPool.ACCESS_IPV6, pools.access_ipv6), accesses, written6
            ),
            vlan=self._vlans(accesses),
            route_target=self._route_targets(),
            site_asn=(site_asn := self._site_asns()),
            vrf_name=vrf_name,
            vrf_number=vrf_number,
            lock=self.after,
            pools=tuple(self.uses),
            platform_asn=site_asn.pop(PLATFORM, None),
            gateway_asn=site_asn.pop(GATEWAYS, None),
            encrypted4=self._encrypted4(pools.encrypted_ipv4),
            encrypted6=self._encrypted6(pools.encrypted_ipv6),
            region_asn=region_asn,
            numbered_there=frozenset((*written4, *written6)),
        )
        self._retire_dropped_pools()
        self.problems += map(self._not_in_pool, self.outside.values())
        if self.problems:
            raise InventoryError(self.problems)
        return result

    def _written_links(self) -> tuple[dict[str, IPv4Network], dict[str, IPv6Network]]:
        """Links of borders as the neighbour allocated them."""
        found4: dict[str, IPv4Network] = {}
        found6: dict[str, IPv6Network] = {}
        for name, site in self.network.sites.items():
            if not isinstance(site, BorderSite):
                continue
            for link in site.links:
                if isinstance(link, IPv4Network):
                    found4[f"{name}/{site.border}"] = link
                else:
                    found6[f"{name}/{site.border}"] = link
        return found4, found6

    def _subnets(
        self, addresses: AddressPool[N], names: Iterable[str], explicit: Mapping[str, N]
    ) -> dict[str, N]:
        inside = {n: i for n, v in explicit.items() if (i := addresses.read(str(v))) is not None}
        # Addresses from elsewhere, such as an older plan's, are no business of the pool.
        outside = {n: value for n, value in explicit.items() if n not in inside}
        wanted = [n for n in names if n not in outside]
        lengths = self.network.backbone.aggregates.get(AggregatedPool(addresses.pool.name))
        if not lengths:
            chosen = self._choose(addresses.pool, wanted, inside)
        else:
            chosen = self._choose_by_region(addresses, wanted, inside, lengths)
        return {name: addresses.subnet(index) for name, index in chosen.items()} | outside

    def _subnets6(
        self,
        pool: tuple[AggregatedPool, IPv6Network | None],
        names: Iterable[str],
        explicit: Mapping[str, IPv6Network],
    ) -> dict[str, IPv6Network]:
        """The same of IPv6, which a network may lack; what the lock file holds of it retires."""
        name, prefix = pool
        if prefix is None:
            return {}
        return self._subnets(_pool(name, prefix), names, explicit)

    def _encrypted4(self, prefix: IPv4Network | None) -> dict[str, IPv4Address]:
        found = self._encrypted("encrypted-ipv4", prefix) if prefix is not None else {}
        return {pe: net.network_address for pe, net in found.items()}

    def _encrypted6(self, prefix: IPv6Network | None) -> dict[str, IPv6Address]:
        found = self._encrypted("encrypted-ipv6", prefix) if prefix is not None else {}
        return {pe: net.network_address for pe, net in found.items()}

    def _encrypted(self, name: str, prefix: N) -> dict[str, N]:
        """An address for each PE that has an encrypted VPN."""
        encrypted = {name for name, vpn in self.network.vpns.items() if vpn.is_encrypted}
        pes = {
            access.pe: None
            for site in self.network.sites.values()
            if site.vpn in encrypted
            for access in site.site_network_accesses.values()
        }
        pool = AddressPool(name, prefix, prefix.max_prefixlen)
        chosen = self._choose(pool.pool, pes, {})
        return {pe: pool.subnet(index) for pe, index in chosen.items()}

    def _choose_by_region(
        self,
        addresses: AddressPool[N],
        names: Iterable[str],
        explicit: Mapping[str, int],
        lengths: Mapping[Tier, int],
    ) -> dict[str, int]:
        """As `_choose`, with a region's new numbers out of its aggregate."""
        lock_name = aggregate_pool(addresses.pool.name)
        placement = ByRegion(
            addresses,
            lengths,
            self.network.regions,
            self.regions[addresses.pool.name.rpartition("-")[0]],
            kept=self.before.pools.get(lock_name, {}),
            retired=self.before.retired.get(lock_name, {}),
        )
        chosen = self._choose(addresses.pool, names, explicit, placement)
        self._keep(lock_name, placement.aggregates.values, placement.aggregates.retired)
        self.problems += [
            Problem(
                self.before.path,
                self.before.line(lock_name, region),
                lock_name,
                f"locked value {value} of {region} is not in {addresses.pool.described}",
                "restore the pool, or remove that line of the lock file to renumber",
            )
            for region, value in placement.aggregates.wrong.items()
        ]
        return chosen

    def _keep(self, pool: str, values: Values, retired: Values) -> None:
        """What the lock file says of a pool from now on."""
        self.after.pools[pool] = values
        if retired:
            self.after.retired[pool] = retired
        else:
            self.after.retired.pop(pool, None)

    def _region_asns(self) -> dict[str, int]:
        """Of the networks of regions, by tier."""
        regions = self.network.regions
        found = {name: region.asn for name, region in regions.items() if region.asn is not None}
        for tier, limits in self.network.backbone.pools.region_asn.items():
            names = [name for name, region in regions.items() if region.tier is tier]
            own = {name: found[name] for name in names if name in found}
            found |= self._numbers(f"region-asn/{tier}", names, limits, own)
        return found

    def _site_prefixes(self) -> None:
        """What sites have of the pools for them, which their owners wrote."""
        for each in keep_site_prefixes(self.network, self.before.pools, self.before.retired):
            self._keep(each.pool, each.values, each.retired)
            self._keep(each.aggregate_pool, each.aggregates, each.retired_aggregates)
            self.uses.append(PoolUse(each.pool, each.size, each.in_use, each.resting))

    def _numbers(
        self, name: str, names: Iterable[str], limits: NumberRange, explicit: Mapping[str, int]
    ) -> dict[str, int]:
        pool = number_pool(name, limits.first, limits.last)
        outside = {n: v for n, v in explicit.items() if pool.read(v) is None}
        inside = {n: v for n, v in explicit.items() if n not in outside}
        return self._choose(pool, [n for n in names if n not in outside], inside) | outside

    def _site_asns(self) -> dict[str, int]:
        """Of each site with bgp, in all of its VPNs; those of firewalls and gateways have theirs,
        which are there too."""
        sites = {
            name: site
            for name, site in self.network.sites.items()
            if any(a.routing_protocol == "bgp" for a in site.site_network_accesses.values())
        }
        whose = {
            name: _shared_name(site) or written_name(name, site) for name, site in sites.items()
        }
        explicit = {whose[name]: asn for name in whose if (asn := sites[name].asn) is not None}
        names = dict.fromkeys(n for n in whose.values() if n not in (PLATFORM, GATEWAYS))
        for role, shared in ((Role.FIREWALL, PLATFORM), (Role.GATEWAY, GATEWAYS)):
            if self.network.with_role(role):
                names[shared] = None
        limits = self.network.backbone.pools.site_asn
        found = self._numbers("site-asn", names, limits, explicit)
        return found | {name: found[own] for name, own in whose.items() if own in found}

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
            result.update(self._numbers(pool, names, limits, explicit))
        return result

    def _route_targets(self) -> dict[str, int]:
        result: dict[str, int] = {}
        groups = Reachability(self.network).groups.values()
        for zone in ZoneName:
            names = [group.label for group in groups if group.zone is zone]
            limits = self.network.backbone.zones[zone].route_targets
            pool = f"route-target/{zone}"
            result.update(self._numbers(pool, names, limits, {}))
        return result

    def _vrfs(self) -> tuple[dict[VrfKey, str], dict[VrfKey, int]]:
        by_pe: dict[str, dict[str, VrfKey]] = {name: {} for name in self.network.with_role(Role.PE)}
        for site, entry in self.network.sites.items():
            for access in entry.site_network_accesses.values():
                key = vrf_of(self.network, site, access)
                by_pe[access.pe][key.name] = key
        names: dict[VrfKey, str] = {}
        numbers: dict[VrfKey, int] = {}
        for pe, keys in by_pe.items():
            chosen = self._numbers(f"vrf/{pe}", keys, VRF_NUMBERS, {})
            numbers.update({keys[name]: value for name, value in chosen.items()})
            spokes: dict[str, list[str]] = {}
            for name, key in keys.items():
                if key.spoke:
                    spokes.setdefault(key.vpn, []).append(name)
                else:
                    names[key] = self._vrf_name(key.vpn)
            for vpn, members in spokes.items():
                order = self._numbers(f"spoke/{pe}/{vpn}", members, SPOKES_PER_PE, {})
                for name, number in order.items():
                    names[keys[name]] = f"{self._vrf_name(vpn)}-{number}"
        return names, numbers

    def _vrf_name(self, vpn: str) -> str:
        zone = self.network.vpns[vpn].zone
        return f"{self.network.backbone.zones[zone].vrf_prefix}-{vpn}"

    def _choose(
        self,
        pool: Pool,
        names: Iterable[str],
        explicit: Mapping[str, int],
        placement: Placement | None = None,
    ) -> dict[str, int]:
        choice = choose(
            pool,
            names,
            explicit,
            locked=self.before.pools.get(pool.name, {}),
            retired=self.before.retired.get(pool.name, {}),
            placement=placement,
        )
        values = {n: pool.show(v) for n, v in choice.numbers.items()}
        self._keep(pool.name, values, choice.retired)
        size = pool.last - pool.first + 1
        self.uses.append(PoolUse(pool.name, size, len(choice.numbers), choice.resting(pool)))
        self.problems += [
            Problem(self.before.path, self.before.line(pool.name, name), pool.name, found, remedy)
            for name, found, remedy in choice.problems
        ]
        alike = (pool.name.partition("/")[0], pool.described.removeprefix(pool.name))
        for name, value in choice.outside.items():
            self.outside.setdefault(alike, []).append((pool, name, value))
        return choice.numbers

    def _not_in_pool(self, wrong: Sequence[tuple[Pool, str, str | int]]) -> Problem:
        """One problem of all values that a pool of one kind and of the same bounds lacks."""
        (pool, name, value), *others = wrong
        found = f"locked value {value} of {name} is not in {pool.described}"
        remedy = "restore the pool, or remove that line of the lock file to renumber"
        if others:
            named = ", ".join(other for _, other, _ in others[:_LISTED])
            more = f" and {len(others) - _LISTED:,} more" if len(others) > _LISTED else ""
            found += f"; nor are those of {named}{more}"
            remedy = "restore the pool, or remove their lines of the lock file to renumber"
        line = self.before.line(pool.name, name)
        return Problem(self.before.path, line, pool.name, found, remedy)

    def _retire_dropped_pools(self) -> None:
        """A PE or port that vanished takes its pool with it; its numbers retire."""
        for pool, values in self.before.pools.items():
            if pool not in self.after.pools and values:
                self.after.retired.setdefault(pool, {}).update(values)

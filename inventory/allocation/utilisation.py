"""How much of each pool, and of each region's aggregate, is taken: now, or by another lock file."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from itertools import accumulate

from egovnet.inventory.allocation.allocate import Allocation, Lock, aggregate_pool
from egovnet.inventory.allocation.pool import Values
from egovnet.inventory.model import IPNetwork, Network, Tier, ZoneName
from egovnet.inventory.model.address_plan import AggregatedPool

_OF_BACKBONE = frozenset(AggregatedPool)
#: Pools that each router or port has for itself.
_OF_ROUTERS = ("vlan", "vrf", "spoke")


@dataclass(frozen=True, slots=True)
class PoolShare:
    """A pool, or a region's aggregate of one, and how much of it is taken."""

    #: As in the lock file, such as "loopback-ipv4", "site-ipv4/courts".
    pool: str
    #: Of an aggregate: whose it is; "": a whole pool.
    region: str
    tier: str
    zone: str
    agency: str
    #: Prefix, or first and last number.
    range: str
    size: int
    in_use: int
    #: Nobody's, and kept: of what is gone, or is to come.
    retired: int

    @property
    def free(self) -> int:
        """What is left."""
        return self.size - self.in_use - self.retired

    @property
    def percent(self) -> int:
        """How much is taken."""
        return (self.in_use + self.retired) * 100 // self.size if self.size else 100


def shares(network: Network, allocation: Allocation) -> Iterator[PoolShare]:
    """Every pool of the network in its order, each followed by its aggregates.

    Those that each router or port has for itself are left out: they are as many as ports.
    """
    for use in allocation.pools:
        kind, _, rest = use.name.partition("/")
        if kind in _OF_ROUTERS:
            continue
        zone, agency, tier = _whose(network, kind, rest)
        text = _range(network, use.name)
        yield PoolShare(use.name, "", tier, zone, agency, text, use.size, use.in_use, use.retired)
        blocks = allocation.lock.pools.get(aggregate_pool(use.name), {})
        if not blocks:
            continue
        length = numbered_length(network, use.name)
        in_use = Taken(allocation.lock.pools.get(use.name, {}), length)
        kept = Taken(allocation.lock.retired.get(use.name, {}), length)
        for region, value in blocks.items():
            block = ip_network(str(value))
            yield PoolShare(
                use.name,
                region,
                str(network.regions[region].tier),
                zone,
                agency,
                str(block),
                1 << max(0, length - block.prefixlen),
                in_use.within(block),
                kept.within(block),
            )


def taken_by(network: Network, lock: Lock, share: PoolShare) -> int:
    """How much of a pool or aggregate another lock file has taken; it may be an older one."""
    values = (lock.pools.get(share.pool, {}), lock.retired.get(share.pool, {}))
    if "/" not in share.range:
        return sum(map(len, values))
    block, length = ip_network(share.range), numbered_length(network, share.pool)
    return sum(Taken(each, length).within(block) for each in values)


def numbered_length(network: Network, pool: str) -> int:
    """Length of the prefixes that a pool of addresses gives."""
    kind, _, rest = pool.partition("/")
    if kind in _OF_BACKBONE:
        return AggregatedPool(kind).length
    sites = network.backbone.site_pools[rest].sites
    return sites.ipv4 if kind == "site-ipv4" else sites.ipv6


class Taken:
    """Prefixes of one family, counted by those within a block. Sorted once."""

    def __init__(self, values: Values, length: int) -> None:
        found = sorted(
            (int(prefix.network_address), 1 << max(0, length - prefix.prefixlen))
            for value in values.values()
            if not isinstance(value, int)
            for prefix in (ip_network(value),)
        )
        self._firsts = [first for first, _ in found]
        self._sums = [0, *accumulate(units for _, units in found)]

    def within(self, block: IPNetwork) -> int:
        """How many, in prefixes of the length that the pool gives."""
        first = bisect_left(self._firsts, int(block.network_address))
        last = bisect_right(self._firsts, int(block.broadcast_address))
        return self._sums[last] - self._sums[first]


def _whose(network: Network, kind: str, rest: str) -> tuple[str, str, str]:
    """(zone, agency, tier) that a pool is for; "" where it is for all."""
    if kind == "route-target":
        return rest, "", ""
    if kind == "region-asn":
        return "", "", rest
    if kind.startswith("site-ipv"):
        pool = network.backbone.site_pools[rest]
        return str(pool.zone), pool.agency or "", ", ".join(pool.tiers)
    return "", "", ""


def _range(network: Network, name: str) -> str:
    kind, _, rest = name.partition("/")
    pools = network.backbone.pools
    if kind in _OF_BACKBONE:
        return str(getattr(pools, kind.replace("-", "_")))
    if kind.startswith("site-ipv"):
        pool = network.backbone.site_pools[rest]
        return str(pool.ipv4 if kind == "site-ipv4" else pool.ipv6)
    if kind == "site-asn":
        limits = pools.site_asn
    elif kind == "region-asn":
        limits = pools.region_asn[Tier(rest)]
    else:
        limits = network.backbone.zones[ZoneName(rest)].route_targets
    return f"{limits.first}-{limits.last}"

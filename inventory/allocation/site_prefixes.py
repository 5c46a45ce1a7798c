"""Prefixes of sites: what the pools for them have left, and what a new site gets.

Sites' prefixes are written by their owners; a pool says where a new one comes from. The lock file
keeps what was written or proposed, so that the prefix of a site that is gone is not given again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network

from egovnet.inventory.allocation.aggregates import Aggregates, Standing
from egovnet.inventory.allocation.pool import Values
from egovnet.inventory.model import AddressPlan, IPNetwork, Network, Tier, Vpn
from egovnet.inventory.model.address_plan import SitePool
from egovnet.inventory.model.site_pools import pools_for
from egovnet.inventory.model.within import is_within

#: Pool or kind -> name -> value, as in the lock file.
Pools = Mapping[str, Values]


@dataclass(frozen=True, slots=True)
class KeptSitePrefixes:
    """What the lock file keeps of one pool for sites, of one family."""

    #: As in the lock file, such as "site-ipv4/private".
    pool: str
    values: Values
    retired: Values
    aggregates: Values
    retired_aggregates: Values
    #: In prefixes of the length that a site gets.
    size: int
    in_use: int
    resting: int

    @property
    def aggregate_pool(self) -> str:
        """What the lock file calls its aggregates."""
        return f"aggregate/{self.pool}"


class SitePlan:
    """One pool for sites, of one family, in a network."""

    def __init__(self, network: Network, name: str, version: int) -> None:
        self.name = name
        self.network = network
        self.entry: SitePool = network.backbone.site_pools[name]
        prefix = self.entry.ipv4 if version == 4 else self.entry.ipv6
        assert prefix is not None  # noqa: S101 -- asked for by `site_plans`
        self.prefix: IPv4Network | IPv6Network = prefix
        self.version = version
        self.length = self.entry.sites.ipv4 if version == 4 else self.entry.sites.ipv6

    @property
    def pool(self) -> str:
        """What the lock file calls it."""
        return f"site-ipv{self.version}/{self.name}"

    @property
    def lengths(self) -> dict[Tier, int]:
        """Lengths of its aggregates."""
        both = {
            tier: entry.ipv4 if self.version == 4 else entry.ipv6
            for tier, entry in self.entry.aggregates.items()
        }
        return {tier: length for tier, length in both.items() if length is not None}

    @cached_property
    def written(self) -> dict[str, IPNetwork]:
        """Prefixes of sites that are in it, by the name that the lock file has for them."""
        found: dict[str, IPNetwork] = {}
        for site, prefix in prefixes_of_plan(self.network):
            if is_within(prefix, self.prefix):
                found[_free_name(site, found)] = prefix
        return found

    def aggregates(self, lock: Pools, retired: Pools) -> Aggregates:
        """Its aggregates by region."""
        pool = f"aggregate/{self.pool}"
        return Aggregates(
            self.prefix,
            self.lengths,
            self.network.regions,
            kept=lock.get(pool, {}),
            retired=retired.get(pool, {}),
        )

    def kept(self, lock: Pools, retired: Pools) -> KeptSitePrefixes:
        """What the lock file keeps of it; nothing new is given."""
        values: Values = {name: str(prefix) for name, prefix in self.written.items()}
        old = dict(retired.get(self.pool, {}))
        for name, value in lock.get(self.pool, {}).items():
            if name not in values:
                old[name] = value
        old = {name: value for name, value in old.items() if values.get(name) != value}
        aggregates = self.aggregates(lock, retired)
        standing = set(values.values())
        return KeptSitePrefixes(
            self.pool,
            values,
            old,
            aggregates.values,
            aggregates.retired,
            size=self._units(self.prefix),
            in_use=sum(map(self._units, self.written.values())),
            resting=sum(
                self._units(ip_network(str(value)))
                for value in set(old.values())
                if value not in standing
            ),
        )

    def _units(self, prefix: IPNetwork) -> int:
        return 1 << max(0, self.length - prefix.prefixlen)

    def propose(
        self, region: str, lock: Pools, retired: Pools
    ) -> tuple[IPNetwork | None, Values, str]:
        """A free prefix for a site in `region`; aggregates as they are then; what is exhausted."""
        aggregates = self.aggregates(lock, retired)
        held = [prefix for _, prefix in prefixes_of_plan(self.network) if self._touches(prefix)]
        kept = [
            ip_network(str(value))
            for values in (lock.get(self.pool, {}), retired.get(self.pool, {}))
            for value in values.values()
        ]
        spans = sorted({(int(p.network_address), int(p.broadcast_address)) for p in (*held, *kept)})
        regions = _region_by_span(self.network, self.version)
        aggregates.stand(Standing(*span, regions.get(span)) for span in spans)
        step = 1 << (self.prefix.max_prefixlen - self.length)
        for first, last in aggregates.free_ranges(region):
            at = first + -first % step
            for start, end in spans:
                if end < at:
                    continue
                if start > at + step - 1:
                    break
                at = end + 1 + -(end + 1) % step
            if at + step - 1 <= last:
                found = type(self.prefix)((at, self.length))
                return found, aggregates.values, ""
        span = aggregates.of(region)
        where = aggregates.prefix_of(span) if span is not None else self.prefix
        return None, aggregates.values, str(where)

    def free_again(self, kept: str | int | None) -> IPNetwork | None:
        """What was kept for a name, where no site has it now."""
        if kept is None:
            return None
        prefix = ip_network(str(kept))
        taken = any(
            prefix.version == each.version and prefix.overlaps(each)
            for _, each in prefixes_of_plan(self.network)
        )
        return None if taken or not is_within(prefix, self.prefix) else prefix

    def _touches(self, prefix: IPNetwork) -> bool:
        return prefix.version == self.version and prefix.overlaps(self.prefix)


def _free_name(site: str, found: Mapping[str, object]) -> str:
    """The site's name, and for a further prefix of it with a number."""
    if site not in found:
        return site
    number = 2
    while f"{site}/{number}" in found:
        number += 1
    return f"{site}/{number}"


def _region_by_span(network: Network, version: int) -> dict[tuple[int, int], str]:
    return {
        (int(prefix.network_address), int(prefix.broadcast_address)): network.sites[site].region
        for site, prefix in prefixes_of_plan(network)
        if prefix.version == version
    }


def prefixes_of_plan(network: Network) -> Iterator[tuple[str, IPNetwork]]:
    """(site, prefix) of the nation's one plan: of VPNs without a plan of their own."""
    for name, site in network.written_sites.items():
        vpn = network.vpns[site.vpn]
        if vpn.address_plan is AddressPlan.SHARED:
            for prefix in site.prefixes:
                yield name, prefix


def site_plans(network: Network) -> Iterator[SitePlan]:
    """Every pool for sites, a family at a time."""
    for name, entry in network.backbone.site_pools.items():
        for version, prefix in ((4, entry.ipv4), (6, entry.ipv6)):
            if prefix is not None:
                yield SitePlan(network, name, version)


def keep_site_prefixes(network: Network, lock: Pools, retired: Pools) -> Iterator[KeptSitePrefixes]:
    """What the lock file keeps of each pool for sites."""
    for plan in site_plans(network):
        yield plan.kept(lock, retired)


def proposal(plans: Iterable[SitePlan], vpn: Vpn, region: str) -> dict[int, list[SitePlan]]:
    """IP version -> the pools that a prefix of a new site may come from, the best first."""
    found: dict[int, list[SitePlan]] = {}
    every = list(plans)
    if not every:
        return found
    order = pools_for(every[0].network, vpn, region)
    for name in order:
        for plan in every:
            if plan.name == name:
                found.setdefault(plan.version, []).append(plan)
    return found

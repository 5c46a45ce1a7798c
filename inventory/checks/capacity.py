"""Pools that cannot hold what the inventory has, whatever the lock file says."""

from collections import Counter
from collections.abc import Iterator, Mapping

from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import Network
from egovnet.inventory.model.address_plan import AggregatedPool
from egovnet.inventory.model.partial import as_far_as_known

#: What is numbered in the pools of a kind.
_NOUNS = {"loopback": "router", "circuit": "circuit", "access": "access"}


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every pool that is exhausted by what is written alone."""
    wanted = {
        "loopback": dict(_loopbacks(network)),
        "circuit": {4: len(network.circuits), 6: len(network.circuits)},
        "access": dict.fromkeys((4, 6), sum(as_far_as_known(_accesses(network)))),
    }
    for kind, versions in wanted.items():
        yield from as_far_as_known(_of_pool(network, kind, versions, report))
    yield from as_far_as_known(_regions(network, report))


def _loopbacks(network: Network) -> Iterator[tuple[int, int]]:
    for version in (4, 6):
        field = f"loopback_ipv{version}"
        some = (
            1
            for router in network.routers.values()
            for _ in as_far_as_known(_without(router, field))
        )
        yield version, sum(some)


def _without(router: object, field: str) -> Iterator[int]:
    if getattr(router, field) is None:
        yield 1


def _accesses(network: Network) -> Iterator[int]:
    for site in network.sites.values():
        yield from as_far_as_known(iter([len(site.site_network_accesses)]))


def _of_pool(
    network: Network, kind: str, wanted: Mapping[int, int], report: Report
) -> Iterator[Problem]:
    noun = _NOUNS[kind]
    for version in (4, 6):
        length = AggregatedPool(f"{kind}-ipv{version}").length
        prefix = getattr(network.backbone.pools, f"{kind}_ipv{version}")
        if prefix is None:
            continue
        size = 1 << max(0, length - prefix.prefixlen)
        size -= length == prefix.max_prefixlen  # the all-zeros address of a pool of loopbacks
        if size < wanted[version]:
            several = "accesses" if noun == "access" else f"{noun}s"
            yield report(
                "network",
                ("pools", f"{kind}-ipv{version}"),
                f"{prefix} is exhausted: it has {size} and {wanted[version]} {several} want one",
                "widen it",
            )


def _regions(network: Network, report: Report) -> Iterator[Problem]:
    tiers = Counter(region.tier for region in network.regions.values())
    for tier, limits in network.backbone.pools.region_asn.items():
        size = limits.last - limits.first + 1
        if tiers[tier] > size:
            yield report(
                "network",
                ("pools", "region-asn", tier),
                f"{limits.first}-{limits.last} is exhausted: it has {size} and {tiers[tier]} "
                "regions want one",
                "widen it",
            )

"""Pools that will be exhausted soon."""

from collections.abc import Iterator

from egovnet.inventory.allocation.allocate import Allocation, PoolUse
from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.model import Network

#: Percent of a pool that are in use or retired before it is worth a word.
NEARLY_FULL = 90
CODES = {
    "pool-nearly-full": f"{NEARLY_FULL} percent of a pool or more are in use, or retired in the "
    "lock file.",
}


def warn(
    _network: Network, allocation: Allocation, report: Report
) -> Iterator[tuple[str, Problem]]:
    """Yield every warning about these."""
    for pool in allocation.pools:
        gone = pool.in_use + pool.retired
        if gone * 100 < pool.size * NEARLY_FULL:
            continue
        section, location, remedy = _place(pool)
        found = (
            f"pool {pool.name} is nearly full: {pool.in_use} in use and {pool.retired} retired "
            f"of {pool.size}"
        )
        yield "pool-nearly-full", report(section, location, found, remedy)


def _place(pool: PoolUse) -> tuple[str, Location, str]:
    """(section, location, remedy) of what says how large a pool is."""
    kind, _, rest = pool.name.partition("/")
    wider = "widen it, or delete retired lines of plan.lock.yaml that nothing runs any more"
    if kind == "route-target":
        return "network", ("zones", rest, "route-targets"), wider
    if kind.startswith("site-ipv"):
        return "network", ("site-pools", rest, kind.removeprefix("site-")), wider
    if kind == "region-asn":
        return "network", ("pools", kind, rest), "widen it"
    if kind in ("vrf", "spoke"):  # as many as a PE can have
        return "hosts", (rest.partition("/")[0],), "join further sites to another PE"
    if kind == "vlan":
        pe, _, port = rest.partition("/")
        return "network", ("pools", kind), f"widen it, or use another port of {pe} than {port}"
    return "network", ("pools", kind), wider

"""New numbers of a pool, each out of its region's aggregate."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from egovnet.inventory.allocation.aggregates import Aggregates, Standing
from egovnet.inventory.allocation.pool import AddressPool, Choice, Space, Values
from egovnet.inventory.model import TIER_ORDER, Network, Region, Tier


def regions_of(network: Network) -> dict[str, dict[str, str]]:
    """Kind of a pool ("loopback", "circuit", "access") -> name -> the region whose number it is.

    A circuit is of the region of its lower end, which is what the higher one joins; an access of
    the region of its PE, which announces it.
    """
    routers = {name: router.region for name, router in network.routers.items()}
    circuits = {}
    for name, circuit in network.circuits.items():
        ends = [network.routers[end.router] for end in (circuit.a, circuit.b)]
        circuits[name] = max(ends, key=lambda router: TIER_ORDER.index(router.tier)).region
    accesses = {
        f"{site}/{name}": routers[access.pe]
        for site, entry in network.sites.items()
        for name, access in entry.site_network_accesses.items()
    }
    return {"loopback": routers, "circuit": circuits, "access": accesses}


class ByRegion:
    """The placement of a pool that has aggregates."""

    def __init__(
        self,
        addresses: AddressPool[Any],
        lengths: Mapping[Tier, int],
        regions: Mapping[str, Region],
        region_of: Mapping[str, str],
        *,
        kept: Values,
        retired: Values,
    ) -> None:
        self._addresses: AddressPool[Any] = addresses
        self._regions = regions
        self._region_of = region_of
        self.aggregates = Aggregates(addresses.prefix, lengths, regions, kept=kept, retired=retired)

    def spaces(self, choice: Choice, names: Iterable[str]) -> Mapping[str, Space]:
        """The space of each name: its region's aggregate, or what is in none."""
        self.aggregates.stand(self._standing(choice))
        new = list(names)
        # every aggregate first: numbers of regions without one are in none of them
        for name in new:
            self.aggregates.of(self._region_of[name])
        made: dict[str | None, Space] = {}
        found = {}
        for name in new:
            region = self._region_of[name]
            holder = self.aggregates.holder(region)
            if holder not in made:
                made[holder] = self._space(holder, region)
            found[name] = made[holder]
        return found

    def _standing(self, choice: Choice) -> Iterator[Standing]:
        for number, name in choice.holders.items():
            first, last = self._addresses.span(number)
            yield Standing(first, last, self._region_of.get(name))
        for old in choice.retired.values():
            resting = self._addresses.pool.read(old)
            if resting is not None and resting not in choice.holders:
                first, last = self._addresses.span(resting)
                yield Standing(first, last, None)

    def _space(self, holder: str | None, region: str) -> Space:
        ranges = tuple(map(self._addresses.indices, self.aggregates.free_ranges(region)))
        pool = self._addresses.pool
        if holder is None:
            return Space(ranges, f"{pool.described} beside its aggregates", _WIDEN)
        tier, span = self._regions[holder].tier, self.aggregates.of(region)
        if span is None:
            what = f"{pool.described}: room for the aggregate of {holder}"
            return Space(ranges, what, _WIDEN)
        where = f"aggregates.{pool.name}.{tier} in network.yaml"
        what = f"aggregate {self.aggregates.prefix_of(span)} of {holder} in {pool.described}"
        return Space(
            ranges, what, f"lower {where}: it grows where what is beside it is free; {_OR}"
        )


_OR = "or delete retired lines of the lock file"
_WIDEN = f"widen the pool in network.yaml, {_OR}"

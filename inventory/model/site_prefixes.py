"""Whose a prefix is: sites of one VPN, found by their prefixes."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    collapse_addresses,
    ip_network,
)

from egovnet.inventory.model.primitives import IPNetwork

#: Version, first and last address.
_Span = tuple[int, int, int]


def _span(prefix: IPNetwork) -> _Span:
    return prefix.version, int(prefix.network_address), int(prefix.broadcast_address)


def common(one: IPNetwork, other: IPNetwork) -> IPNetwork:
    """The smaller of two prefixes that overlap: what both have."""
    return one if one.prefixlen >= other.prefixlen else other


def fewest(prefixes: Iterable[IPNetwork]) -> tuple[IPNetwork, ...]:
    """The fewest prefixes of the same addresses, in order, IPv4 first."""
    every = tuple(prefixes)
    return (
        *collapse_addresses(p for p in every if isinstance(p, IPv4Network)),
        *collapse_addresses(p for p in every if isinstance(p, IPv6Network)),
    )


class SitePrefixes:
    """Prefixes of sites, none of which overlap. Made once, sorting them."""

    def __init__(self, prefixes: Iterable[tuple[str, IPNetwork]]) -> None:
        self._held = sorted(((_span(p), site, p) for site, p in prefixes), key=lambda each: each[0])
        self._spans = [span for span, _, _ in self._held]

    def overlapping(self, prefix: IPNetwork) -> Iterator[tuple[str, IPNetwork]]:
        """Each site that has a part of `prefix`, with its prefix, in the order of addresses."""
        version, first, last = _span(prefix)
        # of prefixes that are apart, one before may reach into it, and no other
        at = bisect_right(self._spans, (version, first, -1))
        if at and self._spans[at - 1][0] == version and self._spans[at - 1][2] >= first:
            at -= 1
        for span, site, held in self._held[at:]:
            if span[0] != version or span[1] > last:
                return
            yield site, held

    def holder_of(self, address: IPv4Address | IPv6Address) -> str | None:
        """The site that has an address."""
        return self.holder(ip_network(address))

    def holder(self, prefix: IPNetwork) -> str | None:
        """The site that has all of `prefix`; None: no site has it."""
        for site, held in self.overlapping(prefix):
            if held.prefixlen <= prefix.prefixlen:
                return site
        return None

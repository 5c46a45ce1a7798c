"""Hosts as ends of connections, and the addresses that they can take for it.

A host may take any address of its site's local network that nobody else has: so there is one
within an entry's prefix, and one just beside it, however small the prefix is.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from egovnet.inventory.model import IPNetwork
from egovnet.playbooks.verify.openings import Address, within

#: Addresses of a prefix that are looked at: its first may be the network's own or the gateway's.
_LOOKED_AT = 4


@dataclass(frozen=True, slots=True)
class ConnectionHost:
    """A host of a site in one family, at an address of its local network."""

    site: str
    vpn: str
    node: str
    address: Address
    lan: IPNetwork
    gateway: Address

    def at(self, number: int) -> "ConnectionHost | None":
        """The same host at another address of its network, if it may have that one."""
        first, last = int(self.lan.network_address), int(self.lan.broadcast_address)
        if not first < number < last or number == int(self.gateway):
            return None
        return replace(self, address=type(self.address)(number))


class HostsOfVpn:
    """The hosts of one VPN in one family, by their networks."""

    def __init__(self, hosts: Iterable[ConnectionHost]) -> None:
        self.all = sorted(hosts, key=lambda host: int(host.lan.network_address))
        self._networks = [int(host.lan.network_address) for host in self.all]

    def inside(self, prefixes: Iterable[IPNetwork]) -> list[ConnectionHost]:
        """A host in each prefix that can have one."""
        found = (self._within(prefix) for prefix in prefixes)
        return list(dict.fromkeys(host for host in found if host is not None))

    def outside(self, prefixes: Collection[IPNetwork], far: str) -> list[ConnectionHost]:
        """A host just beside one of the prefixes, and one in another network, where there are.

        Both at other sites than `far`, which the other end is at.
        """
        others = (self.all[place] for place in self._places(prefixes) if place < len(self.all))
        found = [
            next((host for host in hosts if host.site != far), None)
            for hosts in (
                self._beside(prefixes),
                (host for host in others if not within(host.address, prefixes)),
            )
        ]
        return list(dict.fromkeys(host for host in found if host is not None))

    def holds(self, address: Address) -> bool:
        """Whether an address is in a network of one of them."""
        place = bisect_right(self._networks, int(address)) - 1
        return place >= 0 and int(address) <= int(self.all[place].lan.broadcast_address)

    def _within(self, prefix: IPNetwork) -> ConnectionHost | None:
        host = self._holder(prefix)
        if host is None:
            place = bisect_left(self._networks, int(prefix.network_address))
            host = self.all[place] if place < len(self.all) else None
            return host if host is not None and within(host.address, [prefix]) else None
        if within(host.address, [prefix]):
            return host
        first = int(prefix.network_address)
        most = min(_LOOKED_AT, prefix.num_addresses)
        return next((at for n in range(first, first + most) if (at := host.at(n))), None)

    def _beside(self, prefixes: Collection[IPNetwork]) -> Iterator[ConnectionHost]:
        for prefix in prefixes:
            host = self._holder(prefix)
            ends = int(prefix.broadcast_address) + 1, int(prefix.network_address) - 1
            for number in ends if host is not None else ():
                at = host.at(number) if host is not None else None
                if at is not None and not within(at.address, prefixes):
                    yield at

    def _holder(self, prefix: IPNetwork) -> ConnectionHost | None:
        """The host whose network holds a prefix."""
        place = bisect_right(self._networks, int(prefix.network_address)) - 1
        if place < 0:
            return None
        host = self.all[place]
        return host if int(prefix.broadcast_address) <= int(host.lan.broadcast_address) else None

    def _places(self, prefixes: Collection[IPNetwork]) -> list[int]:
        """Where the first two networks behind each prefix are, and the first two of all."""
        ends = (int(prefix.broadcast_address) + 1 for prefix in prefixes)
        behind = (bisect_left(self._networks, end) for end in ends)
        return [*(place + step for place in behind for step in (0, 1)), 0, 1]

"""What may be opened: the connections that registers declare.

Pure. An exchange gives an opening in each direction that it allows. An application of an enforced
VPN gives one from its users to its servers. Nothing is transitive: what A may open to B, and B to
C, is two openings and no third.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address

from egovnet.inventory.model import IPNetwork
from egovnet.inventory.model.transport import PortRanges, TransportProtocol

Address = IPv4Address | IPv6Address


class Register(StrEnum):
    """Where an opening is declared."""

    EXCHANGE = "exchange"
    APPLICATION = "application"
    #: Not a register's entry: what a gateway promises its Internet zone.
    INTERNET = "Internet zone"


@dataclass(frozen=True, slots=True)
class Opening:
    """Connections that may be opened from prefixes in one VPN to ports of prefixes in one."""

    #: Its id in the register.
    name: str
    register: Register
    source_vpn: str
    target_vpn: str
    sources: tuple[IPNetwork, ...]
    targets: tuple[IPNetwork, ...]
    protocol: TransportProtocol
    #: Empty with ICMP.
    ports: PortRanges

    def covers(
        self, source: Address, target: Address, protocol: TransportProtocol, port: int | None
    ) -> bool:
        """Whether a connection of its VPNs is one of these."""
        return (
            protocol == self.protocol
            and within(source, self.sources)
            and within(target, self.targets)
            and (port is None or any(first <= port <= last for first, last in self.ports))
        )


class Openings:
    """All openings of a network, by the VPNs that they are between."""

    def __init__(self, openings: Iterable[Opening], enforced: Iterable[str] = ()) -> None:
        self.all = tuple(openings)
        #: VPNs of which nothing passes but what is declared.
        self.enforced = frozenset(enforced)
        self._by_vpns: dict[tuple[str, str], list[Opening]] = {}
        self._partners: dict[str, dict[str, None]] = {}
        for opening in self.all:
            source, target = opening.source_vpn, opening.target_vpn
            self._by_vpns.setdefault((source, target), []).append(opening)
            if source != target:
                self._partners.setdefault(source, {})[target] = None
                self._partners.setdefault(target, {})[source] = None

    def between(self, source_vpn: str, target_vpn: str) -> tuple[Opening, ...]:
        """Those from one VPN to another, or within one."""
        return tuple(self._by_vpns.get((source_vpn, target_vpn), ()))

    def partners(self, vpn: str) -> tuple[str, ...]:
        """Other VPNs that something may be opened from or to, in the register's order."""
        return tuple(self._partners.get(vpn, ()))

    def allow(
        self,
        vpns: tuple[str, str],
        source: Address,
        target: Address,
        protocol: TransportProtocol,
        port: int | None,
    ) -> bool:
        """Whether a connection from an address of one VPN to one of another may be opened.

        Within one VPN that is not enforced everything may be, as far as its sites reach each other.
        """
        source_vpn, target_vpn = vpns
        if source_vpn == target_vpn and source_vpn not in self.enforced:
            return True
        return any(
            one.covers(source, target, protocol, port)
            for one in self.between(source_vpn, target_vpn)
        )


def within(address: Address, prefixes: Iterable[IPNetwork]) -> bool:
    """Whether an address is in one of the prefixes."""
    return any(prefix.version == address.version and address in prefix for prefix in prefixes)

"""Addresses that several hosts have, in VPNs whose address plans overlap: pure.

Whoever sends to such an address may be answered by the host of its own VPN, so that an answer says
nothing of the others. Nothing is expected of them then, by an echo request.
"""

from collections.abc import Iterable, Mapping
from typing import Generic, Protocol, TypeVar


class Host(Protocol):
    """What has an address at a site."""

    @property
    def site(self) -> str:
        """The site that it is of."""

    @property
    def address(self) -> str:
        """Its address."""


H = TypeVar("H", bound=Host)


class Namesakes(Generic[H]):
    """The addresses that hosts of several sites have. Made once, linear in the hosts."""

    def __init__(self, hosts: Iterable[H]) -> None:
        found: dict[str, list[H]] = {}
        for host in hosts:
            found.setdefault(host.address, []).append(host)
        self._held: Mapping[str, tuple[H, ...]] = {
            address: tuple(own)
            for address, own in found.items()
            if len({host.site for host in own}) > 1
        }

    def among(self, hosts: Iterable[H]) -> frozenset[str]:
        """Those of the addresses that one of `hosts` has."""
        if not self._held:
            return frozenset()
        return frozenset(host.address for host in hosts if host.address in self._held)

    def holders(self, addresses: Iterable[str]) -> list[H]:
        """Every host that has one of the addresses."""
        return [host for address in addresses for host in self._held[address]]

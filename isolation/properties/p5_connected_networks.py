"""P5 for networks of an interface's addresses: none has addresses of another site of the VPN.

A connected network may hold what no site has, the link to the CE. What it shares with another
site's prefix is looked up on the link in place of that site, and announced from it too.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network

from egovnet.inventory.model import IPNetwork
from egovnet.inventory.model.within import is_within
from egovnet.isolation.algebra.prefix_sets import family_of
from egovnet.isolation.model.classes import p5
from egovnet.isolation.model.customer_tables import customer_tables
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import Scene, Table, port_cause


def connected_networks(scene: Scene) -> Iterator[FindingDraft]:
    """P5 over a scene: networks that are connected to a customer's table."""
    held = _Held(scene.expectation)
    for table, own in customer_tables(scene):
        yield from _connected(table, own, held)


class _Held:
    """The prefixes of all sites by VPN, to be asked by what they share addresses with."""

    def __init__(self, expectation: Expectation) -> None:
        self._of: dict[tuple[str, int], set[tuple[int, int]]] = {}
        for places in expectation.attachments.values():
            for at in places.values():
                for prefix in at.prefixes:
                    if prefix.prefixlen:  # the default route is everybody's
                        key = (at.domain.vpn, prefix.version)
                        pair = (int(prefix.network_address), prefix.prefixlen)
                        self._of.setdefault(key, set()).add(pair)
        self._sorted = {key: sorted(pairs) for key, pairs in self._of.items()}
        self._lengths = {key: sorted({pair[1] for pair in held}) for key, held in self._of.items()}

    def beside(self, vpn: str, network: IPNetwork, own: Sequence[IPNetwork]) -> IPNetwork | None:
        """A prefix of the VPN, none of `own`, that shares addresses with `network`."""
        key = (vpn, network.version)
        first, last = int(network.network_address), int(network.broadcast_address)
        bits = network.max_prefixlen
        pairs = self._sorted.get(key, [])
        for index in range(bisect_left(pairs, (first, 0)), len(pairs)):
            if pairs[index][0] > last:
                break
            found = _network(network.version, pairs[index])
            if found not in own:
                return found
        for length in self._lengths.get(key, ()):
            if length >= network.prefixlen:
                break
            pair = (first >> (bits - length) << (bits - length), length)
            if pair in self._of[key]:
                found = _network(network.version, pair)
                if found not in own:
                    return found
        return None


def _network(version: int, pair: tuple[int, int]) -> IPNetwork:
    return IPv4Network(pair) if version == 4 else IPv6Network(pair)


def _connected(table: Table, own: Sequence[IPNetwork], held: _Held) -> Iterator[FindingDraft]:
    for port in table.interfaces:
        for address in port.addresses:
            if address.network.prefixlen == 0:
                continue  # P7's
            for vpn in sorted({domain.vpn for domain in table.domains}):
                other = held.beside(vpn, address.network, own)
                if other is not None and not any(is_within(address.network, one) for one in own):
                    yield single(
                        finding(
                            p5.ADDRESS_TOO_WIDE,
                            table.device,
                            table.name,
                            path=(table.hop(f"has {address} at {port.name}", port.line),),
                            line=port.line,
                            family=family_of(address.network),
                            causes=(port_cause(table, port, port.line),),
                            words={"interface": port.name, "address": address, "other": other},
                        )
                    )
                    break


PROPERTY = SceneCheck("P5", connected_networks)

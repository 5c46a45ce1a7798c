"""P5 for accesses without BGP: routes to a customer's prefixes and no others.

A static route is the PE's own announcement of what is behind an access (RFC 4364 section 7), so it
is held to what the sites of the VRF may announce, as a session's filter is. So is the network of
an interface's address, which may hold what no site of the VPN has: the link to the CE.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network

from egovnet.inventory.model import IPNetwork
from egovnet.isolation.algebra.prefix_sets import PrefixSet, family_of
from egovnet.isolation.model.classes import p5
from egovnet.isolation.model.domains import MANAGEMENT, Domain
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import Scene, Table, port_cause, static_cause
from egovnet.templates.model.device import AddressFamily


def customer_statics(scene: Scene) -> Iterator[FindingDraft]:
    """P5 over a scene: static routes."""
    if not scene.expectation.attachments_known:
        return
    held = _Held(scene.expectation)
    for router in scene.routers:
        # Also of a site whose access is gone from the text: its route leads to nobody else.
        prefixes: dict[Domain, list[IPNetwork]] = {}
        for attachment in scene.expectation.attachments.get(router.name, {}).values():
            prefixes.setdefault(attachment.domain, []).extend(attachment.prefixes)
        for table in router.tables.values():
            if table.vrf is not None and table.bound and MANAGEMENT not in table.domains:
                own = [prefix for one in table.domains for prefix in prefixes.get(one, ())]
                yield from _statics(table, own)
                yield from _connected(table, own, held)


def _statics(table: Table, own: Sequence[IPNetwork]) -> Iterator[FindingDraft]:
    """`own`: what the table's sites may announce."""
    within: dict[AddressFamily, PrefixSet] = {}
    for static in table.statics:
        # A default route is P7's.
        if static.discards or static.prefix.prefixlen == 0:
            continue
        family = family_of(static.prefix)
        if family not in within:
            within[family] = PrefixSet.within(family, own)
        route = PrefixSet.of(family, (static.prefix,))
        if route - within[family]:
            yield single(
                finding(
                    p5.STATIC_TOO_WIDE,
                    table.device,
                    table.name,
                    path=(
                        *table.entry(table.domains[0]),
                        table.hop(f"routes {static.prefix}", static.line),
                    ),
                    line=static.line,
                    family=family,
                    causes=(static_cause(table, static),),
                    words={"prefix": static.prefix},
                )
            )


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
                if other is not None and not any(_holds(one, address.network) for one in own):
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


def _holds(outer: IPNetwork, inner: IPNetwork) -> bool:
    return (
        outer.version == inner.version
        and outer.prefixlen <= inner.prefixlen
        and inner.network_address in outer
    )


PROPERTY = SceneCheck("P5", customer_statics)

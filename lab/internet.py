"""The Internet of a lab: one host that every gateway's uplink ends at, with public addresses.

It has the providers' next hops, and hosts' addresses that are kept for documentation (RFC 5737,
RFC 3849). It knows the way back to what gateways are to send from, and to no site's own addresses:
what arrives untranslated gets no answer.

Besides it has an address for each gateway from which everything is sent to that gateway, whoever
has it: so sends a provider's router that somebody has taken over, and whatever keeps it out
is the gateway and not a missing route.
"""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address

from egovnet.inventory.model import IPNetwork, Network, Uplink
from egovnet.inventory.model.usable_addresses import is_unique_local
from egovnet.inventory.with_gateways import DEFAULTS, leaving_prefixes
from egovnet.lab.topology import Endpoint, Link, Node, Topology

#: The name of its node.
INTERNET = "internet"
#: Where somebody answers there.
SERVERS = ("198.51.100.10", "2001:db8:feed::10")
#: The first of those from which everything is sent to a gateway.
_STRANGERS = ("198.51.100.128", "2001:db8:feed::8000")
#: Numbers of their routing tables.
_TABLES = 1000


def internet_of(network: Network) -> tuple[tuple[Node, ...], tuple[Link, ...]]:
    """The node, and its cables to the gateways; none of a network without gateways."""
    uplinks = _uplinks(network)
    if not uplinks:
        return (), ()
    links = tuple(
        Link(
            a=Endpoint(node=name, port=uplink.port),
            b=Endpoint(node=INTERNET, port=f"eth{number}"),
        )
        for number, (name, uplink) in enumerate(uplinks.items(), start=1)
    )
    commands = tuple(_commands(network, uplinks))
    return (Node(name=INTERNET, kind="host", commands=commands),), links


def gateways_of(topology: Topology) -> tuple[str, ...]:
    """Routers that have an uplink to the lab's Internet."""
    return tuple(link.a.node for link in topology.links if link.b.node == INTERNET)


def strangers_of(network: Network) -> dict[str, tuple[str, ...]]:
    """Gateway -> addresses from which everything is sent to it, one of each of its families."""
    return {
        name: tuple(
            str(ip_address(first) + number)
            for first in _STRANGERS
            if ip_address(first).version in uplink.versions
        )
        for number, (name, uplink) in enumerate(_uplinks(network).items())
    }


def _uplinks(network: Network) -> dict[str, Uplink]:
    routers = network.routers.items()
    return {name: router.uplink for name, router in routers if router.uplink is not None}


def _commands(network: Network, uplinks: Mapping[str, Uplink]) -> Iterator[str]:
    for address in SERVERS:
        yield f"ip address add {address} dev lo"
    ports: dict[int, str] = {}
    for number, on_link in enumerate(_by_link(uplinks).values(), start=1):
        port = f"eth{on_link[0][0]}" if len(on_link) == 1 else f"br{number}"
        ports |= {other: port for other, _ in on_link}
        yield from _link_commands(port, on_link)
    for number, (name, uplink) in enumerate(uplinks.items(), start=1):
        # where several gateways send from one prefix, the first is the way back
        ways = [(prefix, f"metric {100 + number}") for prefix in _answered(network, uplink)]
        for stranger in strangers_of(network)[name]:
            version = ip_address(stranger).version
            table = f"{_TABLES + number}"
            yield f"ip address add {stranger} dev lo"
            yield f"ip -{version} rule add from {stranger} lookup {table}"
            ways.append((DEFAULTS[version], f"table {table}"))
        for prefix, where in ways:
            own = uplink.address(prefix.version)
            if own is not None:
                # onlink: a gateway's port may be down yet, and then nobody is a neighbour
                way = f"{prefix} via {own.ip} dev {ports[number]} onlink {where}"
                yield f"ip -{prefix.version} route add {way}"


def _link_commands(port: str, on_link: Sequence[tuple[int, Uplink]]) -> Iterator[str]:
    """Ports of a provider's link up, and its next hops on it."""
    for other, _ in on_link:
        yield f"ip link set eth{other} up"
    if len(on_link) > 1:
        # several gateways on one link of a provider
        yield f"ip link add {port} type bridge forward_delay 0"
        for other, _ in on_link:
            yield f"ip link set eth{other} master {port}"
        yield f"ip link set {port} up"
    uplink = on_link[0][1]
    for version in uplink.versions:
        hop, link = uplink.next_hop(version), uplink.address(version)
        if hop is not None and link is not None:
            nodad = " nodad" if version == 6 else ""
            yield f"ip address add {hop}/{link.network.prefixlen} dev {port}{nodad}"


def _by_link(uplinks: Mapping[str, Uplink]) -> dict[frozenset[object], list[tuple[int, Uplink]]]:
    found: dict[frozenset[object], list[tuple[int, Uplink]]] = {}
    for number, uplink in enumerate(uplinks.values(), start=1):
        link = frozenset(address.network for address in uplink.addresses)
        found.setdefault(link, []).append((number, uplink))
    return found


def _answered(network: Network, uplink: Uplink) -> Iterator[IPNetwork]:
    """What a provider routes to a gateway: its pool, and global prefixes of sites behind it."""
    links = [address.network for address in uplink.addresses]
    for prefix in uplink.pool:
        if not any(prefix.version == link.version and prefix.overlaps(link) for link in links):
            yield prefix
    for prefix in leaving_prefixes(network, uplink.vpn):
        if prefix.version == 6 and not is_unique_local(prefix):
            yield prefix

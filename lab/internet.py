"""The Internet of a lab: one host that every gateway's uplink ends at, with public addresses.

It has the providers' next hops, and hosts' addresses that are kept for documentation (RFC 5737,
RFC 3849). It knows the way back to what gateways are to send from, and to no site's own addresses:
what arrives untranslated gets no answer.
"""

from collections.abc import Iterator, Mapping

from egovnet.inventory.model import IPNetwork, Network, Uplink
from egovnet.inventory.model.usable_addresses import is_unique_local
from egovnet.inventory.with_gateways import leaving_prefixes
from egovnet.lab.topology import Endpoint, Link, Node, Topology

#: The name of its node.
INTERNET = "internet"
#: Where somebody answers there.
SERVERS = ("198.51.100.10", "2001:db8:feed::10")


def internet_of(network: Network) -> tuple[tuple[Node, ...], tuple[Link, ...]]:
    """The node, and its cables to the gateways; none of a network without gateways."""
    uplinks = {
        name: router.uplink for name, router in network.routers.items() if router.uplink is not None
    }
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


def _commands(network: Network, uplinks: Mapping[str, Uplink]) -> Iterator[str]:
    for address in SERVERS:
        yield f"ip address add {address} dev lo"
    for number, ports in enumerate(_by_link(uplinks).values(), start=1):
        port = f"eth{ports[0][0]}"
        for other, _ in ports:
            yield f"ip link set eth{other} up"
        if len(ports) > 1:
            # several gateways on one link of a provider
            port = f"br{number}"
            yield f"ip link add {port} type bridge forward_delay 0"
            for other, _ in ports:
                yield f"ip link set eth{other} master {port}"
            yield f"ip link set {port} up"
        for version in ports[0][1].versions:
            hop, link = ports[0][1].next_hop(version), ports[0][1].address(version)
            if hop is not None and link is not None:
                nodad = " nodad" if version == 6 else ""
                yield f"ip address add {hop}/{link.network.prefixlen} dev {port}{nodad}"
    for number, uplink in enumerate(uplinks.values(), start=1):
        for prefix in _answered(network, uplink):
            own = uplink.address(prefix.version)
            if own is not None:
                # where several gateways send from one prefix, the first is the way back
                way = f"{prefix} via {own.ip} metric {100 + number}"
                yield f"ip -{prefix.version} route add {way}"


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

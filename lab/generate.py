"""The virtual network of an inventory: its routers and circuits, and customers behind them."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import Network
from egovnet.inventory.registers.legacy_circuits import LegacyCircuit
from egovnet.lab.customer import (
    access_port,
    ce_commands,
    ce_text,
    host_commands,
    speaks_bfd,
    speaks_bgp,
)
from egovnet.lab.internet import internet_of
from egovnet.lab.legacy_lines import between_sites
from egovnet.lab.name_servers import name_servers_of, server_commands, ways_to_servers
from egovnet.lab.topology import Endpoint, Link, Node, Topology

ROUTER_DAEMONS = ("zebra", "staticd", "bgpd", "isisd", "ldpd", "bfdd")
#: A firewall or gateway is no part of the backbone: neither an IGP nor labels.
FIREWALL_DAEMONS = ("zebra", "staticd", "bgpd", "bfdd")
CE_DAEMONS = ("zebra", "bgpd")


def ce_name(site: str) -> str:
    """Name of the CE node of `site`."""
    return f"{site}-ce"


def host_name(site: str) -> str:
    """Name of the host node of `site`: where a citizen or an official sits."""
    return f"{site}-host"


def generate(
    network: Network,
    allocation: Allocation,
    texts: Mapping[str, str],
    beside: Topology | None = None,
    legacy_circuits: Mapping[str, LegacyCircuit] = MappingProxyType({}),
) -> Topology:
    """The lab of `network`; `texts` is what each router boots with (day-0 or intended).

    A PE's port that several sites share gets a switch between; tags pass through it. `beside` is
    the lab of a neighbour, which is joined at the borders; a border whose other router is not there
    ends at a switch. A legacy circuit is a cable between routers, or between the CEs of two sites,
    whose own it is.

    Raises:
        TopologyError: a site's prefix is too small, or the names do not fit.
    """
    nodes = [
        Node(
            name=name,
            kind="router",
            management=router.management.ip,
            forward=(router.hostname, router.port),
            daemons=FIREWALL_DAEMONS if router.attachment is not None else ROUTER_DAEMONS,
            config=texts[name],
        )
        for name, router in network.routers.items()
    ]
    links = [
        _link(_port(c.a.router, c.a.port), _port(c.b.router, c.b.port))
        for c in network.circuits.values()
    ]
    links += [
        _link(_port(at.pe, at.pe_port), _port(name, at.port))
        for name, router in network.routers.items()
        if (at := router.attachment) is not None
    ]
    internet, uplinks = internet_of(network)
    nodes += internet
    links += uplinks
    served = name_servers_of(network, allocation)
    links += [
        _link(*(_port(*end) for end in circuit.ports))
        for circuit in legacy_circuits.values()
        if circuit.between_routers
    ]
    lines = between_sites(network, legacy_circuits)
    links += [_link(*(_port(ce_name(end.site), end.port) for end in both)) for both in lines]
    on_port: dict[Endpoint, list[Endpoint]] = {}
    for site, entry in network.written_sites.items():
        bgp = speaks_bgp(network, site)
        line_ends = [end for both in lines for end in both if end.site == site]
        nodes.append(
            Node(
                name=ce_name(site),
                kind="ce",
                daemons=_ce_daemons(network, site),
                config=ce_text(network, allocation, site, line_ends) if bgp else "",
                commands=(
                    *ce_commands(network, allocation, site, line_ends),
                    *ways_to_servers(network, site, served.get(site, [])),
                ),
            )
        )
        host = (
            *host_commands(network, site),
            *server_commands(network, site, served.get(site, [])),
        )
        nodes.append(Node(name=host_name(site), kind="host", commands=host))
        accesses = entry.site_network_accesses.values()
        for index, access in enumerate(accesses):
            on_port.setdefault(_port(access.pe, access.port), []).append(
                _port(ce_name(site), access_port(index))
            )
        lan = _port(ce_name(site), access_port(len(accesses)))
        links.append(_link(lan, _port(host_name(site), "eth1")))
    for port, customers in on_port.items():
        if len(customers) == 1:
            links.append(_link(port, customers[0]))
            continue
        switch = f"{port.node}-{port.port}-switch"
        nodes.append(Node(name=switch, kind="switch"))
        for index, end in enumerate((port, *customers)):
            links.append(_link(end, _port(switch, f"eth{index + 1}")))
    if beside is not None:
        nodes += [node for node in beside.nodes if node.name not in set(_stubs(beside, network))]
        kept = {node.name for node in nodes}
        links += [link for link in beside.links if {link.a.node, link.b.node} <= kept]
    names = {node.name for node in nodes}
    for border in network.borders.values():
        own = _port(border.router, border.port)
        if border.neighbor_router in names:
            links.append(_link(own, _port(border.neighbor_router, border.neighbor_port)))
        else:
            nodes.append(Node(name=_border_end(own), kind="switch"))
            links.append(_link(own, _port(_border_end(own), "eth1")))
    return Topology(
        name=network.backbone.name,
        management_subnet=network.backbone.management.prefix,
        nodes=tuple(nodes),
        links=tuple(links),
    )


def _border_end(port: Endpoint) -> str:
    """Name of the node at which a border ends whose other router is not there."""
    return f"{port.node}-{port.port}-border"


def _stubs(beside: Topology, network: Network) -> Iterator[str]:
    """Nodes of a neighbour's lab at which borders end that join `network`."""
    names = {node.name for node in beside.nodes}
    for border in network.borders.values():
        end = _border_end(_port(border.neighbor_router, border.neighbor_port))
        if end in names:
            yield end


def _ce_daemons(network: Network, site: str) -> tuple[str, ...]:
    if not speaks_bgp(network, site):
        return ()
    return (*CE_DAEMONS, "bfdd") if speaks_bfd(network, site) else CE_DAEMONS


def _port(node: str, port: str) -> Endpoint:
    return Endpoint(node=node, port=port)


def _link(a: Endpoint, b: Endpoint) -> Link:
    return Link(a=a, b=b)

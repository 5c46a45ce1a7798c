"""Both ends of a site-network-access, and what they are called; how a router is managed."""

from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import IPNetwork, Network, SiteNetworkAccess
from egovnet.templates.model.device import IPAddress, IPInterface, Management
from egovnet.templates.registry import platform

#: Where the ends of an access stand in its network: the PE's is the first host address.
PE_END, CE_END = 1, 2


@dataclass(frozen=True, slots=True)
class AccessAddresses:
    """Both ends of a site-network-access: the PE takes the first host address, the CE the next.

    At a border whose neighbour allocates, the neighbour has the first.
    """

    pe: tuple[IPInterface, ...]
    ce: tuple[IPInterface, ...]


def access_addresses(allocation: Allocation, access: str) -> AccessAddresses:
    """Addresses of `access` ("site/access"), IPv4 first."""
    pe: list[IPInterface] = []
    ce: list[IPInterface] = []
    own, other = _ends(allocation, access)
    for net in allocation.access_links(access):
        pe.append(address_in(net, own))
        ce.append(address_in(net, other))
    return AccessAddresses(tuple(pe), tuple(ce))


def customer_addresses(allocation: Allocation, access: str) -> tuple[IPAddress, ...]:
    """As `access_addresses(...).ce`, without lengths, which take most of its time."""
    _, other = _ends(allocation, access)
    return tuple(
        type(net.network_address)(int(net.network_address) + other)
        for net in allocation.access_links(access)
    )


def own_addresses(allocation: Allocation, access: str) -> tuple[IPInterface, ...]:
    """As `access_addresses(...).pe`, alone."""
    own, _ = _ends(allocation, access)
    return tuple(address_in(net, own) for net in allocation.access_links(access))


def _ends(allocation: Allocation, access: str) -> tuple[int, int]:
    """Where the PE's end stands in the network of an access, and where the other one."""
    return (CE_END, PE_END) if access in allocation.numbered_there else (PE_END, CE_END)


def address_in(net: IPNetwork, index: int) -> IPInterface:
    """The address that stands at `index` of a link's network."""
    address = (int(net.network_address) + index, net.prefixlen)
    return IPv4Interface(address) if net.version == 4 else IPv6Interface(address)


def access_interface(network: Network, access: SiteNetworkAccess, vlan: int | None) -> str:
    """Name of the PE's interface for an access: the port, or the VLAN on it."""
    pe = network.routers[access.pe]
    return platform(pe.platform).capabilities.access_interface(access.port, vlan)


def policy_name(site: str, access: str) -> str:
    """Name of an access's filters on its PE. No name holds `_`: a-b/c and a/b-c stay apart."""
    return f"{site}_{access}"


def management_of(network: Network, router: str) -> Management:
    """How a router is managed, by the port that is its own or the network's."""
    management = network.backbone.management
    return Management(
        vrf=management.vrf,
        table=management.table,
        interface=network.management_port(router),
        address=network.routers[router].management,
    )

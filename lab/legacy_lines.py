"""Legacy circuits in the lab: cables between routers, and between two sites' own routers.

Who has such a line runs it. Between two sites that is eBGP where both CEs speak BGP, preferred to
the backbone by its weight until somebody takes the preference away; else it is static routes.
Addresses are those of documentation (RFC 5737, RFC 3849), as no plan has them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface, ip_interface, ip_network

from egovnet.inventory.model import Network
from egovnet.inventory.registers.legacy_circuits import LegacyCircuit

_NETS = (ip_network("192.0.2.0/24"), ip_network("2001:db8::/64"))
#: FRR's weight of what comes over the line; the backbone's is 0 (the default).
WEIGHT = 100
#: Of static routes over the line: before those to the backbone (`egovnet.lab.customer`).
METRIC = 50


@dataclass(frozen=True, slots=True)
class LineEnd:
    """A legacy circuit at one of its sites."""

    circuit: str
    site: str
    other: str
    #: Of the site's CE.
    port: str
    own: tuple[IPv4Interface | IPv6Interface, ...]
    peer: tuple[IPv4Interface | IPv6Interface, ...]


def between_sites(
    network: Network, circuits: Mapping[str, LegacyCircuit]
) -> tuple[tuple[LineEnd, LineEnd], ...]:
    """Both ends of each line between two sites that are in the lab, in the register's order.

    Each takes the next free port of its CE: accesses come first, then the site's own network.
    """
    used: dict[str, int] = {}
    found: list[tuple[LineEnd, LineEnd]] = []
    for name, circuit in circuits.items():
        sites = [end.site for end in circuit.ends if end.site in network.written_sites]
        if len(sites) < len(circuit.ends):
            continue
        first, second = map(str, sites)
        ends = _addresses(len(found))
        made = []
        for site, other, (own, peer) in ((first, second, ends), (second, first, ends[::-1])):
            used[site] = used.get(site, 1) + 1
            port = f"eth{len(network.sites[site].site_network_accesses) + used[site]}"
            made.append(LineEnd(name, site, other, port, own, peer))
        found.append((made[0], made[1]))
    return tuple(found)


_Addresses = tuple[IPv4Interface | IPv6Interface, ...]


def _addresses(number: int) -> tuple[_Addresses, _Addresses]:
    """The two ends of line `number`, in both families; a network's first address is anycast."""
    ends = [
        tuple(ip_interface(f"{net[2 * number + 2 + end]}/{net.max_prefixlen - 1}") for net in _NETS)
        for end in (0, 1)
    ]
    return ends[0], ends[1]

"""What PEs have for encrypted VPNs: a tunnel to each PE that they exchange such routes with."""

from collections.abc import Mapping

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.allocation.pool import natural
from egovnet.inventory.model import Network
from egovnet.inventory.model.reachability import Reachability
from egovnet.inventory.model.vpns import TUNNEL_MTU
from egovnet.templates.model.device import EncryptedSide, IpsecProposals, Tunnel


def encrypted_sides(network: Network, allocation: Allocation) -> dict[str, EncryptedSide]:
    """Those of PEs with an encrypted VPN, by name. Linear in sites, and in what is returned: of n
    PEs of a meshed VPN each has n - 1 tunnels; of a hub-and-spoke one the spokes have the hubs'."""
    peers = _peers(network)
    pools, ipsec = network.backbone.pools, network.backbone.ipsec
    ranges = tuple(p for p in (pools.encrypted_ipv4, pools.encrypted_ipv6) if p is not None)
    return {
        pe: EncryptedSide(
            local=allocation.loopback4[pe],
            tunnels=tuple(
                Tunnel(
                    _tunnel_name(network, allocation, other),
                    other,
                    allocation.loopback4[other],
                    allocation.encrypted_next_hops(other),
                )
                for other in sorted(others, key=natural)
            ),
            pools=ranges,
            mtu=TUNNEL_MTU,
            ipsec=IpsecProposals(ipsec.ike, ipsec.esp),
        )
        for pe, others in peers.items()
    }


def _tunnel_name(network: Network, allocation: Allocation, other: str) -> str:
    """By the number of the other PE's next hop in its pool, which stays its own."""
    pool = network.backbone.pools.encrypted_ipv4
    first = int(pool.network_address) if pool is not None else 0
    return f"gre{int(allocation.encrypted4[other]) - first}"


def _peers(network: Network) -> Mapping[str, set[str]]:
    """PE -> the other PEs with which it exchanges routes of an encrypted VPN."""
    reachability = Reachability(network)
    at: dict[str, set[str]] = {}
    found: dict[str, set[str]] = {}
    for name, site in network.sites.items():
        if network.vpns[site.vpn].is_encrypted:
            pes = {access.pe for access in site.site_network_accesses.values()}
            at.setdefault(reachability.group_of(name).label, set()).update(pes)
    for label, own in at.items():
        for other in reachability.imports(reachability.groups[label]):
            for pe in own:
                found.setdefault(pe, set()).update(at.get(other.label, set()) - {pe})
    return found

"""Encrypted VPNs: what the backbone must have for them."""

from collections.abc import Iterator

from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import Network
from egovnet.inventory.model.partial import as_far_as_known
from egovnet.inventory.model.vpns import ENCRYPTED_CIRCUIT_MTU


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield what the backbone lacks, once for each VPN that needs it."""
    for name in network.vpns:
        yield from as_far_as_known(_of_vpn(network, name, report))


def _of_vpn(network: Network, name: str, report: Report) -> Iterator[Problem]:
    vpn = network.vpns[name]
    if not vpn.is_encrypted:
        return
    at = (name, "encryption")
    pools, mtu = network.backbone.pools, network.backbone.circuit_mtu
    lacks = [] if pools.encrypted_ipv4 is not None else ["encrypted-ipv4"]
    if pools.loopback_ipv6 is not None and pools.encrypted_ipv6 is None:
        lacks.append("encrypted-ipv6")
    if lacks:
        yield report(
            "vpns",
            at,
            f"is {vpn.encryption}, and pools of network.yaml has no {' and no '.join(lacks)}",
            "give a prefix that nothing else uses, with an address for each PE",
        )
    if mtu < ENCRYPTED_CIRCUIT_MTU:
        yield report(
            "vpns",
            at,
            f"is {vpn.encryption}, and circuit-mtu of network.yaml is {mtu}: a packet of 1500 "
            f"octets becomes {ENCRYPTED_CIRCUIT_MTU}",
            f"let circuit-mtu be at least {ENCRYPTED_CIRCUIT_MTU}",
        )

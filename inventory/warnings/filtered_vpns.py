"""Enforced VPNs: of which nothing is declared, and sites whose answers may go by another PE."""

from collections.abc import Iterator

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import Filtering, Network
from egovnet.inventory.registered_flows import registered_flows

CODES = {
    "enforced-without-declarations": "A VPN is enforced, and no application or exchange of it is "
    "declared: its sites reach nobody.",
    "filtered-site-at-two-pes": "A site of an enforced VPN is joined at several PEs: an answer "
    "that leaves by another PE than its connection came by is dropped.",
}


def warn(
    network: Network, _allocation: Allocation, report: Report
) -> Iterator[tuple[str, Problem]]:
    """Yield every warning about these."""
    enforced = [n for n, vpn in network.vpns.items() if vpn.filtering is Filtering.ENFORCED]
    flows = registered_flows(network, enforced)
    for name in enforced:
        if not flows[name]:
            yield (
                "enforced-without-declarations",
                report(
                    "vpns",
                    (name, "filtering"),
                    "is enforced, and nothing of it is declared: its sites reach nobody",
                    "let it be observed first, and declare what egovnet application observed lists",
                ),
            )
    for name, site in network.written_sites.items():
        pes = sorted({access.pe for access in site.site_network_accesses.values()})
        if site.vpn in flows and len(pes) > 1:
            yield (
                "filtered-site-at-two-pes",
                report(
                    "sites",
                    (name, "site-network-accesses"),
                    f"is joined at {' and '.join(pes)}, and VPN {site.vpn} is enforced",
                    "have its router send by the access that it is reached by",
                ),
            )

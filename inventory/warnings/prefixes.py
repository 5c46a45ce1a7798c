"""What a site says of BGP that has no effect, or ends its session."""

from collections import Counter
from collections.abc import Iterator

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.model import Network

CODES = {
    "asn-without-bgp": "A site has an AS number, and no access of it speaks BGP.",
    "maximum-prefix-too-small": "A site with bgp has more prefixes of a family than it may "
    "announce: its session would end.",
}


def warn(
    network: Network, _allocation: Allocation, report: Report
) -> Iterator[tuple[str, Problem]]:
    """Yield every warning about these."""
    for name, site in network.written_sites.items():
        speak = {access.routing_protocol for access in site.site_network_accesses.values()}
        if site.asn is not None and "bgp" not in speak:
            found, remedy = "no access of the site speaks bgp", "leave it out, or use bgp"
            yield "asn-without-bgp", report("sites", (name, "asn"), found, remedy)
        most = max(Counter(prefix.version for prefix in site.prefixes).values())
        for access_name, access in site.site_network_accesses.items():
            if access.routing_protocol != "bgp" or most <= access.maximum_prefix:
                continue
            where: Location = (name, "site-network-accesses", access_name, "maximum-prefix")
            found = f"{most} prefixes of one family, and {access.maximum_prefix} may be announced"
            remedy = f"use {most} or more"
            yield "maximum-prefix-too-small", report("sites", where, found, remedy)

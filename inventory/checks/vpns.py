"""VPNs: an owner that may have one in that zone."""

from collections.abc import Iterator

from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import Network, ZoneName


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every problem of these."""
    for name, vpn in network.vpns.items():
        owner = network.agencies.get(vpn.owner)
        if owner is not None and vpn.zone is ZoneName.INTRANET and owner.kind != "system":
            yield report(
                "vpns",
                (name, "owner"),
                f"{vpn.owner} is a {owner.kind}; the intranet joins the six systems only",
                "name one of the six systems, or use zone extranet",
            )

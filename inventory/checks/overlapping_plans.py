"""Address plans that overlap: no site joins two VPNs that have the same addresses."""

from collections.abc import Iterator

from egovnet.inventory.access_classes import joined, shared_exits
from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.model import AddressPlan, Network, Site, Vpn
from egovnet.inventory.model.partial import as_far_as_known
from egovnet.inventory.overlapping_plans import Plans


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every site that joins two VPNs whose plans overlap; linear in the prefixes of the
    VPNs for each pair that some site joins."""
    own = [name for name, vpn in network.vpns.items() for _ in as_far_as_known(_own_plan(vpn))]
    if own:
        plans, exits = Plans(network), shared_exits(network)
        for name in network.sites:
            yield from as_far_as_known(_of_site(network, plans, name, exits, report))


def _own_plan(vpn: Vpn) -> Iterator[None]:
    if vpn.address_plan is AddressPlan.OWN:
        yield


def _of_site(
    network: Network, plans: Plans, name: str, exits: tuple[str, ...] | None, report: Report
) -> Iterator[Problem]:
    site = network.sites[name]
    vpns = [vpn for vpn in joined(network, site, exits) if vpn in network.vpns]
    for index, vpn in enumerate(vpns):
        for other in vpns[:index]:
            both = plans.overlap(other, vpn)
            if both is not None:
                prefix, holder, its, its_holder = both
                yield report(
                    "sites",
                    _place(name, site, vpn),
                    f"joins VPNs {other} and {vpn}, whose address plans overlap: {prefix} of site "
                    f"{holder}, and {its} of site {its_holder}",
                    "what overlaps is never joined: use other prefixes, or a site for each VPN",
                )


def _place(name: str, site: Site, vpn: str) -> Location:
    for key, each in site.attachments.items():
        if each.vpn == vpn:
            return (name, "attachments", key, "vpn")
    return (name, "site-network-accesses")

"""Connection tracking: where a PE filters, no two of its VPNs have the same addresses.

A PE tracks connections by addresses and ports alone, whichever VPN they are of. Of two VPNs with
the same addresses one's connection would be taken for the other's: its answers would pass where
nobody opened anything. Firewalls and gateways need no such check: plans of their own are for
departments of the extranet, which no exchange joins, and a gateway has one Internet zone.
"""

from collections.abc import Iterator

from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.model import AddressPlan, Filtering, Network, Site, Vpn
from egovnet.inventory.model.partial import as_far_as_known
from egovnet.inventory.overlapping_plans import Plans


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every VPN that a PE filters and that meets there another with the same addresses.

    A PE filters accesses of filtered VPNs, and what crosses at its borders. Looks at the pairs of
    VPNs of each PE, and at the prefixes of each pair once.
    """
    vpns = network.vpns.items()
    filtered = {name for name, vpn in vpns for _ in as_far_as_known(_filtered(vpn))}
    own = {name for name, vpn in vpns for _ in as_far_as_known(_own_plan(vpn))}
    crossing = dict(as_far_as_known(_crossing(network)))
    if not (filtered or crossing) or not own:
        return
    plans, seen = Plans(network), set[tuple[str, str]]()
    for pe, present in _vpns_at(network).items():
        for one in (vpn for vpn in present if vpn in filtered or (pe, vpn) in crossing):
            others = present if one in own else [vpn for vpn in present if vpn in own]
            for other in others:
                if other == one or (one, other) in seen or (other, one) in seen:
                    continue
                both = plans.overlap(one, other)
                if both is None:
                    continue
                seen.add((one, other))
                prefix, holder, its, its_holder = both
                at: tuple[str, Location] = ("vpns", (one, "filtering"))
                last = "leave both open"
                if one not in filtered:
                    at, last = crossing[pe, one], "let neither cross there"
                yield report(
                    *at,
                    f"{pe} tracks connections of VPNs {one} and {other}, whose address plans "
                    f"overlap: {prefix} of site {holder}, and {its} of site {its_holder}",
                    "a PE cannot tell their connections apart: use other prefixes, access them at "
                    f"different PEs, or {last}",
                )


def _vpns_at(network: Network) -> dict[str, dict[str, None]]:
    """PE -> VPNs that have an access there, each once."""
    found: dict[str, dict[str, None]] = {}
    for site in network.sites.values():
        for pe, vpn in as_far_as_known(_accesses(site)):
            if vpn in network.vpns:
                found.setdefault(pe, {})[vpn] = None
    for (pe, vpn), _ in as_far_as_known(_crossing(network)):
        if vpn in network.vpns:
            found.setdefault(pe, {})[vpn] = None
    return found


def _crossing(network: Network) -> Iterator[tuple[tuple[str, str], tuple[str, Location]]]:
    """(PE, VPN) of a border, which filters, and where that is written."""
    for name, border in network.borders.items():
        for key, each in border.vpns.items():
            yield (border.router, each.vpn), ("borders", (name, "vpns", key, "vpn"))


def _accesses(site: Site) -> Iterator[tuple[str, str]]:
    for access in site.site_network_accesses.values():
        for vpn in (site.vpn, *(each.vpn for each in site.attachments.values())):
            yield access.pe, vpn


def _filtered(vpn: Vpn) -> Iterator[None]:
    if vpn.filtering is not Filtering.OPEN:
        yield


def _own_plan(vpn: Vpn) -> Iterator[None]:
    if vpn.address_plan is AddressPlan.OWN:
        yield

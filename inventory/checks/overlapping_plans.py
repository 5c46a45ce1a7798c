"""Address plans that overlap: no site joins two VPNs that have the same addresses."""

from collections.abc import Iterator

from egovnet.inventory.access_classes import joined
from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.model import AddressPlan, IPNetwork, Network, Site, Vpn
from egovnet.inventory.model.partial import as_far_as_known
from egovnet.inventory.model.site_prefixes import SitePrefixes

#: A prefix and its site, of either VPN.
_Both = tuple[IPNetwork, str, IPNetwork, str]


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every site that joins two VPNs whose plans overlap; linear in the prefixes of the
    VPNs for each pair that some site joins."""
    own = [
        name
        for name, vpn in network.vpns.items()
        for _ in as_far_as_known(_own_plan(vpn))
    ]
    if own:
        plans = _Plans(network)
        for name, site in network.sites.items():
            yield from as_far_as_known(_of_site(network, plans, name, site, report))


def _own_plan(vpn: Vpn) -> Iterator[None]:
    if vpn.address_plan is AddressPlan.OWN:
        yield


class _Plans:
    """What VPNs have, and where two of them overlap."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._prefixes: dict[str, list[tuple[str, IPNetwork]]] = {}
        for name, site in network.sites.items():
            for vpn, prefixes in as_far_as_known(_joined(network, site)):
                self._prefixes.setdefault(vpn, []).extend((name, p) for p in prefixes)
        self._held: dict[str, SitePrefixes] = {}
        self._found: dict[tuple[str, str], _Both | None] = {}

    def overlap(self, one: str, other: str) -> _Both | None:
        """Where two VPNs overlap, if a plan of either is its own."""
        plans = {self._network.vpns[one].address_plan, self._network.vpns[other].address_plan}
        if AddressPlan.OWN not in plans:
            return None
        if (one, other) not in self._found:
            self._found[one, other] = self._search(one, other)
        return self._found[one, other]

    def _search(self, one: str, other: str) -> _Both | None:
        if other not in self._held:
            self._held[other] = SitePrefixes(self._prefixes.get(other, ()))
        for site, prefix in self._prefixes.get(one, ()):
            for its_site, its in self._held[other].overlapping(prefix):
                return prefix, site, its, its_site
        return None


def _joined(network: Network, site: Site) -> Iterator[tuple[str, tuple[IPNetwork, ...]]]:
    yield from joined(network, site).items()


def _of_site(
    network: Network, plans: _Plans, name: str, site: Site, report: Report
) -> Iterator[Problem]:
    vpns = [vpn for vpn in joined(network, site) if vpn in network.vpns]
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

"""Where the address plans of two VPNs overlap. What overlaps, nothing joins."""

from collections.abc import Iterator
from itertools import combinations

from egovnet.inventory.access_classes import joined, shared_exits
from egovnet.inventory.model import AddressPlan, DerivedSite, IPNetwork, Network, Site
from egovnet.inventory.model.part_sites import PartSite
from egovnet.inventory.model.partial import as_far_as_known
from egovnet.inventory.model.site_prefixes import SitePrefixes

#: A prefix and its site, of either VPN.
Both = tuple[IPNetwork, str, IPNetwork, str]


class Plans:
    """What VPNs have, and where two of them overlap."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._prefixes: dict[str, list[tuple[str, IPNetwork]]] = {}
        exits = shared_exits(network)
        for name, site in network.sites.items():
            for vpn, prefixes in as_far_as_known(_joined(network, site, exits)):
                self._prefixes.setdefault(vpn, []).extend((name, p) for p in prefixes)
        self._held: dict[str, SitePrefixes] = {}
        self._found: dict[tuple[str, str], Both | None] = {}

    def overlap(self, one: str, other: str) -> Both | None:
        """Where two VPNs overlap, if a plan of either is its own."""
        plans = {self._network.vpns[one].address_plan, self._network.vpns[other].address_plan}
        if AddressPlan.OWN not in plans:
            return None
        if (one, other) not in self._found:
            # the fewer prefixes are looked up among the more
            if self._size(one) <= self._size(other):
                self._found[one, other] = self._search(one, other)
            elif both := self._search(other, one):
                self._found[one, other] = (*both[2:], *both[:2])
            else:
                self._found[one, other] = None
        return self._found[one, other]

    def _search(self, one: str, other: str) -> Both | None:
        if other not in self._held:
            self._held[other] = SitePrefixes(self._prefixes.get(other, ()))
        for site, prefix in self._prefixes.get(one, ()):
            for its_site, its in self._held[other].overlapping(prefix):
                return prefix, site, its, its_site
        return None

    def _size(self, vpn: str) -> int:
        return len(self._prefixes.get(vpn, ()))


def _joined(
    network: Network, site: Site, exits: tuple[str, ...] | None
) -> Iterator[tuple[str, tuple[IPNetwork, ...]]]:
    # a site in a further VPN says again what the one that it is of says
    if not isinstance(site, PartSite | DerivedSite):
        yield from joined(network, site, exits).items()


def tracked_apart(network: Network) -> dict[str, tuple[tuple[str, str], ...]]:
    """PE -> pairs of its VPNs that have the same addresses, whose connections are to be told apart.

    Looks at the pairs of VPNs of each PE where a plan is its owner's, and at each pair once.
    """
    own = {name for name, vpn in network.vpns.items() if vpn.address_plan is AddressPlan.OWN}
    if not own:
        return {}
    plans = Plans(network)
    present: dict[str, dict[str, None]] = {}
    for site in network.sites.values():
        for access in site.site_network_accesses.values():
            present.setdefault(access.pe, {})[site.vpn] = None
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for pe, vpns in present.items():
        pairs = tuple(
            (one, other)
            for one, other in combinations(vpns, 2)
            if (one in own or other in own) and plans.overlap(one, other)
        )
        if pairs:
            found[pe] = pairs
    return found

"""The packet matrix: who sends to whom, and what each answer means.

Sources are the PEs' VRFs on any network and the sites' hosts where there are any. Targets are
the CEs' access addresses (and the hosts'); besides other sites' VPNs, no customer may reach the
backbone's loopbacks or the management network. Sources keep at most `per_source` targets of
each kind, spread evenly, so that work is linear; the share that was covered is reported.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from egovnet.inventory.allocation.allocate import Allocation, vrf_of
from egovnet.inventory.model import Network
from egovnet.inventory.model.reachability import Reachability
from egovnet.templates.intend.build_devices import access_addresses
from egovnet.templates.model.probe import Probe

PER_SOURCE = 128


@dataclass(frozen=True, slots=True)
class Flow:
    """One probe of the matrix and what should become of it."""

    #: PE or host node that sends.
    sender: str
    source_sites: frozenset[str]
    #: The VRF that it leaves from; None: the host's only table.
    vrf: str | None
    address: str
    #: Site, or "backbone" or "management".
    target: str
    must_reach: bool

    @property
    def name(self) -> str:
        """How a report calls it."""
        place = f"{self.sender} VRF {self.vrf}" if self.vrf else self.sender
        return f"{place} -> {self.target} ({self.address})"

    @property
    def probe(self) -> Probe:
        """What is sent."""
        return Probe(self.vrf, self.address, expected=self.must_reach)


@dataclass(frozen=True, slots=True)
class SiteHost:
    """A host of a site's own network, behind the customer's router."""

    node: str
    addresses: tuple[str, ...]


@dataclass(frozen=True)
class ProbePlan:
    """Flows to try, and how many pairs there are in all."""

    flows: tuple[Flow, ...]
    pairs: int


def _spread(items: Sequence[str], most: int) -> Sequence[str]:
    if len(items) <= most:
        return items
    step = len(items) / most
    return [items[int(index * step)] for index in range(most)]


def _infrastructure(network: Network, allocation: Allocation) -> Iterator[tuple[str, str]]:
    """(what, address): a few of the backbone's own addresses, of both families."""
    names = _spread(list(network.routers), 4)
    for name in names:
        yield "backbone", str(allocation.loopback4[name])
        yield "backbone", str(allocation.loopback6[name])
        yield "management", str(network.routers[name].management.ip)


def vrf_plan(
    network: Network,
    allocation: Allocation,
    routers: frozenset[str],
    per_source: int = PER_SOURCE,
) -> ProbePlan:
    """Flows from every VRF of the PEs in `routers` to the sites' CEs."""
    sources: dict[tuple[str, str], list[str]] = {}
    for site, entry in network.sites.items():
        for access in entry.site_network_accesses.values():
            if access.pe in routers:
                vrf = allocation.vrf_name[vrf_of(network, site, access)]
                sources.setdefault((access.pe, vrf), []).append(site)
    targets: dict[str, list[str]] = {}
    served_by: dict[str, str] = {}
    for site, entry in network.sites.items():
        addresses: list[str] = []
        for name, access in entry.site_network_accesses.items():
            if access.pe in routers:
                ends = access_addresses(allocation, f"{site}/{name}")
                addresses += [str(end.ip) for end in ends.ce]
                served_by.update((str(end.ip), access.pe) for end in ends.ce)
        targets[site] = addresses
    return _plan(
        network,
        [(pe, vrf, frozenset(sites)) for (pe, vrf), sites in sources.items()],
        targets,
        list(_infrastructure(network, allocation)),
        per_source=per_source,
        served_by=served_by,
    )


def host_plan(
    network: Network,
    allocation: Allocation,
    hosts: Mapping[str, SiteHost],
    per_source: int = PER_SOURCE,
) -> ProbePlan:
    """Flows between the hosts, by site."""
    present = {site: hosts[site] for site in network.sites if site in hosts}
    return _plan(
        network,
        [(host.node, None, frozenset({site})) for site, host in present.items()],
        {site: list(host.addresses) for site, host in present.items()},
        list(_infrastructure(network, allocation)),
        per_source=per_source,
        served_by={},
    )


def _plan(
    network: Network,
    sources: Sequence[tuple[str, str | None, frozenset[str]]],
    targets: dict[str, list[str]],
    infrastructure: Sequence[tuple[str, str]],
    *,
    per_source: int,
    served_by: Mapping[str, str],
) -> ProbePlan:
    """`served_by` is the PE of each target that is a CE's."""
    reachability = Reachability(network)
    reached = {
        group.label: _spread(
            [
                site
                for imported in reachability.imports(group)
                for site in reachability.sites_in(imported)
                if site in targets
            ],
            per_source,
        )
        for group in reachability.groups.values()
    }
    some = _spread(list(targets), per_source)
    addresses = sum(len(found) for found in targets.values())
    flows: list[Flow] = []
    for sender, vrf, sites in sources:
        # The sites of one VRF may all reach the same; a spoke is alone in its own.
        one = min(sites)
        group = reachability.group_of(one)
        peers = list(reached[group.label])
        if not group.meshed and one in targets:
            peers.append(one)
        for site in peers:
            flows += [
                Flow(sender, sites, vrf, address, site, must_reach=True)
                for address in targets[site]
                if not (vrf is None and site in sites)
                # No spoke hears another, be it the same site's access on another PE.
                and not (not group.meshed and site == one and served_by.get(address) != sender)
            ]
        for site in some:
            if not reachability.may_reach(one, site):
                flows += [
                    Flow(sender, sites, vrf, address, site, must_reach=False)
                    for address in targets[site]
                ]
        flows += [
            Flow(sender, sites, vrf, address, what, must_reach=False)
            for what, address in infrastructure
        ]
    own_pairs = sum(
        len(targets.get(site, ())) for _, vrf, sites in sources if vrf is None for site in sites
    )
    pairs = len(sources) * (addresses + len(infrastructure)) - own_pairs
    return ProbePlan(tuple(flows), pairs)

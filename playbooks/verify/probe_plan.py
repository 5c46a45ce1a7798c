"""The packet matrix: who sends to whom, and what each answer means.

Sources are the PEs' VRFs on any network and the sites' hosts where there are any. Targets are
the CEs' access addresses (and the hosts'); besides other sites' VPNs, no customer may reach the
backbone's loopbacks or the management network. Sources keep at most `per_source` targets of
each kind, spread evenly, so that work is linear; the share that was covered is reported.

IPv4 and IPv6 each by itself: an answer is due in a family that both ends have, a site those of its
prefixes; silence is in every family in which something can be sent. Of a pair that may meet, and
lacks the family at one end, nothing is expected, and nothing is sent.

What a change took away is silent, too: customers that the network had before it and has no longer.
A customer that is awaited may answer or not: only its own PE asks it, to know when it comes. The
same PE alone asks who answers nobody else: firewalls, Internet gateways, and customers' routers of
enforced VPNs, of which nothing is declared.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import TypeVar

from egovnet.inventory.allocation.allocate import Allocation, vrf_of
from egovnet.inventory.model import Filtering, IPNetwork, Network
from egovnet.inventory.model.platform_sites import DerivedSite
from egovnet.inventory.model.reachability import Reachability
from egovnet.playbooks.verify.connection import Connection, Untried
from egovnet.playbooks.verify.namesakes import Namesakes
from egovnet.templates.intend.access_ends import access_addresses
from egovnet.templates.model.probe import Probe

PER_SOURCE = 128
T = TypeVar("T")


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
    #: Whether its ends are joined to different PEs: its packets carry labels then.
    crosses: bool = False
    #: Nothing is expected: it is asked whether an awaited customer is there.
    asks: bool = False
    #: What is opened between two hosts; None: it is an echo request.
    connection: Connection | None = None

    @property
    def name(self) -> str:
        """How a report calls it."""
        place = f"{self.sender} VRF {self.vrf}" if self.vrf else self.sender
        if self.connection is None:
            return f"{place} -> {self.target} ({self.address})"
        asked = self.connection
        about = f"{asked.register} {asked.name}: {asked.case}"
        return f"{place} -> {self.target} ({self.address} {asked.service}; {about})"

    @property
    def probe(self) -> Probe:
        """What is sent."""
        return Probe(self.vrf, self.address, expected=self.must_reach)


@dataclass(frozen=True, slots=True)
class SiteHost:
    """A host of a site's own network, behind the customer's router."""

    node: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Former:
    """A network as it was before a change."""

    network: Network
    allocation: Allocation


@dataclass(frozen=True, slots=True)
class ProbeScope:
    """Between whom packets may be sent."""

    network: Network
    allocation: Allocation
    #: Those that take part and answer.
    routers: frozenset[str]
    #: What a change took customers from; None: it took none, or nobody knows.
    former: Former | None = None


@dataclass(frozen=True)
class ProbePlan:
    """Flows to try, and how many pairs there are in all of which something is expected."""

    flows: tuple[Flow, ...]
    pairs: int
    #: What registers declare, and nobody here can try.
    untried: tuple[Untried, ...] = ()


@dataclass(frozen=True, slots=True)
class _Source:
    sender: str
    #: None: a host's only table.
    vrf: str | None
    sites: frozenset[str]
    #: IP versions that its sites have, and in which answers are due to it.
    versions: frozenset[int]
    #: IP versions that it can send.
    sends: frozenset[int]
    #: PEs that it is joined to, or is.
    pes: frozenset[str]
    #: It is in the network no longer: nobody is to answer it.
    gone: bool = False


@dataclass(frozen=True, slots=True)
class _Target:
    site: str
    address: str
    #: 4 or 6.
    version: int
    #: Whether its site has that family and is in service, so that an answer may be due.
    answers: bool
    #: PEs that it is joined to.
    pes: frozenset[str]
    #: Whether its own PE asks it, as it is awaited.
    asked: bool = False
    #: Whether it answers its own PE, and nobody else: a firewall or gateway, or behind a filter.
    linked: bool = False
    #: The VRF that it is behind; None: a host.
    vrf: str | None = None


def _spread(items: Sequence[T], most: int) -> Sequence[T]:
    if len(items) <= most:
        return items
    step = len(items) / most
    return [items[int(index * step)] for index in range(most)]


def _infrastructure(network: Network, allocation: Allocation) -> Iterator[tuple[str, str]]:
    """(what, address): a few of the backbone's own addresses, of both families."""
    names = _spread(list(network.routers), 4)
    for name in names:
        if network.routers[name].attachment is None:  # a firewall has no loopback
            for address in allocation.loopbacks(name):
                yield "backbone", str(address)
        yield "management", str(network.routers[name].management.ip)


def vrf_plan(scope: ProbeScope, per_source: int = PER_SOURCE) -> ProbePlan:
    """Flows from every VRF of the scope's PEs to the sites' CEs."""
    network, allocation = scope.network, scope.allocation
    members: dict[tuple[str, str], list[str]] = {}
    for site, entry in network.sites.items():
        for access in entry.site_network_accesses.values():
            if access.pe in scope.routers:
                vrf = allocation.vrf_name[vrf_of(network, site, access)]
                members.setdefault((access.pe, vrf), []).append(site)
    sources = [
        _Source(
            pe,
            vrf,
            frozenset(sites),
            # of those in service: without any it has no port that is up
            frozenset(
                version
                for site in sites
                if _in_service(network, site, pe)
                for version in network.sites[site].versions
            ),
            # a PE has an address of each on every access
            network.backbone.pools.versions,
            frozenset({pe}),
        )
        for (pe, vrf), sites in members.items()
    ]
    targets = {
        site: [
            target
            for name, access in entry.site_network_accesses.items()
            if access.pe in scope.routers
            for target in _access_targets(network, allocation, site, name)
        ]
        for site, entry in network.sites.items()
    }
    return _Matrix(network, allocation, targets, _gone_accesses(scope), per_source).plan(sources)


def host_plan(
    scope: ProbeScope, hosts: Mapping[str, SiteHost], per_source: int = PER_SOURCE
) -> ProbePlan:
    """Flows between the hosts, by site; hosts of sites that are gone may be among them."""
    network = scope.network
    sources: list[_Source] = []
    targets: dict[str, list[_Target]] = {}
    for site, entry in network.written_sites.items():
        host = hosts.get(site)
        if host is None:
            continue
        pes = frozenset(access.pe for access in entry.site_network_accesses.values())
        sources.append(_host_source(site, host, pes, due=not entry.awaited))
        targets[site] = _host_targets(site, host, pes, due=not entry.awaited)
    gone: list[_Target] = []
    for site in _gone_sites(scope):
        if site in hosts:
            sources.append(_host_source(site, hosts[site], frozenset(), due=False, gone=True))
            gone += _host_targets(site, hosts[site], frozenset(), due=False)
    return _Matrix(network, scope.allocation, targets, gone, per_source).plan(sources)


def _host_source(
    site: str, host: SiteHost, pes: frozenset[str], *, due: bool, gone: bool = False
) -> _Source:
    sends = frozenset(ip_address(address).version for address in host.addresses)
    versions = sends if due else frozenset()
    return _Source(host.node, None, frozenset({site}), versions, sends, pes, gone)


def _host_targets(site: str, host: SiteHost, pes: frozenset[str], *, due: bool) -> list[_Target]:
    return [
        _Target(site, address, ip_address(address).version, due, pes) for address in host.addresses
    ]


def _access_targets(
    network: Network, allocation: Allocation, site: str, access: str
) -> Iterator[_Target]:
    """The CE's addresses on an access."""
    entry = network.sites[site]
    pes = frozenset({entry.site_network_accesses[access].pe})
    awaited = entry.awaits(access)
    filtered = network.vpns[entry.vpn].filtering is Filtering.ENFORCED
    linked = filtered or isinstance(entry, DerivedSite)
    for end in access_addresses(allocation, f"{site}/{access}").ce:
        there = end.version in entry.versions
        due = there and not awaited
        yield _Target(
            site,
            str(end.ip),
            end.version,
            due and not linked,
            pes,
            asked=there and awaited,
            linked=due and linked,
            vrf=allocation.vrf_name[vrf_of(network, site, entry.site_network_accesses[access])],
        )


def _in_service(network: Network, site: str, pe: str) -> bool:
    """Whether a site has an access on a PE that does not wait for its customer."""
    entry = network.sites[site]
    accesses = entry.site_network_accesses.items()
    return any(access.pe == pe and not entry.awaits(name) for name, access in accesses)


def _gone_accesses(scope: ProbeScope) -> list[_Target]:
    """CEs of accesses that the former network had, at addresses that nobody has now."""
    if scope.former is None:
        return []
    now = {
        end.ip
        for label in scope.allocation.access4
        for end in access_addresses(scope.allocation, label).ce
    }
    return [
        target
        for site, entry in scope.former.network.sites.items()
        for name in entry.site_network_accesses
        if not _has_access(scope.network, site, name)
        for target in _access_targets(scope.former.network, scope.former.allocation, site, name)
        if ip_address(target.address) not in now
    ]


def _has_access(network: Network, site: str, access: str) -> bool:
    entry = network.sites.get(site)
    return entry is not None and access in entry.site_network_accesses


def _gone_sites(scope: ProbeScope) -> list[str]:
    """Sites that the former network had, but for those whose network another site of their VPN
    has now."""
    if scope.former is None:
        return []
    now: dict[str, list[IPNetwork]] = {}
    for entry in scope.network.written_sites.values():
        now.setdefault(entry.vpn, []).extend(entry.prefixes)
    return [
        site
        for site, entry in scope.former.network.written_sites.items()
        if site not in scope.network.written_sites
        and not any(
            mine.version == its.version and mine.overlaps(its)
            for mine in entry.prefixes
            for its in now.get(entry.vpn, ())
        )
    ]


class _Matrix:
    """The targets by group, made once; flows of a source are linear in `per_source`."""

    def __init__(
        self,
        network: Network,
        allocation: Allocation,
        targets: Mapping[str, list[_Target]],
        gone: Sequence[_Target],
        per_source: int,
    ) -> None:
        self._targets = targets
        self._gone = _spread(gone, per_source)
        self._all_gone = _count(gone)
        self._reachability = reachability = Reachability(network)
        self._infrastructure = [
            (what, address, ip_address(address).version)
            for what, address in _infrastructure(network, allocation)
        ]
        reached = {
            group.label: [
                site
                for imported in reachability.imports(group)
                for site in reachability.sites_in(imported)
                if site in targets
            ]
            for group in reachability.groups.values()
        }
        self._peers = {label: _spread(sites, per_source) for label, sites in reached.items()}
        self._some = _spread(list(targets), per_source)
        present = [one for ends in targets.values() for one in ends]
        self._all = _count(present)
        self._namesakes = Namesakes([*present, *gone])
        #: Group's label -> addresses of `namesakes` that it reaches somebody by.
        self._heard = {
            label: self._namesakes.among(one for site in sites for one in targets[site])
            for label, sites in reached.items()
        }
        self._of_peers = {
            label: _count(one for site in sites for one in targets[site])
            for label, sites in reached.items()
        }

        #: (group's label, PE) -> targets that the group reaches, joined to the PE.
        self._near: dict[tuple[str, str], list[_Target]] = {}
        for label, sites in reached.items():
            for target in (one for site in sites for one in targets[site]):
                for pe in target.pes:
                    self._near.setdefault((label, pe), []).append(target)

    def plan(self, sources: Iterable[_Source]) -> ProbePlan:
        flows: list[Flow] = []
        pairs = 0
        for source in sources:
            flows += self._flows(source)
            pairs += self._pairs(source)
        return ProbePlan(tuple(flows), pairs)

    def _flows(self, source: _Source) -> Iterator[Flow]:
        if not source.gone:
            yield from self._flows_of_present(source)
        else:
            for site in self._some:
                yield from self._silent(source, self._targets[site])
        others = (target for target in self._gone if target.site not in source.sites)
        yield from self._silent(source, others if source.vrf is None else self._gone)
        for what, address, version in self._infrastructure:
            if version in source.sends:
                yield _flow(source, address, what, must_reach=False)

    def _flows_of_present(self, source: _Source) -> Iterator[Flow]:
        # The sites of one VRF may all reach the same; a spoke is alone in its own.
        one = min(source.sites)
        group = self._reachability.group_of(one)
        for site in self._peers[group.label]:
            if not self._is_own(source, site):
                yield from self._due(source, self._targets[site])
        yield from self._due(source, self._own_of_spoke(source))
        yield from self._due(source, self._linked(source))
        for site in source.sites:
            yield from self._asked(source, self._targets.get(site, ()))
        for site in self._some:
            if not self._reachability.may_reach(one, site):
                yield from self._silent(source, self._targets[site])

    def _due(self, source: _Source, targets: Iterable[_Target]) -> Iterator[Flow]:
        """To whom an answer is due."""
        for target in targets:
            if _hears_not(source, target):
                continue
            if target.answers and target.version in source.versions:
                apart = not source.pes & target.pes
                yield _flow(source, target.address, target.site, must_reach=True, crosses=apart)

    @staticmethod
    def _asked(source: _Source, targets: Iterable[_Target]) -> Iterator[Flow]:
        """Who is awaited behind the source's own ports."""
        for target in targets:
            if target.asked and target.pes == source.pes and source.vrf is not None:
                flow = _flow(source, target.address, target.site, must_reach=False)
                yield replace(flow, asks=True)

    def _answered(self, source: _Source) -> frozenset[str]:
        """Addresses that hosts of several VPNs have, and that may answer this source."""
        if source.vrf is not None or source.gone:
            return frozenset()
        one = min(source.sites)
        own = (target for site in source.sites for target in self._targets.get(site, ()))
        heard = self._heard[self._reachability.group_of(one).label]
        return heard | self._namesakes.among(own)

    def _silent(self, source: _Source, targets: Iterable[_Target]) -> Iterator[Flow]:
        """Who is not to answer."""
        answered = self._answered(source)
        for target in targets:
            if target.version in source.sends and target.address not in answered:
                yield _flow(source, target.address, target.site, must_reach=False)

    def _pairs(self, source: _Source) -> int:
        """How many pairs something is expected of, were all targets tried."""
        infrastructure = sum(version in source.sends for _, _, version in self._infrastructure)
        gone = Counter(self._all_gone)
        if source.vrf is None:
            answered = self._answered(source)
            gone.subtract(
                _count(
                    one for one in self._gone if one.site in source.sites or one.address in answered
                )
            )
        always = infrastructure + _in(gone, source.sends)
        if source.gone:
            return always + _in(self._all, source.sends)
        return always + self._pairs_of_present(source)

    def _pairs_of_present(self, source: _Source) -> int:
        one = min(source.sites)
        group = self._reachability.group_of(one)
        silent, due = Counter(self._all), Counter(self._of_peers[group.label])
        silent.subtract(due)
        namesakes = self._namesakes.holders(self._answered(source))
        silent.subtract(
            _count(
                target
                for target in namesakes
                if target.site in self._targets
                and not self._reachability.may_reach(one, target.site)
            )
        )
        own = [target for site in source.sites for target in self._targets.get(site, ())]
        if not group.meshed:
            silent.subtract(_count(own))
            due.update(_count(self._own_of_spoke(source)))
        elif source.vrf is None:
            due.subtract(_count(own))
        due.update(_count(self._linked(source)))
        near = (one for pe in source.pes for one in self._near.get((group.label, pe), ()))
        due.subtract(_count(target for target in near if _hears_not(source, target)))
        return _in(silent, source.sends) + sum(due[version, True] for version in source.versions)

    @staticmethod
    def _is_own(source: _Source, site: str) -> bool:
        """A host does not send to itself."""
        return source.vrf is None and site in source.sites

    def _linked(self, source: _Source) -> list[_Target]:
        """Who is behind the source's own ports and answers it alone."""
        if source.vrf is None:
            return []
        return [
            replace(target, answers=True, linked=False)
            for site in source.sites
            for target in self._targets.get(site, ())
            if target.linked and target.pes == source.pes
        ]

    def _own_of_spoke(self, source: _Source) -> list[_Target]:
        """A spoke's own CE, which no other VRF hears, be it the same site's on another PE."""
        one = min(source.sites)
        if source.vrf is None or self._reachability.group_of(one).meshed:
            return []
        return [target for target in self._targets.get(one, ()) if target.pes == source.pes]


def _hears_not(source: _Source, target: _Target) -> bool:
    """Whether an answer goes astray: to a VRF of the PE that is not the one that asked.

    A hub's VRF and a spoke's on one PE lead to each other. Linux sends the PE's own request out by
    a port of the other VRF; the answer comes in by it, and is not handed over (seen on the lab).
    """
    apart = source.vrf is not None and target.vrf is not None and source.vrf != target.vrf
    return apart and not source.pes.isdisjoint(target.pes)


def _count(targets: Iterable[_Target]) -> Counter[tuple[int, bool]]:
    """How many there are of each family that answer, or do not."""
    return Counter((target.version, target.answers) for target in targets)


def _in(counts: Mapping[tuple[int, bool], int], versions: frozenset[int]) -> int:
    return sum(number for (version, _), number in counts.items() if version in versions)


def _flow(
    source: _Source, address: str, target: str, *, must_reach: bool, crosses: bool = False
) -> Flow:
    return Flow(
        source.sender, source.sites, source.vrf, address, target, must_reach, crosses=crosses
    )

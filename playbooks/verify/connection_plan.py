"""Which connections are tried for what the registers declare.

Pure, and linear in the registers. For each entry, in each family and direction: what it declares;
and beside it what a filter that is wrong in one place would let through: the other direction,
another port or protocol, hosts of the same VPN that it is not about, and third VPNs, of which one
is a partner of a partner. What each is to come to is asked of all openings together, so that one
entry may allow what was tried for another.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from egovnet.inventory.model import IPNetwork
from egovnet.inventory.model.transport import PortRanges, TransportProtocol
from egovnet.playbooks.verify.connection import Connection, ConnectionCase, Untried
from egovnet.playbooks.verify.connection_hosts import ConnectionHost, HostsOfVpn
from egovnet.playbooks.verify.openings import Opening, Openings, Register
from egovnet.playbooks.verify.probe_plan import Flow, ProbePlan

_FIRST_PORT, _LAST_PORT = 1, 65535
#: Beside an entry for echo requests, which have no port.
_SOME_PORT = 443
_NOBODY = "no two hosts of different sites can be in its prefixes"
_OTHER: Mapping[TransportProtocol, TransportProtocol] = {"tcp": "udp", "udp": "tcp", "icmp": "tcp"}

Ends = tuple[ConnectionHost, ConnectionHost]
Pairs = list[Ends]


def connection_plan(
    openings: Openings, hosts: Iterable[ConnectionHost], meet: Callable[[str, str], bool]
) -> ProbePlan:
    """What is tried between `hosts` for all of `openings`.

    `meet`: whether two sites of one VPN reach each other, by its topology.
    """
    return _Planner(openings, hosts, meet).plan()


class _Planner:
    def __init__(
        self,
        openings: Openings,
        hosts: Iterable[ConnectionHost],
        meet: Callable[[str, str], bool],
    ) -> None:
        self._openings = openings
        self._meet = meet
        found: dict[tuple[str, int], list[ConnectionHost]] = {}
        for host in hosts:
            found.setdefault((host.vpn, host.address.version), []).append(host)
        self._hosts = {place: HostsOfVpn(own) for place, own in found.items()}
        self._vpns = {
            version: [vpn for vpn, own in self._hosts if own == version] for version in (4, 6)
        }

    def plan(self) -> ProbePlan:
        flows: dict[tuple[object, ...], Flow] = {}
        untried: list[Untried] = []
        tried: list[tuple[int, Opening, Pairs]] = []
        for number, opening in enumerate(self._openings.all):
            for version in (4, 6):
                if not (_of(version, opening.sources) and _of(version, opening.targets)):
                    continue
                pairs = self._pairs(opening, version)
                if pairs:
                    tried.append((number, opening, pairs))
                else:
                    untried.append(Untried(opening.name, opening.register, version, _NOBODY))
        # what one entry declares is that entry's, whatever another one asks beside its own
        for ask in (self._declared, self._beside):
            for number, opening, pairs in tried:
                for flow in ask(opening, pairs, number):
                    flows.setdefault(_key(flow), flow)
        return ProbePlan(tuple(flows.values()), len(flows), tuple(untried))

    def _pairs(self, opening: Opening, version: int) -> Pairs:
        """Hosts at both ends: each prefix with a host takes part once, at least."""
        sources = self._of(opening.source_vpn, version).inside(_of(version, opening.sources))
        targets = self._of(opening.target_vpn, version).inside(_of(version, opening.targets))
        if not sources or not targets:
            return []
        longest = max(len(sources), len(targets))
        found: dict[tuple[ConnectionHost, ConnectionHost], None] = {}
        for number in range(longest):
            source = sources[number % len(sources)]
            target = targets[number % len(targets)]
            if source.site == target.site:
                target = targets[(number + 1) % len(targets)]
            if source.site == target.site:
                source = sources[(number + 1) % len(sources)]
            if source.site != target.site:
                found[source, target] = None
        return list(found)

    def _declared(self, opening: Opening, pairs: Pairs, _number: int) -> Iterator[Flow]:
        for ends in pairs:
            for port in _ends(opening.ports):
                yield self._flow(opening, ConnectionCase.DECLARED, ends, opening.protocol, port)

    def _beside(self, opening: Opening, pairs: Pairs, number: int) -> Iterator[Flow]:
        case, protocol = ConnectionCase, opening.protocol
        ends, port = pairs[0], _ends(opening.ports)[0]
        yield self._flow(opening, case.OTHER_DIRECTION, ends[::-1], protocol, port)
        other_port = _other_port(opening.ports)
        if other_port is not None:
            yield self._flow(opening, case.OTHER_PORT, ends, protocol, other_port)
        other = _OTHER[protocol]
        yield self._flow(opening, case.OTHER_PROTOCOL, ends, other, port or _SOME_PORT)
        yield from self._others(opening, *ends, port)
        if opening.register is Register.EXCHANGE:
            yield from self._thirds(opening, ends, port, number)

    def _others(
        self, opening: Opening, source: ConnectionHost, target: ConnectionHost, port: int | None
    ) -> Iterator[Flow]:
        """From and to addresses of the same VPNs that the entry is not about."""
        case, version = ConnectionCase.OTHER_PREFIX, source.address.version
        sources = _of(version, opening.sources)
        for sender in self._of(opening.source_vpn, version).outside(sources, target.site):
            yield self._flow(opening, case, (sender, target), opening.protocol, port)
        targets = _of(version, opening.targets)
        for receiver in self._of(opening.target_vpn, version).outside(targets, source.site):
            yield self._flow(opening, case, (source, receiver), opening.protocol, port)

    def _thirds(
        self,
        opening: Opening,
        ends: Ends,
        port: int | None,
        number: int,
    ) -> Iterator[Flow]:
        """Between each end and VPNs that are neither: a partner of a partner, and any other."""
        vpns, version = (opening.source_vpn, opening.target_vpn), ends[0].address.version
        for near, far in (ends, ends[::-1]):
            partners = self._openings.partners(far.vpn)
            for names, without, case in (
                (partners, vpns, ConnectionCase.NOT_TRANSITIVE),
                (self._vpns[version], (*vpns, *partners), ConnectionCase.THIRD_AGENCY),
            ):
                third = self._third(names, without, near, number)
                if third is not None:
                    yield self._flow(opening, case, (near, third), opening.protocol, port)
                    yield self._flow(opening, case, (third, near), opening.protocol, port)

    def _third(
        self, vpns: Sequence[str], without: Collection[str], near: ConnectionHost, number: int
    ) -> ConnectionHost | None:
        """A host of one of the VPNs; entries take turns. One whose address may be another's, where
        it is tried from, would say nothing."""
        version = near.address.version
        turn = (vpns[(number + step) % len(vpns)] for step in range(len(vpns)))
        vpn = next((name for name in turn if name not in without), None)
        hosts = [] if vpn is None else self._of(vpn, version).all
        third = hosts[number % len(hosts)] if hosts else None
        if third is None or self._is_met(near.vpn, third) or self._is_met(third.vpn, near):
            return None
        return third

    def _is_met(self, vpn: str, host: ConnectionHost) -> bool:
        """Whether a VPN, or a partner of it, has an address that a host of another one has."""
        near = (vpn, *self._openings.partners(vpn))
        return any(
            self._of(one, host.address.version).holds(host.address)
            for one in near
            if one != host.vpn
        )

    def _of(self, vpn: str, version: int) -> HostsOfVpn:
        return self._hosts.get((vpn, version)) or HostsOfVpn(())

    def _flow(
        self,
        opening: Opening,
        case: ConnectionCase,
        ends: Ends,
        protocol: TransportProtocol,
        port: int | None,
    ) -> Flow:
        source, target = ends
        port = None if protocol == "icmp" else port
        allowed = self._openings.allow(
            (source.vpn, target.vpn), source.address, target.address, protocol, port
        )
        connection = Connection(
            opening.name,
            opening.register,
            case,
            source.vpn,
            target.vpn,
            str(source.address),
            target.node,
            protocol,
            port,
        )
        if source.vpn == target.vpn:
            allowed = allowed and self._meet(source.site, target.site)
        return Flow(
            source.node,
            frozenset({source.site}),
            None,
            str(target.address),
            target.site,
            must_reach=allowed,
            connection=connection,
        )


def _of(version: int, prefixes: Iterable[IPNetwork]) -> tuple[IPNetwork, ...]:
    return tuple(prefix for prefix in prefixes if prefix.version == version)


def _ends(ports: PortRanges) -> tuple[int | None, ...]:
    """The first port of all, and the last."""
    if not ports:
        return (None,)
    return tuple(dict.fromkeys((ports[0][0], ports[-1][1])))


def _other_port(ports: PortRanges) -> int | None:
    """A port next to a range that is in none."""
    if not ports:
        return None
    beside = ports[-1][1] + 1
    return beside if beside <= _LAST_PORT else max(ports[0][0] - 1, 0) or None


def _key(flow: Flow) -> tuple[object, ...]:
    """What is sent, whatever it was made for."""
    asked = flow.connection
    if asked is None:
        return (flow.sender, flow.address)
    return (asked.source_address, flow.sender, flow.address, asked.protocol, asked.port)

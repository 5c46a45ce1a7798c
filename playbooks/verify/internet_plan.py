"""Which connections are tried for what Internet gateways promise.

Pure, and linear in the hosts of the zones and in the VPNs. From each host of an Internet zone to a
server on the Internet there is an answer, and the server sees it by the pool, or by its own address
where nothing is translated (RFC 4864). From the Internet nobody opens anything: to hosts of the
zone, by addresses to which the lab's Internet has a route for this, and to hosts of all other VPNs,
which reach nobody there either, and have no way round the gateways.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from egovnet.inventory.model import IPNetwork, Network, Role, Uplink
from egovnet.inventory.model.platform_sites import gateway_site
from egovnet.inventory.model.transport import TransportProtocol
from egovnet.inventory.model.usable_addresses import is_unique_local
from egovnet.inventory.with_gateways import behind_pes
from egovnet.playbooks.verify.connection import Connection, ConnectionCase, Untried
from egovnet.playbooks.verify.connection_hosts import ConnectionHost
from egovnet.playbooks.verify.openings import Register
from egovnet.playbooks.verify.probe_plan import Flow, ProbePlan

#: As the proof's matrix calls it.
INTERNET = "Internet"
_PORT = 443
_SERVICES: tuple[tuple[TransportProtocol, int | None], ...] = (
    ("tcp", _PORT),
    ("udp", _PORT),
    ("icmp", None),
)


@dataclass(frozen=True, slots=True)
class InternetEnd:
    """The node that stands for the Internet."""

    node: str
    #: Addresses of servers, which pools and what leaves untranslated have a way back from.
    servers: Sequence[str]
    #: Gateway -> addresses from which everything is sent to that gateway, whoever has it.
    strangers: Mapping[str, Sequence[str]]


def internet_plan(
    network: Network, hosts: Iterable[ConnectionHost], end: InternetEnd, up: Collection[str]
) -> ProbePlan:
    """What is tried between `hosts` and the Internet; of gateways that are not `up`, nothing."""
    flows = tuple(_Planner(network, hosts, end, up).flows())
    return ProbePlan(flows, len(flows))


def untried_zones(network: Network, why: str) -> tuple[Untried, ...]:
    """All Internet zones, where nothing can be tried."""
    return tuple(
        Untried(zone, Register.INTERNET, version, why)
        for zone, gateways in _zones(network, network.routers).items()
        for version in sorted({v for uplink in gateways.values() for v in uplink.versions})
    )


def _zones(network: Network, up: Collection[str]) -> dict[str, dict[str, Uplink]]:
    """Zone -> gateways that join it to the Internet, in the order in which they are preferred."""
    found: dict[str, dict[str, Uplink]] = {}
    for name, _ in behind_pes(network, network.with_role(Role.GATEWAY)):
        uplink = network.routers[name].uplink
        if uplink is not None and name in up:
            found.setdefault(uplink.vpn, {})[name] = uplink
    return found


class _Planner:
    def __init__(
        self,
        network: Network,
        hosts: Iterable[ConnectionHost],
        end: InternetEnd,
        up: Collection[str],
    ) -> None:
        self._zones = _zones(network, up)
        self._hosts = list(hosts)
        self._end = end
        self._servers = {ip_address(one).version: one for one in end.servers}

    def flows(self) -> Iterator[Flow]:
        first = {(host.vpn, host.address.version): host for host in reversed(self._hosts)}
        for zone, gateways in self._zones.items():
            for host in self._hosts:
                if host.vpn == zone:
                    yield from self._outwards(zone, gateways, host)
                    yield from self._inwards(ConnectionCase.OTHER_DIRECTION, zone, gateways, host)
            for (vpn, _), host in first.items():
                if vpn not in self._zones:
                    case = ConnectionCase.NO_EXIT
                    yield self._to_server(case, zone, host, ("udp", _PORT), ())
                    yield self._to_server(case, zone, host, ("tcp", _PORT), ())
                    yield from self._inwards(case, zone, gateways, host)

    def _outwards(
        self, zone: str, gateways: Mapping[str, Uplink], host: ConnectionHost
    ) -> Iterator[Flow]:
        """Each service of a server; due where a gateway has the family."""
        version, seen_as = host.address.version, _seen_as(gateways, host)
        due = any(version in uplink.versions for uplink in gateways.values())
        for service in _SERVICES:
            case = ConnectionCase.DECLARED if due else ConnectionCase.NO_EXIT
            yield self._to_server(case, zone, host, service, seen_as, due=due)

    def _to_server(
        self,
        case: ConnectionCase,
        zone: str,
        host: ConnectionHost,
        service: tuple[TransportProtocol, int | None],
        seen_as: tuple[IPNetwork, ...],
        *,
        due: bool = False,
    ) -> Flow:
        ends = (host.vpn, INTERNET, str(host.address), self._end.node)
        return Flow(
            host.node,
            frozenset({host.site}),
            None,
            self._servers[host.address.version],
            gateway_site(zone),
            must_reach=due,
            connection=Connection(zone, Register.INTERNET, case, *ends, *service, seen_as),
        )

    def _inwards(
        self,
        case: ConnectionCase,
        zone: str,
        gateways: Mapping[str, Uplink],
        host: ConnectionHost,
    ) -> Iterator[Flow]:
        """From behind each gateway, as from a provider's router that somebody has taken over."""
        for gateway in gateways:
            for stranger in self._end.strangers.get(gateway, ()):
                if ip_address(stranger).version != host.address.version:
                    continue
                for service in _SERVICES:
                    ends = (INTERNET, host.vpn, stranger, host.node)
                    yield Flow(
                        self._end.node,
                        frozenset({gateway_site(zone)}),
                        None,
                        str(host.address),
                        host.site,
                        must_reach=False,
                        connection=Connection(zone, Register.INTERNET, case, *ends, *service),
                    )


def _seen_as(gateways: Mapping[str, Uplink], host: ConnectionHost) -> tuple[IPNetwork, ...]:
    """Any gateway's pool, as each may be the one that is alive; or what the host has."""
    version = host.address.version
    if version == 4 or is_unique_local(host.lan):
        return tuple(p for uplink in gateways.values() for p in uplink.pool_of(version))
    return (ip_network(host.address),)

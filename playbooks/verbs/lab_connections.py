"""Connections between the lab's hosts, for what the registers declare: real sockets, with ports."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from egovnet.inventory.model import Network
from egovnet.inventory.model.reachability import Reachability
from egovnet.lab.backend import Backend
from egovnet.lab.connections import ConnectionAttempt, SeenConnection
from egovnet.lab.customer import site_lans
from egovnet.lab.errors import LabError
from egovnet.lab.generate import host_name
from egovnet.lab.internet import INTERNET, SERVERS, strangers_of
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.connections_tried import ConnectionsTried
from egovnet.playbooks.verbs.lab import running_lab
from egovnet.playbooks.verbs.lab_hosts import LabHosts
from egovnet.playbooks.verify.connection import Untried
from egovnet.playbooks.verify.connection_hosts import ConnectionHost
from egovnet.playbooks.verify.connection_plan import connection_plan
from egovnet.playbooks.verify.declared_openings import declared_openings
from egovnet.playbooks.verify.internet_plan import (
    InternetEnd,
    internet_plan,
    untried_zones,
)
from egovnet.playbooks.verify.openings import Openings
from egovnet.playbooks.verify.packet_source import Answers, PacketSource
from egovnet.playbooks.verify.probe_plan import Flow, ProbePlan, ProbeScope
from egovnet.playbooks.verify.probing import Probing

#: How often a connection that is to be answered is tried: each try asks for several seconds.
_TRIES = 2


def lab_senders(workspace: Workspace) -> tuple[PacketSource, ...]:
    """Everybody who sends packets in the lab of an inventory, beside its PEs' VRFs."""
    return (LabHosts(workspace), LabConnections(workspace), LabInternet(workspace))


def try_connections(workspace: Workspace, names: Collection[str] = ()) -> ConnectionsTried:
    """What packets of the lab's hosts say of the registers; `names`: of these entries only.

    What is to be answered and is not is tried again before it is believed.
    """
    source = LabConnections(workspace)
    probing = Probing(
        workspace.network,
        workspace.allocation,
        [source],
        wanted=lambda flow: (
            flow.connection is not None and (not names or flow.connection.name in names)
        ),
    )
    probing.plan(frozenset(workspace.network.routers))
    if not probing.names:
        return ConnectionsTried(not_possible=source.nobody)
    for _ in range(_TRIES):
        probing.begin()
        if not probing.send():
            break
    untried = (one for one in probing.untried() if not names or one.name in names)
    return ConnectionsTried(probing.cells(), tuple(untried), probing.failures())


class _Connections:
    """Senders of connections: the lab's nodes."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lab: Backend | None = None
        #: (node, address) that hosts have always.
        self._own: frozenset[tuple[str, str]] = frozenset()

    def _hosts(self, lab: Backend, network: Network) -> list[ConnectionHost]:
        """Those that are there."""
        nodes = {node.name for node in lab.status().nodes}
        hosts = list(connection_hosts(network, nodes))
        self._own = frozenset((host.node, str(host.address)) for host in hosts)
        return hosts

    def send(self, by_sender: Mapping[str, Sequence[Flow]]) -> Answers:
        """Try all of them in one round trip."""
        if self._lab is None:
            return Answers(failures={"lab": "is not running"})
        attempts = {name: list(map(_attempt, flows)) for name, flows in by_sender.items()}
        everything = [one for own in attempts.values() for one in own]
        try:
            came = iter(self._lab.try_connections(everything, self._besides(everything)))
        except LabError as error:
            return Answers(failures={"lab": str(error)})
        seen = {name: [next(came) for _ in own] for name, own in attempts.items()}
        return Answers(
            {name: [s is SeenConnection.ANSWERED for s in own] for name, own in seen.items()},
            arrived={name: [one.passed for one in own] for name, own in seen.items()},
            other_source={
                name: [one is SeenConnection.OTHER_SOURCE for one in own]
                for name, own in seen.items()
            },
        )

    def _besides(self, attempts: Sequence[ConnectionAttempt]) -> dict[str, list[str]]:
        """Addresses that hosts take for the attempts, besides their own."""
        found: dict[str, dict[str, None]] = {}
        for one in attempts:
            for end in ((one.source, one.source_address), (one.target, one.target_address)):
                if end not in self._own:
                    found.setdefault(end[0], {})[end[1]] = None
        return {node: list(own) for node, own in found.items()}


class LabConnections(_Connections):
    """The hosts of the lab as ends of connections, if one is up that can try them."""

    name = "connections between hosts"

    @property
    def nobody(self) -> str:
        """Why `plan` found nothing to try, for people."""
        if self._lab is None:
            return "no lab with hosts is up: egovnet lab up, with a backend that has hosts"
        return "no register declares anything that is in force"

    def plan(self, scope: ProbeScope) -> ProbePlan | None:
        """Those of every entry in force; each is named that nobody can try."""
        self._lab = self._lab or running_lab(self._workspace)
        openings = declared_openings(scope.network)
        if self._lab is None or not openings.all:
            return None
        if self._lab.no_connections:
            return ProbePlan((), 0, _untried(openings, self._lab.no_connections))
        hosts = self._hosts(self._lab, scope.network)
        return connection_plan(openings, hosts, Reachability(scope.network).may_reach)


class LabInternet(_Connections):
    """The hosts of the lab and its Internet, if one is up that has Internet gateways."""

    name = "the Internet and hosts"

    def plan(self, scope: ProbeScope) -> ProbePlan | None:
        """What each gateway promises; zones are named where nothing can be tried."""
        self._lab = self._lab or running_lab(self._workspace)
        network, strangers = scope.network, strangers_of(scope.network)
        if self._lab is None or not strangers:
            return None
        if missing := self._lab.no_connections or self._lab.no_translation:
            return ProbePlan((), 0, untried_zones(network, missing))
        end = InternetEnd(INTERNET, SERVERS, strangers)
        hosts = self._hosts(self._lab, network)
        own = {(end.node, one) for gateway in strangers.values() for one in (*SERVERS, *gateway)}
        self._own |= own
        return internet_plan(network, hosts, end, scope.routers)


def connection_hosts(network: Network, nodes: set[str]) -> Iterator[ConnectionHost]:
    """Hosts that are there, of sites that are in service, once for each local network."""
    for site, entry in network.sites.items():
        if host_name(site) in nodes and not entry.awaited:
            for lan in site_lans(network, site):
                yield ConnectionHost(
                    site,
                    entry.vpn,
                    host_name(site),
                    lan.host.ip,
                    lan.host.network,
                    lan.gateway.ip,
                )


def _untried(openings: Openings, why: str) -> tuple[Untried, ...]:
    return tuple(
        Untried(name, register, version, why)
        for name, register, version in dict.fromkeys(
            (one.name, one.register, prefix.version)
            for one in openings.all
            for prefix in one.targets
        )
    )


def _attempt(flow: Flow) -> ConnectionAttempt:
    asked = flow.connection
    if asked is None:
        raise TypeError(f"{flow.name} is not a connection")
    return ConnectionAttempt(
        source=flow.sender,
        source_address=asked.source_address,
        target=asked.target_node,
        target_address=flow.address,
        protocol=asked.protocol,
        port=asked.port,
        expected=flow.must_reach,
        seen_as=tuple(str(network) for network in asked.seen_as),
    )

"""Packets over emulated routers, which send none: their own tables say where one would arrive."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from threading import Lock

import pytest
from nornir.core import Nornir

from egovnet.inventory.allocation.allocate import vrf_of
from egovnet.playbooks.core.progress import Progress, Silent
from egovnet.playbooks.core.run_on_devices import run
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs.lab_hosts import site_hosts
from egovnet.playbooks.verify import label_watch, verify
from egovnet.playbooks.verify.packet_source import Answers
from egovnet.playbooks.verify.probe_plan import Flow, ProbePlan, ProbeScope, host_plan, vrf_plan
from egovnet.tasks.collect_state import collect_state
from egovnet.templates.model.state import DeviceState


@dataclass
class RoutedPackets:
    """A VRF's packet is answered where it has a route to the address, a host's where its VRF has.

    Of a verification only this is not real, and that nobody can see labels. `workspace` has every
    customer that there is.
    """

    workspace: Workspace
    #: Addresses that answer nobody, and sites whose host is cut off.
    absent: set[str] = field(default_factory=set)
    mute: set[str] = field(default_factory=set)
    #: (sending site, address) that is answered whatever the tables say.
    leaks: set[tuple[str, str]] = field(default_factory=set)
    #: What was sent, in order.
    sent: list[Flow] = field(default_factory=list)
    #: The verification's own way to the routers.
    nornir: Nornir | None = None
    #: VRFs and hosts send at once, and both ask the same routers.
    _one: Lock = field(default_factory=Lock)

    def take_part(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take the place of the PEs' own packets."""
        monkeypatch.setattr(verify, "VrfSource", lambda *words: _Vrfs(self, *words))
        monkeypatch.setattr(label_watch, "_shows_labels", lambda *_words: False)

    @property
    def hosts(self) -> "RoutedHosts":
        """The sites' hosts."""
        return RoutedHosts(self)

    def states(self, names: Iterable[str]) -> dict[str, DeviceState]:
        devices = self.workspace.devices
        arguments = {name: {"device": devices[name]} for name in names}
        assert self.nornir is not None
        with self._one:
            found = run(self.nornir, "routes", collect_state, arguments, Silent())
        assert not found.failures, found.failures
        return dict(found.results)

    def answers(self, state: DeviceState, vrf: str, flow: Flow) -> bool:
        """Whether a packet from a VRF gets there and is answered."""
        self.sent.append(flow)
        if flow.address in self.absent or (flow.vrf is None and flow.source_sites <= self.mute):
            return False
        address = ip_address(flow.address)
        routes = state.routes.get((vrf, f"ipv{address.version}"), frozenset())  # type: ignore[call-overload] # a family
        return any(address in ip_network(prefix) for prefix in routes)


@dataclass
class _Vrfs:
    packets: RoutedPackets
    nornir: Nornir
    _progress: Progress
    name: str = "PE VRFs"

    def __post_init__(self) -> None:
        self.packets.nornir = self.nornir

    def plan(self, scope: ProbeScope) -> ProbePlan | None:
        found = vrf_plan(scope)
        return found if found.flows else None

    def send(self, by_sender: Mapping[str, Sequence[Flow]]) -> Answers:
        states = self.packets.states(by_sender)
        return Answers(
            {
                name: [self.packets.answers(states[name], f.vrf or "", f) for f in flows]
                for name, flows in by_sender.items()
            }
        )


@dataclass
class RoutedHosts:
    """A host at each site, behind its first access."""

    packets: RoutedPackets
    name: str = "hosts"

    def plan(self, scope: ProbeScope) -> ProbePlan | None:
        network = self.packets.workspace.network
        return host_plan(scope, site_hosts(network, list(network.sites)))

    def send(self, by_sender: Mapping[str, Sequence[Flow]]) -> Answers:
        workspace = self.packets.workspace
        of_sender = {name: min(flows[0].source_sites) for name, flows in by_sender.items()}
        places = {site: _place(workspace, site) for site in of_sender.values()}
        states = self.packets.states({pe for pe, _ in places.values()})
        answered = {}
        for name, flows in by_sender.items():
            site = of_sender[name]
            pe, vrf = places[site]
            answered[name] = [
                (site, flow.address) in self.packets.leaks
                or self.packets.answers(states[pe], vrf, flow)
                for flow in flows
            ]
        return Answers(answered)


def _place(workspace: Workspace, site: str) -> tuple[str, str]:
    """PE and VRF of a site's first access."""
    network = workspace.network
    access = next(iter(network.sites[site].site_network_accesses.values()))
    return access.pe, workspace.allocation.vrf_name[vrf_of(network, site, access)]

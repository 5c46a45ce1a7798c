"""A network that is there in thought: what its routers say and who answers, with what is broken.

The verifier is the real one; what it reads of devices comes from here.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property
from ipaddress import ip_address
from typing import Any

import pytest

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import Network
from egovnet.inventory.model.reachability import Reachability
from egovnet.playbooks.core.run_on_devices import DeviceResults
from egovnet.playbooks.verbs.lab_hosts import site_hosts
from egovnet.playbooks.verify import awaited, label_watch, verify
from egovnet.playbooks.verify.control_plane import VrfExpectation, expected_routes
from egovnet.playbooks.verify.packet_source import Answers
from egovnet.playbooks.verify.probe_plan import (
    Flow,
    ProbePlan,
    ProbeScope,
    host_plan,
    vrf_plan,
)
from egovnet.tasks.against_intended import AgainstIntended
from egovnet.templates.intend.access_ends import access_addresses
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.model.device import Device
from egovnet.templates.model.state import DeviceState
from tests.playbooks.states import neighbors, well


@dataclass
class World:
    """Routers that run a network, and its customers."""

    network: Network
    allocation: Allocation
    #: Sites whose power is cut, and circuits that are.
    dark: frozenset[str] = frozenset()
    cut: frozenset[str] = frozenset()
    #: (sender, address) that is answered whatever is meant.
    leaks: frozenset[tuple[str, str]] = frozenset()
    asked: list[Flow] = field(default_factory=list)

    @cached_property
    def _devices(self) -> dict[str, Device]:
        return intend(self.network, self.allocation)

    @cached_property
    def _routes(self) -> dict[tuple[str, str], VrfExpectation]:
        return expected_routes(self.network, self.allocation)

    @cached_property
    def _reachability(self) -> Reachability:
        return Reachability(self.network)

    @cached_property
    def _at(self) -> dict[str, frozenset[str]]:
        return {site: frozenset(self._addresses([site])) for site in self.network.sites}

    def state(self, name: str) -> DeviceState:
        """What a router says of itself."""
        network, allocation = self.network, self.allocation
        ldp = neighbors(network, allocation, name)
        whole = well(self._devices[name], self._routes, ldp, usual=True)
        gone = {str(p) for site in self.dark for p in network.sites[site].prefixes}
        silent = self._addresses(self.dark)
        ports = {
            end.port
            for circuit in self.cut
            for end in (network.circuits[circuit].a, network.circuits[circuit].b)
            if end.router == name
        }
        joined = {
            str(allocation.loopback4[other])
            for circuit, entry in network.circuits.items()
            if circuit not in self.cut
            for one, other in (
                (entry.a.router, entry.b.router),
                (entry.b.router, entry.a.router),
            )
            if one == name
        }
        down = {session for session in whole.bgp if session[1] in silent}
        return replace(
            whole,
            isis=whole.isis - ports,
            ldp=whole.ldp & joined,
            bgp=whole.bgp - down,
            trying=whole.trying | down,
            routes={table: have - gone for table, have in whole.routes.items()},
        )

    def _addresses(self, sites: Iterable[str]) -> set[str]:
        """Of the customers' routers and hosts of sites."""
        found = set()
        for site in sites:
            for access in self.network.sites[site].site_network_accesses:
                label = f"{site}/{access}"
                found |= {str(end.ip) for end in access_addresses(self.allocation, label).ce}
            found.update(
                a for host in _hosts(self.network, [site]).values() for a in host.addresses
            )
        return found

    def answers(self, flow: Flow) -> bool:
        """Whether an answer comes."""
        self.asked.append(flow)
        if (flow.sender, flow.address) in self.leaks:
            return True
        sites = self.network.sites
        there = [site for site in flow.source_sites if site in sites]
        if flow.target not in sites or not there or flow.target in self.dark:
            return False
        if flow.address not in self._at[flow.target]:
            return False  # of another time
        if flow.vrf is None and set(there) <= self.dark:
            return False
        meant = any(self._reachability.may_reach(site, flow.target) for site in there)
        version = ip_address(flow.address).version
        awaited = [sites[flow.target].awaited, all(sites[site].awaited for site in there)]
        return meant and version in sites[flow.target].versions and not any(awaited)


def _hosts(network: Network, sites: Sequence[str]) -> Mapping[str, Any]:
    """Where a prefix has room for one."""
    roomy = [s for s in sites if all(p.num_addresses >= 16 for p in network.sites[s].prefixes)]
    return site_hosts(network, roomy)


@dataclass
class Watched:
    """Has a verifier look at a world, which may become another between two looks."""

    world: World

    def take_part(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(verify, "connected", lambda *_words: nullcontext(None))
        monkeypatch.setattr(verify, "run", self._run)
        monkeypatch.setattr(awaited, "run", self._run)
        monkeypatch.setattr(verify, "VrfSource", lambda *_words: _Vrfs(self))
        monkeypatch.setattr(verify, "_PAUSE", 0)
        monkeypatch.setattr(label_watch, "_shows_labels", lambda *_words: False)
        monkeypatch.setattr(label_watch, "run", lambda *_words: DeviceResults())

    @property
    def hosts(self) -> "_Hosts":
        return _Hosts(self)

    def _run(
        self, _nornir: object, stage: str, _task: object, arguments: Mapping[str, Any], *_: object
    ) -> DeviceResults:
        if stage == "state":
            return DeviceResults({name: self.world.state(name) for name in arguments})
        assert stage == "awaited"
        return DeviceResults({name: AgainstIntended("") for name in arguments})


@dataclass
class _Vrfs:
    watched: Watched
    name: str = "PE VRFs"

    def plan(self, scope: ProbeScope) -> ProbePlan | None:
        return vrf_plan(scope)

    def send(self, by_sender: Mapping[str, Sequence[Flow]]) -> Answers:
        world = self.watched.world
        return Answers({name: list(map(world.answers, flows)) for name, flows in by_sender.items()})


@dataclass
class _Hosts(_Vrfs):
    name: str = "hosts"

    def plan(self, scope: ProbeScope) -> ProbePlan | None:
        hosts = dict(_hosts(scope.network, list(scope.network.sites)))
        if scope.former is not None:
            gone = set(scope.former.network.sites) - set(hosts)
            hosts |= _hosts(scope.former.network, sorted(gone))
        return host_plan(scope, hosts)

"""Toys in memory: what they run, their commits, and what their control plane makes of it all.

A toy takes a configuration as a whole. One that is to be confirmed goes back when its time is
over, which is seen whenever somebody looks.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_interface, ip_network

from egovnet.tasks.driver import CommitStage
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.state import DeviceState, Table, VrfTargets
from tests.toy_platform.reader import split_parts
from tests.toy_platform.state import answer

_Network = IPv4Network | IPv6Network


@dataclass
class ToyCommit:
    """A commit by the id that its controller chose."""

    before: str
    after: str
    state: str
    deadline: float = 0.0
    reason: str = ""

    @property
    def seconds_left(self) -> int:
        """Until it goes back by itself; 0 unless it is pending."""
        waits = self.state == CommitStage.PENDING
        return max(1, int(self.deadline - time.monotonic())) if waits else 0


@dataclass
class ToyDevice:
    """One toy."""

    name: str
    running: str
    commits: dict[str, ToyCommit] = field(default_factory=dict)
    #: It refuses every configuration, with this reason.
    refuses: str = ""
    #: A prefix that its daemons never take up, whatever the text says.
    forgets: str = ""
    #: How many configurations it took, going back not counted.
    pushes: int = 0

    def look(self) -> None:
        """Let what is over time go back."""
        for commit in self.commits.values():
            if commit.state == CommitStage.PENDING and time.monotonic() > commit.deadline:
                self.undo(commit)

    def undo(self, commit: ToyCommit) -> None:
        """Put back what ran before a commit."""
        self.running, commit.state = commit.before, CommitStage.UNDONE


@dataclass
class ToyNetwork:
    """Toys by the address at which they are reached."""

    devices: dict[str, ToyDevice] = field(default_factory=dict)

    def run(self, device: ToyDevice, script: str) -> str:
        """What a toy prints to a script of its platform's."""
        if script.startswith("show state"):
            return answer(script, self._states()[device.name])
        lines = [line.split() for line in script.splitlines()]
        assert all(len(words) == 3 and words[0] == "ping" for words in lines), script
        routes = self._states()[device.name].routes
        met = [
            str(number)
            for number, (_, vrf, target) in enumerate(lines)
            if _is_routed(routes, vrf, target)
        ]
        return "\n".join([*met, f"sent {len(lines)}"])

    def _states(self) -> dict[str, DeviceState]:
        toys = self.devices.values()
        texts = {toy.name: toy.running for toy in toys}
        plane = _ControlPlane(texts, frozenset(toy.forgets for toy in toys))
        return {name: plane.state(name) for name in plane.statements}


def _is_routed(routes: Mapping[Table, frozenset[str]], vrf: str, target: str) -> bool:
    address = ip_address(target)
    family: AddressFamily = "ipv4" if address.version == 4 else "ipv6"
    return any(address in ip_network(prefix) for prefix in routes.get((vrf, family), ()))


class _ControlPlane:
    """Adjacencies, sessions and VRF routes from the running texts, without forgotten prefixes."""

    def __init__(self, texts: Mapping[str, str], forgotten: frozenset[str]) -> None:
        self.forgotten = forgotten
        self.statements = {
            name: [line.split() for line in text.splitlines()[1:]] for name, text in texts.items()
        }
        self.circuits = {name: dict(self._circuits(name)) for name in texts}
        self.loopbacks = {name: list(self._loopbacks(name)) for name in texts}
        self.owners = {
            loopback: name for name, found in self.loopbacks.items() for loopback in found
        }
        self.sessions = {name: set(self._sessions(name)) for name in texts}

    def _of(self, name: str, kind: str) -> Iterator[dict[str, list[str]]]:
        return (split_parts(words) for first, *words in self.statements[name] if first == kind)

    def _circuits(self, name: str) -> Iterator[tuple[str, set[_Network]]]:
        for interface in self._of(name, "interface"):
            if "backbone" in interface:
                found = {ip_interface(address).network for address in interface["address"]}
                yield interface[""][0], found

    def _loopbacks(self, name: str) -> Iterator[str]:
        for interface in self._of(name, "interface"):
            if interface[""] == ["lo0.0"]:
                yield from (str(ip_interface(address).ip) for address in interface["address"])

    def _neighbors(self, name: str) -> dict[str, str]:
        """Interface -> the router at the circuit's other end."""
        return {
            interface: other
            for interface, networks in self.circuits[name].items()
            for other, theirs in self.circuits.items()
            if other != name and any(networks & each for each in theirs.values())
        }

    def _sessions(self, name: str) -> Iterator[str]:
        """Addresses of backbone peers that have this router as a peer, too."""
        for peer in self._of(name, "backbone-peer"):
            (address,) = peer[""]
            other = self.owners.get(address)
            if other is not None:
                theirs = {found[""][0] for found in self._of(other, "backbone-peer")}
                if theirs & set(self.loopbacks[name]):
                    yield address

    def _exchange(self, one: str, other: str) -> bool:
        """Whether routes of one come to the other: directly, or through a reflector."""

        def peers(name: str) -> set[str]:
            return {self.owners[address] for address in self.sessions[name]}

        return other in peers(one) or bool(peers(one) & peers(other))

    def _own_routes(self, name: str, vrf: str) -> set[str]:
        """Connected, static, and what customers announce: all that is accepted of them."""
        found = {
            str(ip_interface(address).network)
            for interface in self._of(name, "interface")
            if interface.get("vrf") == [vrf]
            for address in interface["address"]
        }
        for first, *words in self.statements[name]:
            if first == "route" and words[0] == vrf:
                found.add(words[1])
        for customer in self._of(name, "customer"):
            if customer[""][0] == vrf:
                found |= set(customer["accept"])
        return found - self.forgotten

    def _vrfs(self, name: str) -> dict[str, dict[str, list[str]]]:
        return {vrf[""][0]: vrf for vrf in self._of(name, "vrf")}

    def _routes(self, name: str, vrf: str) -> set[str]:
        wanted = set(self._vrfs(name)[vrf]["import"])
        found = self._own_routes(name, vrf)
        for other in self.statements:
            for theirs, words in self._vrfs(other).items():
                here = other == name and theirs != vrf
                if wanted & set(words["export"]) and (here or self._exchange(name, other)):
                    found |= self._own_routes(other, theirs)
        return found

    def state(self, name: str) -> DeviceState:
        """What a toy's daemons hold."""
        neighbors = self._neighbors(name)
        sessions = {("default", address) for address in self.sessions[name]}
        for customer in self._of(name, "customer"):
            sessions.add((customer[""][0], customer[""][1]))
        vrfs = self._vrfs(name)
        only = any("only" in router for router in self._of(name, "router"))
        families: tuple[AddressFamily, ...] = ("ipv4",) if only else ("ipv4", "ipv6")
        tables: list[Table] = [(vrf, family) for vrf in vrfs for family in families]
        routes = {vrf: self._routes(name, vrf) for vrf in vrfs}
        return DeviceState(
            isis=frozenset(neighbors),
            ldp=frozenset(
                loopback
                for other in neighbors.values()
                for loopback in self.loopbacks[other]
                if ":" not in loopback
            ),
            bgp=frozenset(sessions),
            targets={
                (vrf, family): VrfTargets(
                    vrfs[vrf]["rd"][0],
                    frozenset(vrfs[vrf]["import"]),
                    frozenset(vrfs[vrf]["export"]),
                )
                for vrf, family in tables
            },
            announced={(v, family): frozenset(vrfs[v]["export"]) for v, family in tables},
            routes={
                (vrf, family): frozenset(
                    prefix for prefix in routes[vrf] if (":" in prefix) == (family == "ipv6")
                )
                for vrf, family in tables
            },
            closed=frozenset(tables),
        )


#: The toys that `napalm_toy` reaches.
NETWORK = ToyNetwork()

"""The ways that labelled packets take through the backbone, by the costs of the IGP.

Nothing is searched while LDP gives every neighbour its labels: looking for circuits where it does
not is linear in the network. For each circuit of a PE without labels, shortest paths (Dijkstra)
from its two ends and the PE's neighbours tell the routers that it may be a way to; back from one
of these, who sends over it. Costs that no text says are taken as an interval.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush

from egovnet.inventory.model import IPNetwork
from egovnet.inventory.model.keys import KeyPurpose
from egovnet.isolation.model.scene import FAMILIES, Router, Scene, Table
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import InterfaceFacts

#: More than any path; IS-IS does not use a circuit of 2^24 - 1 (RFC 5305 section 3).
_ENDLESS = 1 << 40
_NOT_USED = (1 << 24) - 1
_VPN: Mapping[str, AddressFamily] = {"vpnv4": "ipv4", "vpnv6": "ipv6"}


@dataclass(frozen=True, slots=True, eq=False)
class Circuit:
    """One direction of a circuit: from `near`'s `port` to `far`'s `far_port`."""

    near: Table
    port: InterfaceFacts
    far: Table
    far_port: InterfaceFacts

    @property
    def turned(self) -> "Circuit":
        """The other direction."""
        return Circuit(self.far, self.far_port, self.near, self.port)

    @property
    def least(self) -> int:
        """What sending over it costs at least."""
        return 0 if self.port.igp_cost is None else self.port.igp_cost

    @property
    def most(self) -> int:
        """What it costs at most."""
        return _ENDLESS if self.port.igp_cost is None else self.port.igp_cost


@dataclass(frozen=True, slots=True)
class Lost:
    """Who sends packets for `egress`, and the PE that looks their inner labels up instead."""

    source: Table
    egress: Table
    at: Table


def graphs(scene: Scene) -> Iterator["LabelPaths"]:
    """Of each router one state: the first of all, the second, ...; who has no more keeps its
    last. States of several routers of one push are not mixed in every way here."""
    by_name: dict[str, list[Router]] = {}
    for router in scene.routers:
        by_name.setdefault(router.name, []).append(router)
    for number in range(max(map(len, by_name.values()), default=0)):
        chosen = [states[min(number, len(states) - 1)] for states in by_name.values()]
        yield LabelPaths(chosen, {str(a): name for a, name in scene.loopbacks().items()})


class LabelPaths:
    """The circuits of a backbone and what LDP gives over them."""

    def __init__(self, routers: list[Router], loopbacks: Mapping[str, str]) -> None:
        self._routers = routers
        self._loopbacks = loopbacks
        self._edges = {
            router.name
            for router in routers
            if any(bgp.exports_vpn for t in router.tables.values() for bgp in t.families.values())
        }
        self._found: dict[tuple[str, AddressFamily, bool, bool], dict[str, int]] = {}

    def is_pe(self, table: Table) -> bool:
        """Whether a router has labels of VRFs."""
        return table.device in self._edges

    @cached_property
    def families(self) -> tuple[AddressFamily, ...]:
        """Families of the addresses that VPN routes have as their next hops: the sessions'."""
        found: set[AddressFamily] = set()
        for router in self._routers:
            for neighbor in router.tables[None].neighbors:
                if _VPN.keys() & neighbor.families.keys():
                    named = ":" not in neighbor.address and "." not in neighbor.address
                    if named or neighbor.listen is not None:
                        found |= set(FAMILIES)
                    else:
                        found.add("ipv6" if ":" in neighbor.address else "ipv4")
        return tuple(family for family in FAMILIES if family in found)

    @cached_property
    def _circuits(self) -> list[Circuit]:
        at: dict[IPNetwork, list[tuple[Table, InterfaceFacts]]] = {}
        for router in self._routers:
            table = router.tables[None]
            for port in table.interfaces:
                if port.igp and not (port.igp_passive or port.loopback or port.shutdown):
                    for network in {address.network for address in port.addresses}:
                        at.setdefault(network, []).append((table, port))
        found = {
            (table.device, port.name, far.device, other.name): Circuit(table, port, far, other)
            for ends in at.values()
            if len(ends) > 1
            for table, port in ends
            for far, other in ends
            if table.device != far.device
        }
        return list(found.values())

    @cached_property
    def sessions(self) -> dict[AddressFamily, set[tuple[str, str]]]:
        """Pairs of routers between which LDP runs; over whichever of their circuits, its labels
        are for all of them."""
        keys = {router.name: self._keys(router) for router in self._routers}
        found: dict[AddressFamily, set[tuple[str, str]]] = {family: set() for family in FAMILIES}
        for one in self._circuits:
            a, b = one.near.device, one.far.device
            if _agree(keys[a].get(b, ()), keys[b].get(a, ())):
                for family in one.port.ldp & one.far_port.ldp:
                    found[family].add((a, b))
        for family, pairs in found.items():
            for table in {one.near.device: one.near for one in self._circuits}.values():
                if "no session" in self.limits(table, family):
                    pairs -= {pair for pair in pairs if table.device in pair}
        return found

    def _keys(self, router: Router) -> dict[str, tuple[object, ...]]:
        return {
            self._loopbacks[key.at]: (key.reference,)
            for key in router.facts.session_keys.values()
            if key.purpose is KeyPurpose.LDP and key.at in self._loopbacks
        }

    @staticmethod
    def limits(table: Table, family: AddressFamily) -> set[str]:
        """What keeps labels of a family from a router's neighbours, or theirs from it."""
        return {one.side for one in table.facts.label_limits if one.family == family}

    def _gives(self, circuit: Circuit, family: AddressFamily) -> bool:
        """Whether the far end's labels surely are at the near one."""
        if (circuit.near.device, circuit.far.device) not in self.sessions[family]:
            return False
        takes = "takes" not in self.limits(circuit.near, family)
        return takes and "gives" not in self.limits(circuit.far, family)

    def without_labels(self, family: AddressFamily) -> Iterator[Circuit]:
        """Directions in which LDP may give no label, from a PE."""
        for one in self._circuits:
            if (
                self.is_pe(one.near)
                and family in one.port.igp & one.far_port.igp
                and not self._gives(one, family)
            ):
                yield one

    def lost(self, circuit: Circuit, family: AddressFamily) -> Lost | None:
        """Packets for another router that lose their outer label because of `circuit`."""
        near, far = circuit.near.device, circuit.far.device
        if not any(near in pair for pair in self.sessions[family]):
            return None  # nobody has a label of it, nor it of anybody
        for egress in sorted(self._edges - {near}):
            if self._on_way(circuit, egress, family):
                table = self.tables[egress]
                if egress != far and self._beside(circuit, egress, family):
                    return Lost(circuit.near, table, circuit.far)
                source = self._taken_for_its_end(circuit, egress, family)
                if source is not None:
                    return Lost(source, table, circuit.near)
        return None

    def _on_way(
        self, one: Circuit, egress: str, family: AddressFamily, *, surely: bool = False
    ) -> bool:
        """Whether a circuit may be on a shortest way to `egress`, or surely is."""
        onward = self._distances(one.far.device, family, most=surely).get(egress)
        whole = self._distances(one.near.device, family, most=not surely).get(egress)
        if onward is None or whole is None:
            return False
        return (one.most if surely else one.least) + onward <= whole

    def _beside(self, circuit: Circuit, egress: str, family: AddressFamily) -> bool:
        """Whether the PE that `circuit` begins at has a way with a label beside it, and a PE that
        it leads to takes what comes without."""
        if not (self.is_pe(circuit.far) and circuit.far_port.mpls):
            return False
        return any(
            one.far.device != circuit.far.device
            and (one.near.device, one.far.device) in self.sessions[family]
            and self._on_way(one, egress, family)
            for one in self._out[family].get(circuit.near.device, ())
        )

    def _taken_for_its_end(
        self, circuit: Circuit, egress: str, family: AddressFamily
    ) -> Table | None:
        """A PE whose packets come to the router that `circuit` begins at, where LDP runs on none
        of the ports that this one sends them out of."""
        near = circuit.near.device
        if family in circuit.port.ldp or any(
            family in one.port.ldp and self._on_way(one, egress, family, surely=True)
            for one in self._out[family].get(near, ())
        ):
            return None
        least = self._distances(egress, family, most=False, back=True)
        most = self._distances(egress, family, most=True, back=True)
        seen, waiting = {near, egress}, deque([near])
        while waiting:
            here = waiting.popleft()
            for after in self._out[family].get(here, ()):
                one = after.turned
                name = one.near.device
                labelled = one.far_port.mpls and (name, here) in self.sessions[family]
                if name in seen or not labelled or one.least + least[here] > most[name]:
                    continue
                if self.is_pe(one.near):
                    return one.near
                seen.add(name)
                waiting.append(name)
        return None

    @cached_property
    def tables(self) -> dict[str, Table]:
        """The routers' default tables by name."""
        return {router.name: router.tables[None] for router in self._routers}

    @cached_property
    def _out(self) -> dict[AddressFamily, dict[str, list[Circuit]]]:
        """The circuits of each router that the IGP of a family may send over."""
        found: dict[AddressFamily, dict[str, list[Circuit]]] = {family: {} for family in FAMILIES}
        for one in self._circuits:
            if (one.port.igp_cost or 0) < _NOT_USED:
                for family in one.port.igp & one.far_port.igp:
                    found[family].setdefault(one.near.device, []).append(one)
        return found

    def _distances(
        self, start: str, family: AddressFamily, *, most: bool, back: bool = False
    ) -> dict[str, int]:
        """From `start` to every router; `back`: from every router to `start`."""
        key = (start, family, most, back)
        if key not in self._found:
            self._found[key] = self._searched(start, family, most=most, back=back)
        return self._found[key]

    def _searched(
        self, start: str, family: AddressFamily, *, most: bool, back: bool
    ) -> dict[str, int]:
        found: dict[str, int] = {}
        waiting = [(0, start)]
        while waiting:
            distance, here = heappop(waiting)
            if here in found:
                continue
            found[here] = distance
            for one in self._out[family].get(here, ()):
                if one.far.device not in found:
                    way = one.turned if back else one
                    heappush(
                        waiting, (distance + (way.most if most else way.least), one.far.device)
                    )
        return found


def _agree(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Whether two ends of a session may have one key; two that nobody names are taken to be."""
    if not (one and other):
        return one == other
    return one == other or None in (*one, *other)

"""The ways that labelled packets take through the backbone, by the costs of the IGP.

Nothing is searched while LDP gives every neighbour its labels: looking for circuits where it does
not is linear in the network. For each circuit of a PE without labels, shortest paths (Dijkstra)
from its two ends and the PE's neighbours tell the routers that it may be a way to; back from one
of these, who sends over it. Costs that no text says are taken as an interval.

Searches go no further than they must: the nearest routers first, and where all costs are known,
not beyond the routers to which the circuit is a way. All together they have so many steps as
the network has routers, times a number; a circuit that is looked at later is taken to be on a way.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest

from egovnet.isolation.model.scene import FAMILIES, Router, Scene, Table
from egovnet.isolation.routes.circuits import ENDLESS, Circuit, circuits
from egovnet.isolation.routes.label_sessions import Pairs, Sessions, label_sessions, limits
from egovnet.isolation.routes.shortest_ways import (
    FirstHops,
    OutOfStepsError,
    Search,
    Steps,
    Ways,
)
from egovnet.templates.model.device import AddressFamily

#: IS-IS does not use a circuit of 2^24 - 1 (RFC 5305 section 3).
_NOT_USED = (1 << 24) - 1
#: Circuits that all searches of a family may go over, for each router and at least.
_STEPS_EACH, _LEAST_STEPS = 50, 50_000
_VPN: Mapping[str, AddressFamily] = {"vpnv4": "ipv4", "vpnv6": "ipv6"}


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
        self._found: dict[tuple[str, AddressFamily, bool, bool], Search] = {}
        #: By router, who it is sent to and family.
        self._senders: dict[tuple[str, str, AddressFamily], list[Table]] = {}
        self._ways_of: dict[tuple[AddressFamily, bool, bool], Ways] = {}
        self._steps = {family: Steps(self._most_steps) for family in FAMILIES}

    @property
    def _most_steps(self) -> int:
        return max(_LEAST_STEPS, _STEPS_EACH * len(self._routers))

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
        return circuits(self._routers)

    @cached_property
    def _label_sessions(self) -> Sessions:
        return label_sessions(self._routers, self._circuits, self._loopbacks)

    @property
    def sessions(self) -> Pairs:
        """Pairs of routers between which LDP may run."""
        return self._label_sessions.possible

    @cached_property
    def _speaking(self) -> dict[AddressFamily, set[str]]:
        """Routers that LDP runs on, with any neighbour."""
        return {
            family: {name for pair in pairs for name in pair}
            for family, pairs in self.sessions.items()
        }

    def _gives(self, circuit: Circuit, family: AddressFamily) -> bool:
        """Whether the far end's labels surely are at the near one."""
        pair = circuit.near.device, circuit.far.device
        if pair not in self._label_sessions.sure[family]:
            return False
        takes = "takes" not in limits(circuit.near, family)
        return takes and "gives" not in limits(circuit.far, family)

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
        if circuit.near.device not in self._speaking[family]:
            return None  # nobody has a label of it, nor it of anybody
        try:
            if self._all_known[family]:
                return self._lost_by_known_costs(circuit, family)
            return self._lost_by_any_costs(circuit, family)
        except OutOfStepsError:
            return self._taken_as_lost(circuit, family)

    # -- where a cost is not known -----------------------------------------------------------------

    def _lost_by_any_costs(self, circuit: Circuit, family: AddressFamily) -> Lost | None:
        near, far = circuit.near.device, circuit.far.device
        for egress in self._search(far, family, most=False).nearest():
            self._steps[family].take()
            if egress in self._edges and egress != near and self._on_way(circuit, egress, family):
                found = self._lost_on_way(circuit, egress, family)
                if found is not None:
                    return found
        return None

    def _lost_on_way(self, circuit: Circuit, egress: str, family: AddressFamily) -> Lost | None:
        """Of packets for a PE that the circuit is a way to."""
        table = self.tables[egress]
        if egress != circuit.far.device and self._beside(circuit, egress, family):
            return Lost(circuit.near, table, circuit.far)
        source = self._taken_for_its_end(circuit, egress, family)
        return None if source is None else Lost(source, table, circuit.near)

    def _on_way(
        self, one: Circuit, egress: str, family: AddressFamily, *, surely: bool = False
    ) -> bool:
        """Whether a circuit may be on a shortest way to `egress`, or surely is."""
        onward = self._search(one.far.device, family, most=surely).to(egress)
        whole = self._search(one.near.device, family, most=not surely).to(egress)
        if onward is None or whole is None:
            return False
        return (one.most if surely else one.least) + onward <= whole

    def _labelled_beside(self, circuit: Circuit, family: AddressFamily) -> Iterator[Circuit]:
        """Other circuits of the PE with labels, where one that it leads to takes what comes
        without."""
        if self.is_pe(circuit.far) and circuit.far_port.mpls:
            for one in self._out[family].get(circuit.near.device, ()):
                labelled = (one.near.device, one.far.device) in self.sessions[family]
                if labelled and one.far.device != circuit.far.device:
                    yield one

    def _beside(self, circuit: Circuit, egress: str, family: AddressFamily) -> bool:
        """Whether the PE that `circuit` begins at has a way with a label beside it."""
        return any(
            self._on_way(one, egress, family) for one in self._labelled_beside(circuit, family)
        )

    def _with_ldp(self, circuit: Circuit, family: AddressFamily) -> Iterator[Circuit]:
        """The circuits of the router that `circuit` begins at, at whose ports LDP runs."""
        for one in self._out[family].get(circuit.near.device, ()):
            if family in one.port.ldp:
                yield one

    def _taken_for_its_end(
        self, circuit: Circuit, egress: str, family: AddressFamily
    ) -> Table | None:
        """A PE whose packets come to the router that `circuit` begins at, where LDP runs on none
        of the ports that this one sends them out of."""
        if family in circuit.port.ldp or any(
            self._on_way(one, egress, family, surely=True)
            for one in self._with_ldp(circuit, family)
        ):
            return None
        return self._sender(circuit, egress, family)

    def _sender(self, circuit: Circuit, egress: str, family: AddressFamily) -> Table | None:
        """A PE whose packets for `egress` may come with a label to the one `circuit` begins at."""
        near = circuit.near.device
        seen, waiting = {near, egress}, deque([near])
        while waiting:
            for table in self._before(waiting.popleft(), egress, family):
                if table.device in seen:
                    continue
                if self.is_pe(table):
                    return table
                seen.add(table.device)
                waiting.append(table.device)
        return None

    def _before(self, here: str, egress: str, family: AddressFamily) -> list[Table]:
        """Routers whose packets for `egress` may come to `here` with a label; PEs first."""
        key = (here, egress, family)
        if key not in self._senders:
            least = self._search(egress, family, most=False, back=True)
            most = self._search(egress, family, most=True, back=True)
            onward = least.to(here) or 0
            found = []
            for one in self._labelled_to(here, family):
                self._steps[family].take()
                if one.least + onward <= (most.to(one.near.device) or 0):
                    found.append(one.near)
            self._senders[key] = sorted(found, key=lambda table: not self.is_pe(table))
        return self._senders[key]

    def _labelled_to(self, name: str, family: AddressFamily) -> Iterator[Circuit]:
        """The circuits to a router that packets may come over with its label."""
        for _, before, one in self._ways(family, most=False, back=True).get(name, []):
            if one.far_port.mpls and (before, name) in self.sessions[family]:
                yield one

    # -- where all are known -----------------------------------------------------------------------

    def _lost_by_known_costs(self, circuit: Circuit, family: AddressFamily) -> Lost | None:
        """Of every router that `circuit` is a way to, it is a way to its far end as well, and
        so are the circuits before it."""
        far = circuit.far.device
        if not self._is_shortest(circuit, family):
            return None
        labelled = {one.far.device for one in self._labelled_beside(circuit, family)}
        ends = family not in circuit.port.ldp and self._sender(circuit, far, family) is not None
        if not labelled and not ends:
            return None
        ldp = set(self._with_ldp(circuit, family))
        for egress, hops in self._hops_beyond(circuit, family, labelled, ldp, ends=ends):
            if egress not in self._edges or circuit not in hops:
                continue
            table = self.tables[egress]
            if egress != far and any(one.far.device in labelled for one in hops):
                return Lost(circuit.near, table, circuit.far)
            if ends and ldp.isdisjoint(hops):
                source = self._sender(circuit, egress, family)
                if source is not None:
                    return Lost(source, table, circuit.near)
        return None

    def _is_shortest(self, circuit: Circuit, family: AddressFamily) -> bool:
        """Whether no way to the far end is shorter, from both ends at once."""
        steps = self._steps[family]
        ends = (
            Search(circuit.near.device, self._ways(family, most=False), steps),
            Search(circuit.far.device, self._ways(family, most=False, back=True), steps),
        )
        while ends[0].next + ends[1].next < circuit.least:
            one, other = ends if ends[0].next <= ends[1].next else ends[::-1]
            name = one.step()
            if name is None:
                break
            over = (c + other.found[there] for c, there, _ in one.ways.among(name, other.found))
            if one.found[name] + min(over, default=ENDLESS) < circuit.least:
                return False
        return True

    def _hops_beyond(
        self,
        circuit: Circuit,
        family: AddressFamily,
        labelled: set[str],
        ldp: set[Circuit],
        *,
        ends: bool,
    ) -> Iterator[tuple[str, frozenset[Circuit]]]:
        """Routers with the first circuits of the ways to them, as far as packets may be lost."""
        near = circuit.near.device
        ways, back = self._ways(family, most=False), self._ways(family, most=False, back=True)
        hops = FirstHops(near, ways, back, self._steps[family])
        #: Routers that the circuit leads to, that one with labels does, and that it does where
        #: no port with LDP does, with another behind them that is not found.
        by_it, beside, alone = [near], [near], [near]
        while True:
            for waiting in (by_it, beside, alone):
                while waiting and not hops.is_open(waiting[-1]):
                    waiting.pop()
            step = hops.step() if (by_it and beside) or (ends and alone) else None
            if step is None:
                return
            yield step
            name, found = step
            if circuit in found:
                by_it.append(name)
                if ldp.isdisjoint(found):
                    alone.append(name)
            if any(one.far.device in labelled for one in found):
                beside.append(name)

    # -- where nothing is left to search with ------------------------------------------------------

    def _taken_as_lost(self, circuit: Circuit, family: AddressFamily) -> Lost | None:
        """As if the circuit were on a way to any PE."""
        near, far = circuit.near.device, circuit.far.device
        others = [name for name in self._first_edges if name != near]
        egress = next((name for name in others if name != far), None)
        if egress is not None and any(True for _ in self._labelled_beside(circuit, family)):
            return Lost(circuit.near, self.tables[egress], circuit.far)
        if family in circuit.port.ldp:
            return None
        for egress in others:
            for one in self._labelled_to(near, family):
                return Lost(one.near, self.tables[egress], circuit.near)
        return None

    @cached_property
    def _first_edges(self) -> list[str]:
        """Three PEs, or as many as there are."""
        return nsmallest(3, self._edges)

    @cached_property
    def _all_known(self) -> dict[AddressFamily, bool]:
        """Whether the texts say every cost, and none is nothing."""
        return {
            family: all(one.cost for ways in out.values() for one in ways)
            for family, out in self._out.items()
        }

    @cached_property
    def tables(self) -> dict[str, Table]:
        """The routers' default tables by name."""
        return {router.name: router.tables[None] for router in self._routers}

    @cached_property
    def _out(self) -> dict[AddressFamily, dict[str, list[Circuit]]]:
        """The circuits of each router that the IGP of a family may send over."""
        found: dict[AddressFamily, dict[str, list[Circuit]]] = {family: {} for family in FAMILIES}
        for one in self._circuits:
            if (one.cost or 0) < _NOT_USED:
                for family in one.port.igp & one.far_port.igp:
                    found[family].setdefault(one.near.device, []).append(one)
        return found

    def _search(
        self, start: str, family: AddressFamily, *, most: bool, back: bool = False
    ) -> Search:
        """From `start` to every router; `back`: from every router to `start`."""
        key = (start, family, most, back)
        if key not in self._found:
            ways = self._ways(family, most=most, back=back)
            self._found[key] = Search(start, ways, self._steps[family])
        return self._found[key]

    def _ways(self, family: AddressFamily, *, most: bool, back: bool = False) -> Ways:
        key = (family, most, back)
        if key not in self._ways_of:
            circuits = (one for ways in self._out[family].values() for one in ways)
            self._ways_of[key] = Ways(circuits, most=most, back=back)
        return self._ways_of[key]

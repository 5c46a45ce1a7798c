"""The flows of every source, and what became of each.

A lost echo is no verdict on a path: what must arrive is sent again until it is answered, and what
was answered is not sent again. A flow keeps a byte for that, and no check until one failed.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from ipaddress import ip_address

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import Network
from egovnet.playbooks.results.connection_cell import (
    ConnectionCell,
    ConnectionSeen,
    UntriedEntry,
)
from egovnet.playbooks.verify.connection import Connection, Untried
from egovnet.playbooks.verify.control_plane import Check
from egovnet.playbooks.verify.packet_source import PacketSource
from egovnet.playbooks.verify.probe_plan import Flow, Former, ProbeScope

_NOT_SENT, _NO_ANSWER, _ANSWERED, _ARRIVED, _OTHER_SOURCE = range(5)
_SEEN = {
    _NOT_SENT: ConnectionSeen.NOT_SENT,
    _NO_ANSWER: ConnectionSeen.NOTHING,
    _ANSWERED: ConnectionSeen.ANSWERED,
    _ARRIVED: ConnectionSeen.ARRIVED,
    _OTHER_SOURCE: ConnectionSeen.OTHER_SOURCE,
}
#: What of it is a leak where nothing should have come, and is not sent again.
_CAME = (_ARRIVED, _OTHER_SOURCE)
MUST_REACH, MUST_NOT_REACH = "must reach", "must not reach"


@dataclass(slots=True)
class _Planned:
    """A source's flows, and the state of each."""

    source: PacketSource
    flows: Sequence[Flow]
    pairs: int
    states: bytearray
    untried: tuple[Untried, ...] = ()
    #: Sender -> why nothing was sent; of the last round.
    failures: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Probing:
    """Everything that is sent in one verification."""

    network: Network
    allocation: Allocation
    sources: Sequence[PacketSource]
    #: Sites of which nothing is expected.
    excused: frozenset[str] = frozenset()
    #: What a change took customers from: they must be silent.
    former: Former | None = None
    #: Which flows are sent; None: all.
    wanted: Callable[[Flow], bool] | None = None
    #: Whose silence nobody is blamed for: it is not asked twice.
    excuses: Callable[[Flow], bool] = lambda _flow: False
    _up: frozenset[str] | None = None
    _planned: list[_Planned] = field(default_factory=list)

    def plan(self, up: frozenset[str]) -> None:
        """Plan for the routers that answer; what was answered before stays so."""
        if up == self._up:
            return
        came = {
            _key(flow): state
            for planned in self._planned
            for flow, state in zip(planned.flows, planned.states, strict=True)
            if state in (_ANSWERED, *_CAME)
        }
        self._up, self._planned = up, []
        scope = ProbeScope(self.network, self.allocation, up, self.former)
        for source in self.sources:
            found = source.plan(scope)
            if found is None:
                continue
            flows = found.flows
            if self.wanted is not None:
                flows = tuple(filter(self.wanted, flows))
            states = bytearray(came.get(_key(flow), _NOT_SENT) for flow in flows)
            self._planned.append(_Planned(source, flows, found.pairs, states, found.untried))

    def send(self, *, must_reach: bool | None = None) -> bool:
        """Send what was not answered yet, from all sources side by side; both kinds, or one.

        Returns whether an answer is missing for which somebody is to blame.
        """
        kinds = (True, False) if must_reach is None else (must_reach,)
        # Each source waits for its own silence: they wait together.
        with ThreadPoolExecutor(max(len(self._planned), 1)) as pool:
            return any(list(pool.map(lambda p: self._send(p, kinds), self._planned)))

    def _send(self, planned: _Planned, kinds: Collection[bool]) -> bool:
        numbers: dict[str, list[int]] = {}
        for number, flow in enumerate(planned.flows):
            state = planned.states[number]
            if flow.must_reach not in kinds or state == _ANSWERED:
                continue
            if state in _CAME and not flow.must_reach:
                continue
            if flow.must_reach and state == _NO_ANSWER and self.excuses(flow):
                continue
            # who is awaited is asked with those who must be silent
            numbers.setdefault(flow.sender, []).append(number)
        if not numbers:
            return False
        by_sender = {name: [planned.flows[n] for n in own] for name, own in numbers.items()}
        answers = planned.source.send(by_sender)
        for name, got in answers.answered.items():
            no = [False] * len(got)
            seen = (got, answers.arrived.get(name) or no, answers.other_source.get(name) or no)
            for number, *each in zip(numbers[name], *seen, strict=True):
                planned.states[number] = _state(*each)
        planned.failures |= answers.failures
        sent = (planned.flows[n] for own in numbers.values() for n in own)
        states = (planned.states[n] for own in numbers.values() for n in own)
        return any(
            flow.must_reach and state != _ANSWERED and not self.excuses(flow)
            for flow, state in zip(sent, states, strict=True)
        )

    def begin(self) -> None:
        """A new round: what could not be sent before may be sent now."""
        for planned in self._planned:
            planned.failures = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The sources that take part."""
        return tuple(planned.source.name for planned in self._planned)

    @property
    def pairs(self) -> int:
        """How many pairs there are of which something is expected, sent or not."""
        if self.wanted is None:
            return self.of_network
        return sum(not flow.asks for planned in self._planned for flow in planned.flows)

    @property
    def of_network(self) -> int:
        """The same of the whole network, whatever is wanted."""
        return sum(planned.pairs for planned in self._planned)

    @property
    def probed(self) -> int:
        """How many flows of which something is expected were sent."""
        return sum(not flow.asks for flow, _ in self._sent())

    @property
    def crosses(self) -> bool:
        """Whether an answer is due over the backbone."""
        return any(flow.crosses for planned in self._planned for flow in planned.flows)

    @property
    def crossed(self) -> bool:
        """Whether a packet went over the backbone and was answered."""
        return any(flow.crosses and state == _ANSWERED for flow, state in self._sent())

    def due(self, *, answered: bool = False) -> list[Flow]:
        """Flows that were sent and to which an answer was due; those that were `answered`."""
        sent = ((flow, state) for flow, state in self._sent() if flow.must_reach)
        return [flow for flow, state in sent if state == _ANSWERED or not answered]

    def heard(self) -> frozenset[str]:
        """Addresses that answered somebody."""
        return frozenset(flow.address for flow, state in self._sent() if state == _ANSWERED)

    def silent(self) -> frozenset[str]:
        """Addresses that were to answer somebody, and answered nobody."""
        due = {flow.address for flow, _ in self._sent() if flow.must_reach}
        return frozenset(due - self.heard())

    def passed(self) -> dict[str, int]:
        """How many flows were as they should be, by kind."""
        counts: dict[str, int] = {}
        for flow, state in self._sent():
            if not flow.asks and _right(flow, state):
                kind = MUST_REACH if flow.must_reach else MUST_NOT_REACH
                counts[kind] = counts.get(kind, 0) + 1
        return counts

    def failed(self) -> list[Check]:
        """A check for every flow that was not as it should be, and for all that was not sent."""
        wrong = [
            self._check(flow, state)
            for flow, state in self._sent()
            if not flow.asks and not _right(flow, state)
        ]
        return [*self._not_sent(), *wrong]

    def cells(self) -> tuple[ConnectionCell, ...]:
        """What became of the connections between hosts, sent or not."""
        return tuple(
            _cell(flow, flow.connection, state)
            for planned in self._planned
            for flow, state in zip(planned.flows, planned.states, strict=True)
            if flow.connection is not None
        )

    def untried(self) -> tuple[UntriedEntry, ...]:
        """What registers declare, and nobody here can try."""
        return tuple(
            UntriedEntry(one.register, one.name, f"ipv{one.version}", one.why)
            for planned in self._planned
            for one in planned.untried
        )

    def failures(self) -> dict[str, str]:
        """Sender -> why nothing was sent."""
        return {name: why for one in self._planned for name, why in one.failures.items()}

    def _sent(self) -> Iterator[tuple[Flow, int]]:
        for planned in self._planned:
            for flow, state in zip(planned.flows, planned.states, strict=True):
                if state != _NOT_SENT:
                    yield flow, state

    def _not_sent(self) -> Iterator[Check]:
        for name, why in self.failures().items():
            yield Check("packets", name, "probes", False, f"not sent: {why}")

    def _check(self, flow: Flow, state: int) -> Check:
        served = flow.source_sites
        if flow.target in self.network.sites:
            served = served | {flow.target}
        return Check(
            MUST_REACH if flow.must_reach else MUST_NOT_REACH,
            flow.sender,
            flow.name,
            False,
            f"{flow.name}: {_said(state)}",
            severity="fault" if flow.must_reach and state != _OTHER_SOURCE else "leak",
            # One excused end is enough to excuse the pair.
            sites=(served & self.excused) or flow.source_sites,
            flow=flow,
        )


def _key(flow: Flow) -> tuple[object, ...]:
    """What is sent, whatever should become of it."""
    asked = flow.connection
    if asked is None:
        return (flow.sender, flow.vrf, flow.address)
    return (flow.sender, asked.source_address, flow.address, asked.protocol, asked.port)


def _state(answered: bool, arrived: bool, other_source: bool) -> int:
    if other_source:
        return _OTHER_SOURCE
    if answered:
        return _ANSWERED
    return _ARRIVED if arrived else _NO_ANSWER


def _right(flow: Flow, state: int) -> bool:
    """Whether it came to what it should: a way in one direction is no answer, and no silence."""
    return state == (_ANSWERED if flow.must_reach else _NO_ANSWER)


def _said(state: int) -> str:
    if state == _ARRIVED:
        return "ARRIVED, no answer came back"
    if state == _OTHER_SOURCE:
        return "ARRIVED FROM ANOTHER SOURCE ADDRESS than its target is to see"
    return "ANSWERED" if state == _ANSWERED else "no answer"


def _cell(flow: Flow, asked: Connection, state: int) -> ConnectionCell:
    return ConnectionCell(
        register=asked.register,
        name=asked.name,
        case=asked.case,
        source_vpn=asked.source_vpn,
        target_vpn=asked.target_vpn,
        source=min(flow.source_sites),
        target=flow.target,
        family=f"ipv{ip_address(flow.address).version}",
        protocol=asked.protocol,
        port=asked.port,
        expected=flow.must_reach,
        seen=_SEEN[state],
    )

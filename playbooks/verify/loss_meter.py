"""Echo requests between sites all the while a change is made, and how many of them were lost.

They are those of a verification that must be answered, sent round after round over sessions of
their own. A round takes as long as its slowest answer (with losses some 1.5 s), so what is counted
is a sample; how long a pair of sites had none is between two rounds that were answered.
"""

import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from egovnet.inventory.errors import EgovnetError
from egovnet.playbooks.core.devices import open_nornir
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.loss import Loss, SiteLoss
from egovnet.playbooks.verify.packet_source import PacketSource, VrfSource
from egovnet.playbooks.verify.probe_plan import Flow, ProbeScope

#: Flows of a round: more would make a round longer than most interruptions.
_MOST = 2000
_PAUSE = 0.2


@dataclass(slots=True)
class _Flow:
    flow: Flow
    #: Answered before anything was changed: others say nothing.
    counts: bool = False
    sent: int = 0
    lost: int = 0
    #: When it was answered last, and the longest time without an answer; seconds.
    at: float = 0.0
    silent: float = 0.0


@dataclass
class LossMeter:
    """Counts while `running`; `loss` says what it counted."""

    workspace: Workspace
    sources: Sequence[PacketSource] = ()
    #: Sites that one end of each flow is; none: all.
    sites: Collection[str] = ()
    loss: Loss = field(default_factory=Loss)
    _flows: dict[str, list[_Flow]] = field(default_factory=dict)
    _rounds: int = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Send until the end; once before it begins."""
        network = self.workspace.network
        nornir = open_nornir(self.workspace, list(network.routers))
        ended = threading.Event()
        try:
            vrfs = VrfSource(nornir, Silent())
            planned = [(source, self._planned(source)) for source in (vrfs, *self.sources)]

            def rounds() -> None:
                while not ended.is_set():
                    self._round(planned)
                    ended.wait(_PAUSE)

            self._round(planned)
            sender = threading.Thread(target=rounds, name="loss meter")
            sender.start()
            try:
                yield
            finally:
                ended.set()
                sender.join()
        finally:
            nornir.close_connections(on_good=True, on_failed=True)
            self.loss = self._counted()

    def _planned(self, source: PacketSource) -> dict[str, list[_Flow]]:
        routers = frozenset(self.workspace.network.routers)
        found = source.plan(ProbeScope(self.workspace.network, self.workspace.allocation, routers))
        flows: dict[str, list[_Flow]] = {}
        if found is None:
            return flows
        wanted = (flow for flow in found.flows if self._wanted(flow))
        for _, flow in zip(range(_MOST), wanted, strict=False):
            flows.setdefault(flow.sender, []).append(_Flow(flow))
        for sender, own in flows.items():
            self._flows.setdefault(f"{source.name} {sender}", []).extend(own)
        return flows

    def _wanted(self, flow: Flow) -> bool:
        if not flow.must_reach or not flow.crosses or flow.connection is not None or flow.asks:
            return False
        return (
            not self.sites or flow.target in self.sites or bool(flow.source_sites & {*self.sites})
        )

    def _round(self, planned: Sequence[tuple[PacketSource, Mapping[str, list[_Flow]]]]) -> None:
        first = self._rounds == 0
        self._rounds += 1
        for source, flows in planned:
            if not flows:
                continue
            asked = {sender: [one.flow for one in own] for sender, own in flows.items()}
            try:
                answers = source.send(asked).answered
            except EgovnetError:
                continue  # nobody was asked: nothing is counted
            now = time.monotonic()
            for sender, seen in answers.items():
                for one, answered in zip(flows[sender], seen, strict=True):
                    one.counts = one.counts or (first and answered)
                    one.sent += one.counts
                    one.lost += one.counts and not answered
                    one.silent = max(one.silent, now - one.at if one.lost and one.at else 0.0)
                    if answered:
                        one.at = now

    def _counted(self) -> Loss:
        counted = [one for own in self._flows.values() for one in own if one.counts]
        by_sites: dict[tuple[str, str], list[_Flow]] = {}
        for one in counted:
            if one.lost:
                source = ", ".join(sorted(one.flow.source_sites))
                by_sites.setdefault((source, one.flow.target), []).append(one)
        return Loss(
            rounds=self._rounds,
            sent=sum(one.sent for one in counted),
            lost=sum(one.lost for one in counted),
            sites=tuple(
                SiteLoss(
                    source,
                    target,
                    sum(one.sent for one in own),
                    sum(one.lost for one in own),
                    round(max(one.silent for one in own), 1),
                )
                for (source, target), own in sorted(by_sites.items())
            ),
        )

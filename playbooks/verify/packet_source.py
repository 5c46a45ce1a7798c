"""Who sends packets for a verification: the PEs' VRFs everywhere, and others that are handed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from nornir.core import Nornir

from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.run_on_devices import run
from egovnet.playbooks.verify.probe_plan import Flow, ProbePlan, ProbeScope, vrf_plan
from egovnet.tasks.send_packets import send_packets


@dataclass(frozen=True, slots=True)
class Answers:
    """What became of the flows that were sent."""

    #: Sender -> whether each of its flows was answered, in the order given.
    answered: Mapping[str, Sequence[bool]] = field(default_factory=dict)
    #: Sender -> why nothing was sent.
    failures: Mapping[str, str] = field(default_factory=dict)
    #: Sender -> whether each of its flows was seen at its target, where that can be seen.
    arrived: Mapping[str, Sequence[bool]] = field(default_factory=dict)
    #: Sender -> whether each of its flows was seen at its target by another source address than it
    #: should, where that can be seen.
    other_source: Mapping[str, Sequence[bool]] = field(default_factory=dict)


class PacketSource(Protocol):
    """A kind of senders, such as the hosts of a lab."""

    @property
    def name(self) -> str:
        """How a report calls them."""

    def plan(self, scope: ProbeScope) -> ProbePlan | None:
        """The flows that they can send; None: nobody is there."""

    def send(self, by_sender: Mapping[str, Sequence[Flow]]) -> Answers:
        """Send, and wait for the answers."""
        ...


@dataclass(frozen=True, slots=True)
class VrfSource:
    """The VRFs of the PEs."""

    nornir: Nornir
    progress: Progress
    name: str = "PE VRFs"

    def plan(self, scope: ProbeScope) -> ProbePlan | None:
        """From every VRF of the scope's PEs."""
        found = vrf_plan(scope)
        return found if found.flows else None

    def send(self, by_sender: Mapping[str, Sequence[Flow]]) -> Answers:
        """Send from all PEs at once."""
        arguments = {pe: {"probes": [f.probe for f in flows]} for pe, flows in by_sender.items()}
        sent = run(self.nornir, "packets", send_packets, arguments, self.progress)
        return Answers(sent.results, sent.failures)

"""All hosts against all: who answers whom, and who should."""

from collections.abc import Mapping
from dataclasses import dataclass

from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs.lab_hosts import LabHosts
from egovnet.playbooks.verify.probe_plan import Flow, ProbeScope


@dataclass(frozen=True)
class Matrix:
    """What became of one packet for each pair of hosts, and for the backbone's own addresses."""

    answered: Mapping[Flow, bool]

    def reaches(self, source: str, target: str) -> bool:
        """Whether all that was sent from the site `source` to `target` was answered.

        `target` is a site, "backbone" or "management".

        Raises:
            KeyError: nothing was sent between them.
        """
        answers = [
            answered
            for flow, answered in self.answered.items()
            if source in flow.source_sites and flow.target == target
        ]
        if not answers:
            raise KeyError(f"nothing was sent from {source} to {target}")
        return all(answers)

    @property
    def leaks(self) -> tuple[str, ...]:
        """Packets that were answered and must not be."""
        return tuple(f.name for f, answered in self.answered.items() if answered > f.must_reach)

    @property
    def lost(self) -> tuple[str, ...]:
        """Packets that were not answered and must be."""
        return tuple(f.name for f, answered in self.answered.items() if answered < f.must_reach)


def measure(workspace: Workspace, tries: int = 3) -> Matrix:
    """Send between all hosts of the running lab; what is due and lacks is sent again.

    Raises:
        LookupError: no lab with hosts is up for the inventory.
    """
    hosts = LabHosts(workspace)
    routers = frozenset(workspace.network.routers)
    plan = hosts.plan(ProbeScope(workspace.network, workspace.allocation, routers))
    if plan is None:
        raise LookupError("no lab with hosts is up: egovnet lab up, with a backend that has hosts")
    answered = dict.fromkeys(plan.flows, False)
    wanted = list(plan.flows)
    for _ in range(tries):
        by_sender: dict[str, list[Flow]] = {}
        for flow in wanted:
            by_sender.setdefault(flow.sender, []).append(flow)
        answers = hosts.send(by_sender)
        if answers.failures:
            raise LookupError(f"packets could not be sent: {dict(answers.failures)}")
        for sender, flows in by_sender.items():
            answered |= zip(flows, answers.answered[sender], strict=True)
        wanted = [flow for flow in plan.flows if flow.must_reach and not answered[flow]]
        if not wanted:
            break
    return Matrix(answered)

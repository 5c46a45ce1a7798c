"""`verify`: what the network does now, judged: control plane, and packets of the whole matrix.

Facts are collected first and judged afterwards; only faults are looked at again until the
network has had its time to settle: what must be reached and did not answer yet. What must not be
reached is tried once the network has settled, when a path that should not be would be there.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from nornir.core import Nornir

from egovnet.inventory.model import Role
from egovnet.lab.backend import Backend
from egovnet.lab.echo import probe_script, read_answers
from egovnet.lab.errors import LabError
from egovnet.lab.generate import host_name
from egovnet.playbooks.core.devices import connected
from egovnet.playbooks.core.run_on_devices import Progress, Silent, run
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.outcome import Exit, Outcome, gravest
from egovnet.playbooks.verbs.lab import running_lab
from egovnet.playbooks.verify.control_plane import (
    Check,
    expected_routes,
    judge_device,
    ldp_neighbors,
)
from egovnet.playbooks.verify.defaults import DEFAULT_SETTLE
from egovnet.playbooks.verify.probe_plan import Flow, host_matrix, vrf_matrix
from egovnet.tasks.collect_state import collect_state
from egovnet.tasks.see_labels import end_watching, start_watching
from egovnet.tasks.send_packets import send_packets
from egovnet.templates.model.probe import PacketsNotSentError
from egovnet.templates.registry import platform

_PAUSE = 2.0
#: How often an echo that must be answered is sent before its silence is blamed.
_TRIES = 4
_HOST_PARALLEL = 4
_HOST_SECONDS = 240
Known = frozenset[tuple[str, str, str]]


@dataclass
class _Round:
    """What one look at the network gave."""

    checks: list[Check] = field(default_factory=list)
    unreachable: dict[str, str] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    watched: list[str] = field(default_factory=list)
    #: Every flow that was sent, and whether it was answered.
    echoes: dict[Flow, bool] = field(default_factory=dict)
    pairs: int = 0
    sources: list[str] = field(default_factory=list)

    def failed(self) -> list[Check]:
        return [check for check in self.checks if not check.passed]


@dataclass(frozen=True)
class _Sender:
    """The flows of one kind of source, and how they are sent."""

    name: str
    flows: Sequence[Flow]
    pairs: int
    send: "_Send"


_BySender = Mapping[str, Sequence[Flow]]
#: (sender -> answers, sender -> why nothing was sent)
_Answers = tuple[Mapping[str, Sequence[bool]], Mapping[str, str]]
_Send = Callable[[_BySender], _Answers]


def _from_hosts(lab: Backend, by_host: _BySender) -> _Answers:
    """Send from the lab's hosts, in one round trip."""
    probes = {host: [flow.probe for flow in flows] for host, flows in by_host.items()}
    # All hosts share the lab's two processors: few at a time from each.
    scripts = {host: probe_script(sent, _HOST_PARALLEL) for host, sent in probes.items()}
    answers: dict[str, Sequence[bool]] = {}
    failures: dict[str, str] = {}
    try:
        completed = lab.exec_many(scripts, timeout=_HOST_SECONDS)
    except LabError as error:
        return {}, {"lab": str(error)}
    for host, sent in probes.items():
        try:
            answers[host] = read_answers(completed[host].stdout, sent)
        except PacketsNotSentError as error:
            failures[host] = str(error)
    return answers, failures


def _among(flows: Sequence[Flow], only: frozenset[str] | None) -> Sequence[Flow]:
    """The flows that must arrive between the sites in `only`; all when it is None."""
    if only is None:
        return flows
    return [f for f in flows if f.must_reach and f.source_sites <= only and f.target in only]


class Verifier:
    """Verification of the chosen devices, with what was already broken before a change."""

    def __init__(
        self,
        workspace: Workspace,
        progress: Progress,
        settle: int = DEFAULT_SETTLE,
        excused: frozenset[str] = frozenset(),
    ) -> None:
        self.workspace = workspace
        self.progress = progress
        self.settle = settle
        self.excused = excused
        self.known: Known = frozenset()
        self._routes = expected_routes(workspace.network, workspace.allocation, excused)
        self._peers = frozenset(workspace.chosen)
        self._neighbors = ldp_neighbors(workspace.network, workspace.allocation)
        self._lab: Backend | None = running_lab(workspace)

    def take_baseline(self, affected: Mapping[str, list[str]]) -> None:
        """Remember what fails now outside the change, so that the change is not blamed for it.

        Only faults of sites in VPNs that the change does not touch; a leak is never excused.
        """
        network = self.workspace.network
        others = frozenset(
            site for site, entry in network.sites.items() if entry.vpn not in affected["vpns"]
        )
        if not others:
            return
        with connected(self.workspace) as nornir:
            look = self._look(nornir, {}, last=True, only=others)
        self.known = frozenset(
            check.key
            for check in look.failed()
            if check.severity != "leak" and check.sites and check.sites <= others
        )

    def without(self, apart: frozenset[str]) -> "Verifier":
        """The same, where devices in `apart` have no part in the change: they run what they ran.

        Their sites need not be reached; that nothing leaks is asked all the same.
        """
        sites = frozenset(
            site
            for site, entry in self.workspace.network.sites.items()
            if any(access.pe in apart for access in entry.site_network_accesses.values())
        )
        workspace = self.workspace.only(name for name in self.workspace.chosen if name not in apart)
        other = Verifier(workspace, self.progress, self.settle, self.excused | sites)
        other.known = self.known
        return other

    def for_transaction(self) -> tuple[dict[str, Any], bool]:
        """The transaction's Verify: (what to report, passed)."""
        outcome = self.verify()
        return outcome.data, outcome.exit in (Exit.DONE, Exit.CHANGES)

    def verify(self) -> Outcome:
        """Look until all is well or the time to settle is over. Exit 0, 4 or 5."""
        deadline = time.monotonic() + self.settle
        echoes: dict[Flow, bool] = {}
        with connected(self.workspace) as nornir:
            while True:
                last = time.monotonic() >= deadline
                look = self._look(nornir, echoes, last=last)
                if last or self._settled(look):
                    return self._outcome(look)
                time.sleep(_PAUSE)

    def _settled(self, look: _Round) -> bool:
        """Whether looking again could tell anything else: all is well, or packets did leak."""
        if any(check.kind == "must not reach" for check in self._blamed(look)):
            return True
        return bool(look.labels) and not self._blamed(look) and not look.unreachable

    def _blamed(self, look: _Round) -> list[Check]:
        return [
            check
            for check in look.failed()
            if check.key not in self.known
            and (check.severity == "leak" or not (check.sites and check.sites <= self.excused))
        ]

    # -- one look --------------------------------------------------------------------------

    def _look(
        self,
        nornir: Nornir,
        echoes: dict[Flow, bool],
        *,
        last: bool,
        only: frozenset[str] | None = None,
    ) -> _Round:
        """Control plane first; packets when it is well, or this is the `last` look.

        `echoes` is what earlier looks sent; what was answered is not sent again. With `only`,
        packets are sent between those sites and only where they must arrive.
        """
        workspace = self.workspace
        look = _Round(echoes=echoes)
        arguments = {name: {"device": workspace.devices[name]} for name in workspace.chosen}
        states = run(nornir, "state", collect_state, arguments, self.progress)
        look.unreachable.update(states.failures)
        for name, state in states.results.items():
            device = workspace.devices[name]
            others = [n for n in self._neighbors.get(name, ()) if n[0] in self._peers]
            look.checks += judge_device(device, state, self._peers, self._routes, others)
        if last or not self._blamed(look):
            self._send(nornir, look, last=last, only=only)
            look.checks += [self._judged(flow, got) for flow, got in echoes.items()]
        return look

    def _send(
        self, nornir: Nornir, look: _Round, *, last: bool, only: frozenset[str] | None
    ) -> None:
        """Send what is not answered yet, while the backbone is watched for labels.

        A lost echo is no verdict on a path, so what must arrive is sent several times before it
        is blamed. What must not arrive is sent once, and last: when all else is well or there is
        no more time.
        """
        workspace = self.workspace
        up = frozenset(workspace.chosen) - look.unreachable.keys()
        backbone = [name for name in workspace.network.with_role(Role.P) if name in up]
        look.watched = [name for name in backbone or sorted(up) if self._shows_labels(name)]
        watching = {n: {"interfaces": self._circuits(n), "seconds": 300} for n in look.watched}
        captures = run(nornir, "watch", start_watching, watching, Silent())
        senders = list(self._senders(nornir, up, only))
        look.pairs = sum(sender.pairs for sender in senders)
        look.sources = [sender.name for sender in senders]
        # Each kind waits for its own silence: they wait together.
        with ThreadPoolExecutor(max(len(senders), 1)) as pool:
            for _ in range(_TRIES if last else 1):
                rests = pool.map(lambda sender: self._probe(look, sender, must_reach=True), senders)
                if not any(rests):
                    break
            if last or not self._blamed_echoes(look):
                list(pool.map(lambda sender: self._probe(look, sender, must_reach=False), senders))
        handles = {name: {"handle": at} for name, at in captures.results.items()}
        seen = run(nornir, "watch", end_watching, handles, Silent())
        look.labels = [
            f"{name}: {stack}" for name, stacks in seen.results.items() for stack in stacks
        ]

    def _senders(
        self, nornir: Nornir, up: frozenset[str], only: frozenset[str] | None
    ) -> Iterator[_Sender]:
        """Who sends: the PEs' VRFs, and the hosts where there is a lab."""
        workspace = self.workspace
        matrix = vrf_matrix(workspace.network, workspace.allocation, up)
        if matrix.flows:
            flows = _among(matrix.flows, only)
            yield _Sender("PE VRFs", flows, matrix.pairs, lambda by: self._from_vrfs(nornir, by))
        if (lab := self._lab) is not None:
            nodes = {node.name for node in lab.status().nodes}
            present = frozenset(s for s in workspace.network.sites if host_name(s) in nodes)
            matrix = host_matrix(workspace.network, workspace.allocation, present)
            flows = _among(matrix.flows, only)
            yield _Sender("hosts", flows, matrix.pairs, lambda by: _from_hosts(lab, by))

    def _probe(self, look: _Round, sender: _Sender, *, must_reach: bool) -> bool:
        """Send what was not answered yet and keep the answers; returns whether any is missing."""
        flows = [f for f in sender.flows if f.must_reach is must_reach and not look.echoes.get(f)]
        if not flows:
            return False
        by_sender: dict[str, list[Flow]] = {}
        for flow in flows:
            by_sender.setdefault(flow.sender, []).append(flow)
        answers, failures = sender.send(by_sender)
        for name, got in answers.items():
            look.echoes.update(zip(by_sender[name], got, strict=True))
        for name, why in failures.items():
            look.checks.append(Check("packets", name, "probes", False, f"not sent: {why}"))
        return not all(look.echoes.get(flow, False) for flow in flows)

    def _blamed_echoes(self, look: _Round) -> bool:
        """Whether something that must be reached was sent and is missing."""
        echoes = _Round(checks=[self._judged(f, got) for f, got in look.echoes.items()])
        return bool(self._blamed(echoes))

    def _from_vrfs(self, nornir: Nornir, by_pe: _BySender) -> _Answers:
        arguments = {pe: {"probes": [f.probe for f in flows]} for pe, flows in by_pe.items()}
        sent = run(nornir, "packets", send_packets, arguments, self.progress)
        return sent.results, sent.failures

    def _shows_labels(self, name: str) -> bool:
        of = self.workspace.network.routers[name].platform
        return platform(of).label_watch is not None

    def _circuits(self, name: str) -> list[str]:
        return [i.name for i in self.workspace.devices[name].interfaces if i.circuit is not None]

    def _judged(self, flow: Flow, answered: bool) -> Check:
        served = flow.source_sites
        if flow.target in self.workspace.network.sites:
            served = served | {flow.target}
        right = answered == flow.must_reach
        wrong = "no answer" if flow.must_reach else "ANSWERED"
        return Check(
            "must reach" if flow.must_reach else "must not reach",
            flow.sender,
            flow.name,
            right,
            "" if right else f"{flow.name}: {wrong}",
            severity="fault" if flow.must_reach else "leak",
            # One excused end is enough to excuse the pair.
            sites=(served & self.excused) or flow.source_sites,
        )

    # -- what came of it -------------------------------------------------------------------

    def _outcome(self, look: _Round) -> Outcome:
        blamed = {check.key for check in self._blamed(look)}
        table: dict[str, dict[str, int]] = {}
        for check in look.checks:
            row = table.setdefault(check.kind, {"passed": 0, "failed": 0, "known": 0})
            column = "passed" if check.passed else "failed" if check.key in blamed else "known"
            row[column] += 1
        if not look.labels:
            table["labels"] = {"passed": 0, "failed": 1, "known": 0}
        findings = [check.finding(known=check.key not in blamed) for check in look.failed()]
        findings.sort(key=lambda f: (f["known"], f["severity"] != "leak", str(f["class"])))
        passed = not blamed and bool(look.labels) and not look.unreachable
        codes = []
        # Where no router answered there was nobody to see labels.
        if blamed or (look.watched and not look.labels):
            codes.append(Exit.LEAK_OR_FAILED_VERIFICATION)
        if look.unreachable:
            codes.append(Exit.DEVICES_FAILED)
        data = {
            "passed": passed,
            "checks": table,
            "matrix": {
                "probed": len(look.echoes),
                "pairs": look.pairs,
                "share": len(look.echoes) / look.pairs if look.pairs else 0.0,
                "sources": look.sources,
            },
            "labels": {
                "seen": bool(look.labels),
                "watched": look.watched,
                "examples": look.labels[:3],
            },
            "findings": findings,
            "unreachable": dict(sorted(look.unreachable.items())),
        }
        return Outcome("verify", data, gravest(codes))


def verify_outcome(
    workspace: Workspace, progress: Progress, settle: int = DEFAULT_SETTLE
) -> Outcome:
    """Verify the chosen devices."""
    try:
        return Verifier(workspace, progress, settle).verify()
    finally:
        progress.finish()

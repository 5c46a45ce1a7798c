"""One look at the chosen devices: collect, compare, prove, check the state."""

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from egovnet.inventory.allocation.allocate import vrf_of
from egovnet.isolation.model.from_legacy_circuits import with_legacy_circuits
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.drift.collect import Collected, StateReading, collect, now
from egovnet.playbooks.drift.compare import (
    configuration_differences,
    linux_differences,
    running_differences,
    state_differences,
    unapplied_differences,
)
from egovnet.playbooks.drift.history import Before, History
from egovnet.playbooks.drift.links import (
    Approvals,
    FoundLink,
    accepted,
    found_links,
    link_differences,
)
from egovnet.playbooks.drift.pending import AS_IT_RUNS, Pending
from egovnet.playbooks.drift.running_state import merged, noted_facts
from egovnet.playbooks.drift.separation import (
    AS_INTENDED,
    AS_LAST_SEEN,
    Found,
    prove_read,
    read_facts,
    with_leaks,
)
from egovnet.playbooks.results.drift_report import Difference, DriftClass
from egovnet.playbooks.results.proof_result import ProofResult, proof_result
from egovnet.playbooks.verify.control_plane import (
    ADDRESSES,
    ROUTE_TARGETS,
    STRAY_ROUTES,
    Check,
)
from egovnet.tasks.driver import LineChange
from egovnet.templates.intend.device_facts import intended_facts

#: Reflectors that are asked again; each has all VPN routes.
_REFLECTORS = 2


@dataclass(frozen=True)
class Job:
    """What every stage of a run works with; `timeout` is a device's, in seconds."""

    workspace: Workspace
    progress: Progress
    history: History
    timeout: int
    before: Before
    #: Everything is read, compared and proved, whatever was seen before.
    whole: bool
    pending: Pending
    approvals: Approvals


@dataclass
class Evaluation:
    """What is found on the devices."""

    collected: Collected
    differences: list[Difference]
    #: Difference's key -> the changes that would restore it.
    changes: dict[tuple[str, str, str], tuple[LineChange, ...]]
    #: Running configurations that are not as intended, by device.
    texts: dict[str, str]
    proof: ProofResult


def evaluate(job: Job) -> Evaluation:
    """Read the chosen devices and compare them with the inventory."""
    workspace = job.workspace
    pending = job.pending
    collected = collect(
        workspace, job.progress, workspace.chosen, job.timeout, job.before, routes=pending.routes
    )
    devices = workspace.devices
    read = collected.readings
    # what a dead daemon configures is missing in the text: it is no evidence of configuration
    texts = {n: reading.text for n, reading in read.items() if reading.text and not reading.dead}
    facts, problems = read_facts(texts, devices)
    found: list[Found] = []
    for name, text_facts in facts.items():
        found += configuration_differences(
            devices[name],
            read[name].changes,
            text_facts,
            intended_facts(devices[name]),
            pending.former.get(name),
        )
    found += ((difference, ()) for difference in _not_given(job, read))
    changes: dict[tuple[str, str, str], tuple[LineChange, ...]] = {}
    for difference, own in found:
        changes[difference.key] = changes.get(difference.key, ()) + own
    found += ((_unreadable(name, str(problem)), ()) for name, problem in problems)
    # what did not answer ran this when it last did
    last_run, _ = read_facts(job.history.last_texts(collected.unreachable), devices)
    noted = noted_facts(devices, {**last_run, **facts}, _with_reflectors(job, read))
    found += ((difference, ()) for difference in running_differences(noted))
    proof = _earlier_proof(job, {**texts, **last_run, **noted})
    differences = [difference for difference, _ in found]
    if proof is None:
        approved = job.approvals
        expectation = with_legacy_circuits(
            pending.expectation, approved.register.circuits, approved.day
        )
        verdict = prove_read(devices, {**last_run, **facts, **noted}, expectation, pending.unknown)
        differences = with_leaks(found, verdict, devices, {**facts, **noted})
        proof = proof_result(verdict)
        if verdict.proved and not verdict.findings and not (texts or last_run or noted):
            job.history.keep_proof(job.before.asked, proof, now())
    reported = {(d.device, d.vrf) for d in differences if d.vrf and d.kind == "configuration"}
    for name, reading in read.items():
        differences += linux_differences(devices[name], reading.faults)
    failed = (
        check
        for reading in read.values()
        for check in reading.evaluated.failed
        # what a commit repairs is among the faults
        if check.kind != ADDRESSES or check.subject not in {one.subject for one in reading.faults}
    )
    explained = functools.partial(_explained, job, read)
    differences = merged(differences, state_differences(failed, reported, explained))
    differences += link_differences(_links(job, read), job.approvals)
    differences = list(accepted(differences, job.approvals))
    assumed = list(proof.assumptions)
    if pending.unknown & texts.keys():
        assumed.append(AS_IT_RUNS)
    if collected.unreachable:
        assumed.append(AS_LAST_SEEN)
    if len(workspace.chosen) < len(devices):
        assumed.append(AS_INTENDED)
    owned = _with_owners(workspace, differences)
    proof = replace(proof, assumptions=tuple(assumed))
    return Evaluation(collected, owned, changes, texts, proof)


def _not_given(job: Job, read: Mapping[str, StateReading]) -> Iterator[Difference]:
    """Lines of the inventory that routers run, though no change gave them: see `pending`."""
    for name, former in job.pending.former.items():
        reading = read.get(name)
        if reading is not None and not reading.dead:
            device = job.workspace.devices[name]
            yield from unapplied_differences(device, former, reading.text or None)


def _links(job: Job, read: Mapping[str, StateReading]) -> Iterator[FoundLink]:
    """Links that no circuit explains; not those of circuits that were applied and are to go, which
    are differences of the configuration already."""
    for name, reading in read.items():
        result = reading.evaluated
        former = job.pending.former.get(name)
        given = former.device if former is not None else None
        ports = {i.name for i in given.interfaces if i.circuit} if given is not None else set()
        tables = intended_facts(job.workspace.devices[name]).default_tables
        if result.strangers or result.running is not None:
            for link in found_links(name, result.strangers, result.running, tables):
                if link.port not in ports:
                    yield link


def _with_reflectors(job: Job, read: Mapping[str, StateReading]) -> Mapping[str, StateReading]:
    """The readings, with what reflectors have where somebody's routes are to be held against it:
    reflectors that answer as before sent no more than that."""
    states = [one.evaluated.running for one in read.values() if one.evaluated.running]
    if not any(one.labelled for one in states) or any(one.vpn_routes for one in states):
        return read
    known = [n for n in job.workspace.chosen if job.workspace.devices[n].reflector and n in read]
    if not known:
        return read
    whole = replace(job.before, devices={})
    again = collect(
        job.workspace,
        job.progress,
        known[:_REFLECTORS],
        job.timeout,
        whole,
        routes=job.pending.routes,
    )
    return {**read, **again.readings}


def _explained(job: Job, read: Mapping[str, StateReading], check: Check) -> bool:
    """Whether what a check finds too much is there since something was not applied yet.

    Of routers of which nobody knows it, where the proof has what they do: a route or a target that
    no text explains is found there.
    """
    proved = read[check.device].evaluated.running is not None
    if check.kind == STRAY_ROUTES:
        return proved and bool(job.pending.unknown)
    former = job.pending.former.get(check.device)
    if check.kind != ROUTE_TARGETS or former is None:
        return False
    if check.vrf in {vrf.name for vrf in job.workspace.devices[check.device].vrfs}:
        return False
    if former.device is None:
        return proved
    return check.vrf in {vrf.name for vrf in former.device.vrfs}


def _earlier_proof(job: Job, deviating: Collection[str]) -> ProofResult | None:
    """The proof of the intended network, where nothing deviates from it and it was proved."""
    return None if job.whole or deviating else job.history.proof(job.before.asked)


def _unreadable(name: str, problem: str) -> Difference:
    return Difference(
        device=name,
        klass=DriftClass.LEAK,
        kind="configuration",
        subject="configuration",
        message=f"cannot be evaluated: {problem}",
        why_not="it is not known what it would be restored from",
    )


def _with_owners(workspace: Workspace, differences: Iterable[Difference]) -> list[Difference]:
    """The differences with the VPN that each touches, and the agency that owns it."""
    network, allocation = workspace.network, workspace.allocation
    vpn_of: dict[tuple[str, str], str] = {}
    for name, site in network.sites.items():
        for access in site.site_network_accesses.values():
            key = vrf_of(network, name, access)
            vpn_of[access.pe, allocation.vrf_name[key]] = key.vpn
    owned = []
    for difference in differences:
        vpn = vpn_of.get((difference.device, difference.vrf), "")
        owner = network.vpns[vpn].owner if vpn else ""
        owned.append(replace(difference, vpn=vpn, owner=owner))
    return owned

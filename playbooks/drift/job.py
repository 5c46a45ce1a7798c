"""`drift`: the nightly job, stage by stage. Changes nothing unless classes are to be put back."""

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from egovnet.inventory.allocation.allocate import vrf_of
from egovnet.inventory.model.drift_class import DriftClass
from egovnet.inventory.registers import drift_rules
from egovnet.isolation.model.expectation import from_inventory
from egovnet.playbooks.core.run_on_devices import Progress
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.drift.apply_rules import apply_rules
from egovnet.playbooks.drift.collect import Collected, as_meant, collect, now
from egovnet.playbooks.drift.compare import (
    Change,
    configuration_differences,
    linux_differences,
    state_differences,
)
from egovnet.playbooks.drift.defaults import READ_TIMEOUT
from egovnet.playbooks.drift.history import Before, History
from egovnet.playbooks.drift.remediate import Remediator, Wish
from egovnet.playbooks.drift.separation import (
    AS_LAST_SEEN,
    AS_MEANT,
    prove_read,
    read_facts,
    with_leaks,
)
from egovnet.playbooks.drift.unchanged import question
from egovnet.playbooks.report.files.drift_files import write_drift_reports
from egovnet.playbooks.results.drift_report import (
    MENDED,
    DeviceNight,
    Difference,
    Night,
    Remediation,
    Standing,
    rank,
)
from egovnet.playbooks.results.outcome import Exit, Outcome, gravest
from egovnet.playbooks.results.verdict import verdict_data
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.registry import redact

#: Classes that may be put back: what is not egovnet's never is, and cosmetics need not be.
MENDABLE = (DriftClass.LEAK, DriftClass.SERVICE, DriftClass.POLICY)


@dataclass(frozen=True)
class _Job:
    """What every stage works with; `timeout` is a device's, in seconds."""

    workspace: Workspace
    progress: Progress
    history: History
    timeout: int
    before: Before
    #: Everything is read, judged and proved, whatever was seen before.
    whole: bool


@dataclass
class _Judged:
    """What a look at some devices came to."""

    collected: Collected
    differences: list[Difference]
    #: Difference's key -> the changes that would mend it.
    changes: dict[tuple[str, str, str], tuple[Change, ...]]
    #: What the devices run that are not as meant.
    texts: dict[str, str]
    proof: dict[str, Any] = field(default_factory=dict)


def drift(
    workspace: Workspace,
    progress: Progress,
    *,
    remediate: tuple[str, ...] = (),
    share: int | None = None,
    timeout: int = READ_TIMEOUT,
    whole: bool = False,
    ticket: str | None = None,
    report: Path | None = None,
) -> Outcome:
    """Read, compare, judge, put back the classes in `remediate`, and write `report`'s files.

    A device that was as meant before and would say the same, word for word, sends only digests,
    and a network that is as meant is proved once; with `whole` nothing is taken from before.

    Exit 0 nothing; 3 drift; 4 a leak; 5 devices did not answer.

    Raises:
        UsageError: a class that is never put back.
        InventoryError: a wrong inventory or drift.yaml.
    """
    wanted = frozenset(map(_mendable, remediate))
    rules = drift_rules.REGISTER.read(workspace.directory, workspace.network)
    history = History(workspace.journal.engine, workspace.network.backbone.name)
    before = history.before(question(workspace))
    if whole:
        before = replace(before, devices={})
    job = _Job(workspace, progress, history, timeout, before, whole)
    started, began = now(), time.monotonic()
    judged = _judge(job)
    moment = datetime.now(UTC)
    judged.differences = [
        apply_rules(rules, d, moment) for d in history.with_age(judged.differences, started)
    ]
    remediation = None
    if wanted:
        wish = Wish(wanted, rules.share if share is None else share)
        remediation = _put_back(job, judged, wish, ticket)
    trend = history.trend()
    night = Night(
        run=0,
        network=workspace.network.backbone.name,
        started=started,
        seconds=time.monotonic() - began,
        devices=_rows(workspace, judged.collected, history, moment),
        differences=tuple(sorted(judged.differences, key=rank)),
        proof=judged.proof,
        trend=trend,
        remediation=remediation,
        policy_notes=tuple(rules.expired(moment.date())),
    )
    run = history.keep(
        started,
        night.devices,
        night.differences,
        {name: redact(text) for name, text in judged.texts.items()},
        seen={n: one.seen for n, one in judged.collected.readings.items() if as_meant(one)},
        asked=before.asked,
        seconds=night.seconds,
        proved=night.proved,
        classes=night.classes(),
    )
    progress.finish()
    night = replace(night, run=run)
    notes: tuple[str, ...] = night.policy_notes
    if report is not None:
        files = write_drift_reports(night, workspace.network, report)
        notes += tuple(f"wrote {path}" for path in files)
    return Outcome("drift", night.data(), _exit(night), notes)


def _mendable(word: str) -> DriftClass:
    allowed = {klass.value: klass for klass in MENDABLE}
    if word not in allowed:
        raise UsageError(f"--remediate {word}: is never put back; name one of {', '.join(allowed)}")
    return allowed[word]


def _exit(night: Night) -> Exit:
    open_ = [d for d in night.open() if d.remedy != MENDED]
    codes = [Exit.CHANGES] if open_ else []
    if not night.proved or any(d.klass is DriftClass.LEAK for d in open_):
        codes.append(Exit.LEAK_OR_FAILED_VERIFICATION)
    if night.unreachable:
        codes.append(Exit.DEVICES_FAILED)
    return gravest(codes)


# -- stages ------------------------------------------------------------------------------------


def _judge(job: _Job) -> _Judged:
    """Collect, compare, prove, and look at the state."""
    workspace = job.workspace
    collected = collect(workspace, job.progress, workspace.chosen, job.timeout, job.before)
    devices = workspace.devices
    read = collected.readings
    # what a dead daemon would say is missing in the text: it tells nothing of the configuration
    texts = {n: reading.text for n, reading in read.items() if reading.text and not reading.dead}
    facts, problems = read_facts(texts, devices)
    differences: list[Difference] = []
    changes: dict[tuple[str, str, str], tuple[Change, ...]] = {}
    for name, text_facts in facts.items():
        found = configuration_differences(
            devices[name], read[name].changes, text_facts, intended_facts(devices[name])
        )
        for difference, own in found:
            differences.append(difference)
            changes[difference.key] = changes.get(difference.key, ()) + own
    for problem in problems:
        name = problem.file.removesuffix(" (running)")
        differences.append(_unreadable(name, str(problem)))
    # what did not answer ran this when it last did
    last_run, _ = read_facts(job.history.last_texts(collected.unreachable), devices)
    proof = _proof_before(job, {**texts, **last_run})
    if proof is None:
        verdict = prove_read(
            devices, {**last_run, **facts}, from_inventory(workspace.network, workspace.allocation)
        )
        differences = with_leaks(differences, verdict, facts)
        proof = verdict_data(verdict)
        if verdict.proved and not verdict.findings and not (texts or last_run):
            job.history.keep_proof(job.before.asked, proof, now())
    told = {(d.device, d.vrf) for d in differences if d.vrf and d.kind == "configuration"}
    for name, reading in read.items():
        differences += linux_differences(devices[name], reading.faults)
    failed = (check for reading in read.values() for check in reading.judged.failed)
    differences += state_differences(failed, told)
    if collected.unreachable:
        proof["assumptions"] = [*proof["assumptions"], AS_LAST_SEEN]
    if len(workspace.chosen) < len(devices):
        proof["assumptions"] = [*proof["assumptions"], AS_MEANT]
    owned = _with_owners(workspace, differences)
    return _Judged(collected, owned, changes, texts, proof)


def _proof_before(job: _Job, deviating: Collection[str]) -> dict[str, Any] | None:
    """The proof of what is meant, where nothing deviates from it and it was proved before."""
    return None if job.whole or deviating else job.history.proof(job.before.asked)


def _unreadable(name: str, problem: str) -> Difference:
    return Difference(
        device=name,
        klass=DriftClass.LEAK,
        kind="configuration",
        subject="configuration",
        message=f"cannot be judged: {problem}",
        why_not="nobody knows what it would be put back from",
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


def _put_back(job: _Job, judged: _Judged, wish: Wish, ticket: str | None) -> Remediation:
    """Put back, read the changed devices again, and say of each difference what came of it."""
    found = [(d, judged.changes.get(d.key, ())) for d in judged.differences]
    remediation = Remediator(job.workspace, job.progress, wish, found, judged.texts, ticket).run()
    asked = {
        d.key for d in judged.differences if d.klass in wish.classes and d.mendable and d.counts
    }
    if not remediation.devices:
        judged.differences = [
            replace(d, remedy=f"not mended: {remediation.left.get(d.device, remediation.result)}")
            if d.key in asked
            else d
            for d in judged.differences
        ]
        return remediation
    # a leak is seen by other devices too: all are looked at again
    again = _judge(job)
    still = {d.key: d for d in again.differences}
    after: list[Difference] = []
    for d in judged.differences:
        gone = d.key not in still and d.device not in again.collected.unreachable
        if gone and d.standing is not Standing.TOLD:
            after.append(replace(d, remedy=MENDED))
        elif d.key in asked:
            why = remediation.left.get(d.device, "it is still there after the push")
            after.append(replace(d, remedy=f"not mended: {why}"))
        else:
            after.append(d)
    known = {d.key for d in judged.differences}
    fresh = [d for d in again.differences if d.key not in known]
    judged.differences = [*after, *(replace(d, first_seen=now()) for d in fresh)]
    judged.proof, judged.texts, judged.collected = again.proof, again.texts, again.collected
    return remediation


def _rows(
    workspace: Workspace, collected: Collected, history: History, moment: datetime
) -> tuple[DeviceNight, ...]:
    last_known = history.last_known(collected.unreachable, moment)
    rows = []
    for name in workspace.chosen:
        router = workspace.network.routers[name]
        reading = collected.readings.get(name)
        row = DeviceNight(name, router.region, router.tier.value)
        if reading is None:
            why = collected.unreachable[name]
            row = replace(row, unreachable=why, last_known=last_known.get(name))
        else:
            row = replace(
                row,
                seconds=round(reading.seconds, 3),
                read_at=collected.at,
                as_before=reading.as_before,
                state=reading.judged.numbers,
                diff=redact(reading.diff),
            )
        rows.append(row)
    return tuple(rows)

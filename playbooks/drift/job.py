"""`drift`: the job, stage by stage. Changes nothing unless classes are to be remediated."""

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from egovnet.inventory.model.drift_class import DriftClass
from egovnet.inventory.registers import drift_rules
from egovnet.playbooks.archive.journal_check import require_whole_journal
from egovnet.playbooks.core.approved_lines import registered_lines
from egovnet.playbooks.core.identity.expiry import ends_soon
from egovnet.playbooks.core.lost_lock import require_numbers
from egovnet.playbooks.core.network_map import network_map
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.provenance import provenance
from egovnet.playbooks.core.remembered import able_to_compare
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.drift.apply_rules import apply_rules
from egovnet.playbooks.drift.collect import Collected, compliant, now
from egovnet.playbooks.drift.defaults import READ_TIMEOUT
from egovnet.playbooks.drift.evaluate import Evaluation, Job, evaluate
from egovnet.playbooks.drift.history import History
from egovnet.playbooks.drift.links import Approvals, other_ends
from egovnet.playbooks.drift.pending import Pending
from egovnet.playbooks.drift.remediate import RemediationRequest, Remediator
from egovnet.playbooks.drift.unchanged import question
from egovnet.playbooks.results.drift_report import (
    DeviceRow,
    Difference,
    DriftReport,
    Remediation,
    Status,
    rank,
)
from egovnet.playbooks.results.verification import WaitingAccess
from egovnet.playbooks.verify.customers import customer_accesses
from egovnet.templates.registry import redact


def drift(
    workspace: Workspace,
    progress: Progress,
    *,
    remediate: tuple[str, ...] = (),
    share: int | None = None,
    timeout: int = READ_TIMEOUT,
    whole: bool = False,
    ticket: str | None = None,
) -> DriftReport:
    """Read, compare, evaluate, and restore what differs of the classes in `remediate`.

    A device that was compliant before and would answer the same, byte for byte, sends only
    digests, and a compliant network is proved once; with `whole` nothing is taken from earlier
    runs. `share` is the percentage of the network's routers that may be changed (default: what
    the drift rules say), `timeout` a device's, in seconds. Beside an inventory with mistakes, what
    was applied last is the intended one.

    Raises:
        UsageError: a class that is never remediated.
        InventoryError: a wrong drift.yaml; a wrong inventory, where classes are to be remediated or
            the journal does not know what was applied.
        JournalAlteredError: what the journal says of earlier runs is nothing to go by.
    """
    wanted = frozenset(map(_remediable, remediate))
    remembered = ""
    if not wanted:  # nothing is changed beside an inventory with mistakes
        workspace, remembered = able_to_compare(workspace)
    require_numbers(workspace)
    held = require_whole_journal(workspace)
    rules = drift_rules.REGISTER.read(workspace.directory, workspace.network)
    history = History(workspace.journal)
    before = history.before(question(workspace))
    if whole:
        before = replace(before, devices={})
    ends = other_ends(workspace.network, workspace.allocation)
    approvals = Approvals(*registered_lines(workspace), ends)
    job = Job(workspace, progress, history, timeout, before, whole, Pending(workspace), approvals)
    started, began = now(), time.monotonic()
    found = evaluate(job)
    moment = datetime.now(UTC)
    found.differences = [
        apply_rules(rules, d, moment) for d in history.with_age(found.differences, started)
    ]
    remediation = None
    if wanted:
        request = RemediationRequest(wanted, rules.share if share is None else share, ticket)
        remediation = _remediate(job, found, request)
    report = DriftReport(
        run=0,
        network=workspace.network.backbone.name,
        started=started,
        seconds=time.monotonic() - began,
        devices=_rows(workspace, found.collected, history, moment),
        differences=tuple(sorted(found.differences, key=rank)),
        proof=found.proof,
        trend=history.trend(),
        remediation=remediation,
        policy_notes=(
            *rules.expired(moment.date()),
            *approvals.register.expired(approvals.day),
        ),
        of_applied=bool(remembered),
        notes=(
            *((remembered,) if remembered else ()),
            *held,
            *job.pending.notes,
            *map(str, ends_soon(workspace.network)),
        ),
        network_map=network_map(workspace.network),
        waiting=_waiting(workspace, found.collected),
        made=provenance(
            workspace,
            digests={name: one.seen.running for name, one in found.collected.readings.items()},
        ),
    )
    run = history.keep(
        report,
        {name: redact(text) for name, text in found.texts.items()},
        seen={n: one.seen for n, one in found.collected.readings.items() if compliant(one)},
        asked=before.asked,
    )
    progress.finish()
    return replace(report, run=run)


def _waiting(workspace: Workspace, collected: Collected) -> tuple[WaitingAccess, ...]:
    """Accesses that wait for their customer, on the devices that were read."""
    answering = {a for one in collected.readings.values() for a in one.evaluated.answering}
    return tuple(
        access.waiting(answering)
        for access in customer_accesses(workspace.network, workspace.allocation)
        if access.awaited and access.pe in collected.readings
    )


def _remediable(name: str) -> DriftClass:
    allowed = {klass.value: klass for klass in DriftClass if klass.properties.remediable}
    if name not in allowed:
        raise UsageError(
            f"--remediate: no drift of class {name!r} is remediated; "
            f"name one of {', '.join(allowed)}"
        )
    return allowed[name]


def _remediate(job: Job, found: Evaluation, request: RemediationRequest) -> Remediation:
    """Restore what is asked for, read the devices again, and note what became of each difference.

    `found` becomes what is known after that.
    """
    changes = [(d, found.changes.get(d.key, ())) for d in found.differences]
    done = Remediator(job.workspace, job.progress, request, changes, found.texts, job.pending).run()
    # what was pushed is at its end; the rest of the run only reads
    job.workspace.interrupts.check()
    asked = {d.key for d in found.differences if request.concerns(d)}
    if not done.devices:
        found.differences = [
            replace(d, not_remediated=done.left.get(d.device, done.result)) if d.key in asked else d
            for d in found.differences
        ]
        return done
    # a leak shows on other devices too: all are read again
    again = evaluate(job)
    still = {d.key for d in again.differences} | {
        d.key for d in found.differences if d.device in again.collected.unreachable
    }
    known = {d.key for d in found.differences}
    fresh = [replace(d, first_seen=now()) for d in again.differences if d.key not in known]
    found.differences = [*_outcomes(found.differences, asked, still, done), *fresh]
    found.proof, found.texts, found.collected = again.proof, again.texts, again.collected
    return done


def _outcomes(
    differences: Iterable[Difference],
    asked: set[tuple[str, str, str]],
    still: set[tuple[str, str, str]],
    done: Remediation,
) -> Iterable[Difference]:
    """The differences, each with whether it is gone, or why it is not where that was asked for."""
    for d in differences:
        if d.key not in still and d.status is not Status.INFORMATIONAL:
            yield replace(d, remediated=True)
        elif d.key in asked:
            why = done.left.get(d.device, "it is still there after the push")
            yield replace(d, not_remediated=why)
        else:
            yield d


def _rows(
    workspace: Workspace, collected: Collected, history: History, moment: datetime
) -> tuple[DeviceRow, ...]:
    """A row for every chosen device."""
    last_known = history.last_known(collected.unreachable, moment)
    rows = []
    for name in workspace.chosen:
        router = workspace.network.routers[name]
        reading = collected.readings.get(name)
        row = DeviceRow(name, router.region, router.tier.value)
        if reading is None:
            why = collected.unreachable[name]
            row = replace(row, unreachable=why, last_known=last_known.get(name))
        else:
            row = replace(
                row,
                seconds=round(reading.seconds, 3),
                read_at=collected.at,
                unchanged=reading.unchanged,
                state=reading.evaluated.numbers,
                diff=redact(reading.diff),
            )
        rows.append(row)
    return tuple(rows)

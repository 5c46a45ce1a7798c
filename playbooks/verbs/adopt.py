"""`adopt`: what runs becomes known to the journal, as a change that pushes nothing.

For a network that was there before its journal: a new controller, a lost database, a lab that was
booted provisioned. Every router is read, what runs is proved and held against the inventory; from
then on it is what a change left: drift restores to it, plans know what it was made from.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from egovnet.inventory.allocation.lock_file import LOCK_FILE
from egovnet.inventory.paused_collector import paused_collector
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.prove_running import prove_running
from egovnet.playbooks.archive.archive import Archive, ArchiveError
from egovnet.playbooks.archive.catch_up import archived
from egovnet.playbooks.archive.journal_check import require_whole_journal
from egovnet.playbooks.change.approval_gate import is_governed
from egovnet.playbooks.change.proof_gate import Override
from egovnet.playbooks.change.record_intent import record_intent
from egovnet.playbooks.core.applied import Applied
from egovnet.playbooks.core.approved_lines import expectation_of
from egovnet.playbooks.core.devices import connected, sessions_kept
from egovnet.playbooks.core.leaving_routers import leaving_routers
from egovnet.playbooks.core.lost_lock import require_numbers
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.run_on_devices import run
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.drift.pending import AS_IT_RUNS
from egovnet.playbooks.drift.separation import AS_INTENDED
from egovnet.playbooks.journal.records import ADOPT, DONE, Configuration
from egovnet.playbooks.results.adoption import Adoption
from egovnet.playbooks.results.ends import End
from egovnet.playbooks.results.listed import listed
from egovnet.playbooks.results.outcome import Exit, Outcome, most_severe
from egovnet.playbooks.results.plan import PlannedDiff
from egovnet.playbooks.results.push_proof import PushProof
from egovnet.playbooks.results.reported_finding import reported
from egovnet.playbooks.results.transaction import TransactionResult
from egovnet.playbooks.results.verdict import reason
from egovnet.tasks.collect_state import collect_state
from egovnet.tasks.dry_run import DryRun, dry_run, text_hash
from egovnet.tasks.read_running import Running, read_running
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.model.state import DeviceState
from egovnet.templates.read_texts import NativeText, read_all


@dataclass(frozen=True)
class Acceptance:
    """What a person said beforehand, and who is asked for the rest."""

    #: Record it.
    yes: bool = False
    #: Also where routers do not run what the inventory renders.
    differences: bool = False
    #: Who answers for what is not proved.
    override: Override | None = None
    ticket: str | None = None
    #: Asks a person who is there whether to record what is shown; None: nobody is.
    ask: Callable[[Adoption], bool] | None = None


@dataclass(frozen=True)
class _Read:
    """What the routers run. Those in `failures` cannot be adopted as they are."""

    running: Mapping[str, Running] = field(default_factory=dict)
    compared: Mapping[str, DryRun] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)


def adopt(
    workspace: Workspace,
    progress: Progress,
    acceptance: Acceptance = Acceptance(),
) -> Outcome[Adoption]:
    """Record what the chosen routers run, of those of which the journal knows nothing.

    Exit 0 recorded; 3 only shown, or differences that nobody accepted; 4 what runs is not proved;
    5 a router did not answer or is in the middle of something. Nothing is recorded but with 0.

    Raises:
        UsageError: the journal knows all of them, or changes of others that were not applied yet;
            or an override under a policy.
        InventoryError: the lock file was lost, and the journal knows the numbers; or routers that
            the journal knows were taken out and not emptied.
        JournalAlteredError: the journal is nothing to build upon.
        DevicesLockedError: an unfinished change holds one of the routers.
    """
    held = require_whole_journal(workspace, adopting=True)
    if acceptance.override is not None and is_governed(workspace):
        raise UsageError(
            "--unproved-by: two persons approve an override, of a plan, and adopt has none; put "
            "right what is not proved, or adopt the network before it has a policy"
        )
    require_numbers(workspace)
    leaving_routers(workspace)
    names, known = _to_adopt(workspace)
    with sessions_kept(workspace):
        read = _read(workspace, progress, names)
    progress.finish()
    shown = replace(_shown(workspace, names, read), known=known)
    if read.failures:
        note = "leave routers out with --limit to go on without them"
        return _refused(shown, "refused", Exit.DEVICES_FAILED, (*held, note))
    verdict = _prove(workspace, names, read)
    others = len(names) < len(workspace.network.routers)
    shown = replace(shown, proof=_proof(verdict, others=others))
    code, note = _in_the_way(shown, verdict, acceptance)
    if note:
        result = "refused" if acceptance.yes else "shown"
        return _refused(shown, result, code, (*held, note))
    override = None if verdict.proved else acceptance.override
    outcome = _record(workspace, shown, read, replace(acceptance, override=override))
    return replace(outcome, notes=(*held, *outcome.notes))


def _in_the_way(shown: Adoption, verdict: Verdict, acceptance: Acceptance) -> tuple[Exit, str]:
    """Why it is not recorded, and what would do it; "" where it is."""
    proved = Exit.DONE if verdict.proved else Exit.LEAK_OR_FAILED_VERIFICATION
    if not verdict.proved and acceptance.override is None:
        return proved, "record it with --unproved-by NAME --reason TEXT, for who answers for it"
    if acceptance.yes and (acceptance.differences or not shown.differences):
        return Exit.DONE, ""
    if acceptance.ask is not None and acceptance.ask(shown):
        return Exit.DONE, ""
    code = most_severe((proved, Exit.CHANGES))
    if not shown.differences:
        return code, "record it with --yes"
    differ = listed(shown.differing)
    return code, f"{differ} differ from the inventory: record them so with --accept-differences"


def _to_adopt(workspace: Workspace) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Chosen routers of which nobody knows what they were given, and the others."""
    applied = Applied(workspace)
    names = tuple(name for name in workspace.chosen if name in applied.unknown)
    known = tuple(name for name in workspace.chosen if name not in applied.unknown)
    if not names:
        raise UsageError(
            f"the journal knows what {listed(known)} were given: there is nothing to adopt; "
            "see egovnet history"
        )
    devices = workspace.devices
    waiting = [
        name
        for name in workspace.network.routers
        if name not in applied.unknown and applied.device(name) != devices[name]
    ]
    if waiting:
        raise UsageError(
            f"the inventory has changes for {listed(waiting)} that were not applied yet: apply "
            "them first, then adopt the others"
        )
    return names, known


def _read(workspace: Workspace, progress: Progress, names: Sequence[str]) -> _Read:
    """Every router's answer to its intended text, what it runs and does, and its daemons."""
    devices, texts = workspace.devices, workspace.intended(names)
    with connected(workspace, names) as nornir:
        compared = run(
            nornir, "compare", dry_run, {n: {"intended": texts[n]} for n in names}, progress
        )
        answering = {n: {"device": devices[n]} for n in names if n in compared.results}
        running = run(
            nornir,
            "read",
            read_running,
            {n: {**words, "ask_pending": True} for n, words in answering.items()},
            progress,
        )
        states = run(nornir, "state", collect_state, answering, progress)
    failures = {**states.failures, **running.failures, **compared.failures}
    for name, one in running.results.items():
        answer, state = compared.results[name], states.results.get(name)
        if why := _unfit(one, answer, state):
            failures.setdefault(name, why)
    return _Read(running.results, compared.results, failures)


def _unfit(running: Running, compared: DryRun, state: DeviceState | None) -> str:
    """Why what a router runs now is nothing to record; "" where it is."""
    if state is not None and state.dead:
        dead = " and ".join(sorted(state.dead))
        return f"{dead} not running: its text is not whole; start it, then adopt"
    if running.pending:
        return (
            "a commit is open on it that may go back: wait until its timer ends, or confirm or "
            "undo it where its journal is"
        )
    if running.text != compared.running:
        return "its configuration changed while it was read; adopt again"
    return ""


def _shown(workspace: Workspace, names: tuple[str, ...], read: _Read) -> Adoption:
    groups: dict[str, list[str]] = {}
    for name in names:
        answer = read.compared.get(name)
        if answer is not None and answer.diff:
            groups.setdefault(answer.diff, []).append(name)
    return Adoption(
        network=workspace.network.backbone.name,
        result="shown",
        devices=names,
        differences=tuple(PlannedDiff(tuple(each), diff) for diff, each in groups.items()),
        keys={name: answer.keys_kept for name, answer in read.compared.items() if answer.keys_kept},
        failures=read.failures,
    )


def _prove(workspace: Workspace, names: Sequence[str], read: _Read) -> Verdict:
    """The proof of what runs; other routers run what the inventory intends."""
    devices = workspace.devices
    platforms = {name: router.platform for name, router in workspace.network.routers.items()}
    expectation = expectation_of(workspace)
    with paused_collector():
        facts: dict[str, DeviceFacts] = read_all(
            {
                name: NativeText(
                    read.running[name].text, f"{name} (running)", platforms[name], name
                )
                for name in names
            }
        )
        facts |= {n: intended_facts(one) for n, one in devices.items() if n not in facts}
        states = {n: s for n in names if (s := read.running[n].state) is not None}
        return prove_running(facts, states, expectation, frozenset(names))


def _proof(verdict: Verdict, *, others: bool) -> PushProof:
    return PushProof(
        proved=verdict.proved,
        reason=reason(verdict),
        findings=reported(finding for finding in verdict.findings if finding.denies),
        properties=verdict.checked.properties,
        assumptions=(*verdict.assumptions, AS_IT_RUNS, *((AS_INTENDED,) if others else ())),
    )


def _record(
    workspace: Workspace, shown: Adoption, read: _Read, acceptance: Acceptance
) -> Outcome[Adoption]:
    """A change that was begun and ended, with nothing between; a half is closed by `recover`."""
    lock_written = workspace.on_disk.keep_allocation()
    with workspace.interrupts.shielded(lambda: "what was read is recorded first"):
        change = _write(workspace, shown, read, acceptance)
    lock_note = (f"{LOCK_FILE} was written: commit it",) if lock_written else ()
    notes = (*lock_note, *_put_aside(workspace))
    adopted = Outcome("adopt", replace(shown, result="adopted", change=change), Exit.DONE, notes)
    return archived(workspace, adopted)


def _put_aside(workspace: Workspace) -> tuple[str, ...]:
    """The archive of a journal that was lost stays, beside the one that this change begins."""
    try:
        aside = Archive(workspace.state / "archive").put_aside(workspace.journal.name)
    except ArchiveError:
        return ()  # archiving says so
    return (f"the archive of the journal before is kept: {aside}",) if aside else ()


def _write(workspace: Workspace, shown: Adoption, read: _Read, acceptance: Acceptance) -> int:
    """Write the change from its begin to its end; its number."""
    texts = {name: read.running[name].text for name in shown.devices}
    journal, digest = workspace.journal, _digest(shown.network, texts)
    change = journal.begin(
        ADOPT,
        digest,
        f"{len(texts)} devices adopted, {len(shown.differing)} of them with differences",
        {n: Configuration(n, t, t, read.compared[n].diff, None) for n, t in texts.items()},
        ticket=acceptance.ticket,
    )
    unfinished = TransactionResult(End.OPEN, digest, change=change, devices=shown.devices)
    workspace.ends[change] = Outcome("adopt", unfinished, unfinished.exit)
    record_intent(workspace, change, ())
    _note_proof(workspace, change, shown, acceptance.override)
    journal.after(change, texts)
    journal.close(change, DONE)
    adopted = replace(unfinished, result=End.DONE)
    workspace.ends[change] = Outcome("adopt", adopted, adopted.exit)
    return change


def _note_proof(
    workspace: Workspace, change: int, shown: Adoption, override: Override | None
) -> None:
    detail: dict[str, object] = {"reason": shown.proof.reason if shown.proof else ""}
    if override is not None:
        detail |= {"unproved_by": override.name, "because": override.reason}
    journal = workspace.journal
    journal.step(change, "proof", "*", "overridden" if override else "done", detail)
    accepted = {"differences_of": list(shown.differing)}
    journal.step(change, "adopt", "*", "done", accepted)


def _digest(network: str, texts: Mapping[str, str]) -> str:
    body = [network, ADOPT, {name: text_hash(text) for name, text in texts.items()}]
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _refused(shown: Adoption, result: str, code: Exit, notes: tuple[str, ...]) -> Outcome[Adoption]:
    note = "nothing was recorded; "
    return Outcome(
        "adopt", replace(shown, result=result), code, (*notes[:-1], f"{note}{notes[-1]}")
    )

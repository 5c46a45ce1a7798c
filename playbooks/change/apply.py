"""`apply`: carry a plan out as one transaction. Without --yes or a plan file it only shows it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from egovnet.playbooks.archive.catch_up import archived
from egovnet.playbooks.archive.journal_check import (
    require_whole_journal,
    require_whole_journal_if_any,
)
from egovnet.playbooks.change.apply_steps import apply_in_steps
from egovnet.playbooks.change.approval_gate import Governed, authored, governed
from egovnet.playbooks.change.between import all_reflectors
from egovnet.playbooks.change.check_plan import check_diffs
from egovnet.playbooks.change.dependents import Dependents
from egovnet.playbooks.change.device_parts import PartSites
from egovnet.playbooks.change.fresh_routers import fresh_routers
from egovnet.playbooks.change.health_gate import Health
from egovnet.playbooks.change.ike_changes import scripts_note
from egovnet.playbooks.change.plan import Plan, make_plan, plan_outcome, read_plan
from egovnet.playbooks.change.plan_steps import (
    make_plan_in_steps,
    prove_steps,
)
from egovnet.playbooks.change.proof_gate import Gate, Override, gate
from egovnet.playbooks.change.record_intent import is_of_inventory, record_intent
from egovnet.playbooks.change.refusals import (
    refused,
    refused_by_policy,
    refused_for_words,
    with_what_cannot_be,
)
from egovnet.playbooks.change.service_moves import concerning, service_moves, still_meant
from egovnet.playbooks.change.touched_lines import touched_lines
from egovnet.playbooks.change.transaction import Transaction
from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.change.waves import Wave, up_to
from egovnet.playbooks.change.words import NOTHING_SAID, Words
from egovnet.playbooks.core.devices import sessions_kept
from egovnet.playbooks.core.former import former_inventory
from egovnet.playbooks.core.leaving_routers import leaving_routers
from egovnet.playbooks.core.lost_lock import renumbered, require_numbers
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.errors import DevicesLockedError
from egovnet.playbooks.journal.records import DONE
from egovnet.playbooks.results.ends import End
from egovnet.playbooks.results.listed import listed
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.results.plan import PlanResult
from egovnet.playbooks.results.transaction import TransactionResult
from egovnet.playbooks.results.verification import Verification
from egovnet.playbooks.verify.customers import CUSTOMER
from egovnet.playbooks.verify.probe_plan import Former
from egovnet.playbooks.verify.touched import Touched
from egovnet.playbooks.verify.verify import Verifier
from egovnet.playbooks.verify.verifying import AS_USUAL, Verifying

#: How a change that is not proved on the way only is made all the same.
IN_STEPS = (
    "its end is proved, and the way there is not: egovnet plan --steps splits it into transactions "
    "that are each proved"
)

#: How all reflectors are made anew while every router keeps one.
IN_TURN = (
    "all reflectors are made anew at once, and every site loses its routes meanwhile: egovnet plan "
    "--steps has some of them wait for a second transaction"
)


def apply(
    workspace: Workspace,
    progress: Progress,
    plan_file: Path | None = None,
    *,
    yes: bool = False,
    options: Options | None = None,
    waves_by: tuple[str, ...] = (),
    canary: str | None = None,
    words: Words = NOTHING_SAID,
    steps: bool = False,
    verifying: Verifying = AS_USUAL,
    override: Override | None = None,
) -> Outcome[PlanResult] | Outcome[TransactionResult]:
    """Apply a plan file, or plan and apply in one go; with `steps` in as many as it takes.

    A plan that was stopped after a wave goes on where it stopped. Exit 0 done; 3 shown only,
    changes pending; 4 refused as it is not proved or needs confirmation, or undone as verification
    failed; 5 undone as devices failed.

    Raises:
        UsageError: a plan file of another network, one with unreachable devices, or one whose
            diffs are not what its texts would change.
        WaveError: a wave that the plan does not have.
        JournalAlteredError: the journal is nothing to act upon.
    """
    with sessions_kept(workspace):
        return _apply(
            workspace,
            progress,
            plan_file,
            yes=yes,
            options=options,
            waves_by=waves_by,
            canary=canary,
            words=words,
            steps=steps,
            verifying=verifying,
            override=override,
        )


def _apply(
    workspace: Workspace,
    progress: Progress,
    plan_file: Path | None,
    *,
    yes: bool,
    options: Options | None,
    waves_by: tuple[str, ...],
    canary: str | None,
    words: Words,
    steps: bool,
    verifying: Verifying,
    override: Override | None,
) -> Outcome[PlanResult] | Outcome[TransactionResult]:
    if plan_file is not None:
        if steps:
            raise UsageError("--steps is the plan's: give it to egovnet plan")
        if waves_by or canary:
            raise UsageError("--waves and --canary are the plan's: give them to egovnet plan")
        if words != NOTHING_SAID:
            raise UsageError(
                "--zone-change, --disruptive and --gone are the plan's: give them to egovnet plan"
            )
        require_numbers(workspace)
        plan = read_plan(plan_file)
        if plan.network != workspace.network.backbone.name:
            raise UsageError(
                f"{plan_file}: is a plan of network {plan.network}, "
                f"and the inventory is of {workspace.network.backbone.name}"
            )
        absent = sorted(plan.devices.keys() - workspace.network.routers.keys())
        if absent:
            raise UsageError(f"{plan_file}: {', '.join(absent)} left the inventory; plan again")
        _check_leaving(workspace, plan, str(plan_file))
        if not plan.then and not still_meant(workspace, plan.moves):
            raise UsageError(
                f"{plan_file}: the inventory has sites in other states by now; plan again"
            )
        check_diffs(workspace, progress, plan, str(plan_file))
        last = (plan, *plan.then)[-1]
        texts = {name: (entry.before, entry.intended) for name, entry in last.devices.items()}
        if is_of_inventory(workspace, texts):
            workspace.on_disk.keep_allocation()
        elif plan.kind == "rollback":
            raise UsageError(_still_means(workspace, plan, texts, str(plan_file)))
    else:
        plan = planned(
            workspace, progress, waves_by=waves_by, canary=canary, words=words, steps=steps
        )
        if not yes:
            proposed = workspace.on_disk.has_new_numbers
            return shown(workspace, progress, plan, lock_proposed=proposed)
        plan = authored(workspace, plan)
        numbers = _numbers(workspace, plan)
        workspace.on_disk.keep_allocation()
        outcome = apply_plan(
            workspace, progress, plan, options, verifying=verifying, override=override
        )
        return replace(outcome, notes=(*outcome.notes, *numbers))
    return apply_plan(workspace, progress, plan, options, verifying=verifying, override=override)


def _numbers(workspace: Workspace, plan: Plan) -> tuple[str, ...]:
    """A note of the numbers that the plan changes, whatever became of the lock file."""
    words = renumbered(workspace) if plan.pending and plan.kind == "apply" else ""
    return (words,) if words else ()


def _still_means(
    workspace: Workspace, plan: Plan, texts: Mapping[str, tuple[str, str]], source: str
) -> str:
    """Why a rollback's plan file would be undone: verified by an inventory that means the rest."""
    names = [name for name in texts if not is_of_inventory(workspace, {name: texts[name]})]
    sites = f" (sites {listed(plan.affected.sites)})" if plan.affected.sites else ""
    return (
        f"{source}: takes back change {plan.undoes}, which the inventory still means on "
        f"{listed(names)}{sites}: it would be verified by that, and undone; give: "
        f"egovnet rollback {plan.undoes} --yes, which finds the same approvals"
    )


def _check_leaving(workspace: Workspace, plan: Plan, source: str) -> None:
    """The routers that leave are those that were reviewed; a rollback's stay as they run."""
    if plan.kind == "rollback":
        return
    if leaving_routers(workspace, plan.words.gone) != plan.leaving:
        raise UsageError(
            f"{source}: other routers are on their way out of the network by now; plan again"
        )


def planned(
    workspace: Workspace,
    progress: Progress,
    *,
    waves_by: tuple[str, ...] = (),
    canary: str | None = None,
    words: Words = NOTHING_SAID,
    steps: bool = False,
) -> Plan:
    """A plan in waves or in steps.

    Raises:
        UsageError: in both.
        JournalAlteredError: what the network was made from is the journal's to say.
    """
    require_whole_journal_if_any(workspace)
    if not steps:
        return make_plan(workspace, progress, waves_by=waves_by, canary=canary, words=words)
    if waves_by or canary:
        raise UsageError("--steps and --waves are two orders of pushing: give one of them")
    return make_plan_in_steps(workspace, progress, words)


def shown(
    workspace: Workspace,
    progress: Progress,
    plan: Plan,
    *,
    lock_written: bool = False,
    lock_proposed: bool = False,
) -> Outcome[PlanResult]:
    """A plan and its proof, and nothing done."""
    proofs = prove_steps(workspace, progress, plan) if plan.pending or plan.then else []
    progress.finish()
    first, *later = (proof.result() for proof in proofs) if proofs else (None,)
    outcome = plan_outcome(
        plan,
        first,
        [proof for proof in later if proof is not None],
        lock_written=lock_written,
        lock_proposed=lock_proposed,
    )
    if not plan.then and any(proof.only_on_the_way for proof in proofs):
        outcome = replace(outcome, notes=(*outcome.notes, IN_STEPS))
    elif not plan.then and _all_reflectors_at_once(workspace, plan):
        outcome = replace(outcome, notes=(*outcome.notes, IN_TURN))
    outcome = with_what_cannot_be(plan, outcome)
    notes = (*outcome.notes, *_numbers(workspace, plan), *scripts_note(workspace))
    outcome = replace(outcome, notes=notes)
    held = held_devices(workspace, plan)
    return outcome if held is None else replace(outcome, notes=(*outcome.notes, str(held)))


def _all_reflectors_at_once(workspace: Workspace, plan: Plan) -> bool:
    if plan.kind != "apply" or not plan.affected.disruptive:
        return False
    return all_reflectors(former_inventory(workspace), workspace.inventory)


def apply_plan(
    workspace: Workspace,
    progress: Progress,
    plan: Plan,
    options: Options | None = None,
    *,
    verifying: Verifying = AS_USUAL,
    override: Override | None = None,
    whole: Governed | None = None,
) -> Outcome[TransactionResult]:
    """Prove `plan` and run its transaction.

    What is not proved is refused, unless `override` says who answers for it and why. What needs a
    word is refused without it, whatever the plan says of itself: what it does is found anew. What
    the inventory's policy does not cover is refused. `whole` is what is known of the plan in steps
    that it is a part of.

    Raises:
        WaveError: the options name a wave that the plan does not have.
        ProblemsError: the policy, or the key at hand, cannot be used.
        SigningError: the key at hand cannot sign.
        JournalAlteredError: what the network runs, and which words a change needs, is the journal's
            to say, and it is not as it was written.
    """
    options = options or Options()
    known = whole
    workspace.interrupts.resume()
    workspace.interrupts.check()
    held = require_whole_journal(workspace) if whole is None else ()
    if plan.then:
        known = governed(workspace, plan)

        def push(there: Workspace, part: Plan) -> Outcome[TransactionResult]:
            return apply_plan(
                there, progress, part, options, verifying=verifying, override=override, whole=known
            )

        refusal = refused_by_policy(known)
        return refusal or apply_in_steps(workspace, progress, plan, options, push)
    refusal = _not_begun(workspace, plan)
    if refusal is None:
        known = whole or governed(workspace, plan)
        refusal = refused_by_policy(known)
    if refusal is not None:
        progress.finish()
        return refusal
    left = _left_to_do(workspace, plan)
    waves = up_to(left, options.stop_after)
    proof = gate(workspace, progress, plan)
    if proof.proved:
        override = None
    else:
        refusal = _unproved(plan, proof, override) or refused_by_policy(known, unproved=True)
        if refusal is not None:
            progress.finish()
            return replace(refusal, result=replace(refusal.result, proof=proof.result()))
    statements = () if known is None else known.applied(plan)

    def begun(change: int) -> None:
        if known is not None:
            known.record(change, plan, statements)
        record_intent(workspace, change, plan.unchanged)

    with sessions_kept(workspace):
        meant = verifying.network or workspace
        former = verifying.former or _former(meant)
        verifier = Verifier(meant, progress, replace(verifying, former=former))
        touched, vpns = concerning(meant.network, plan.moves, _touched(meant, plan))
        verifier.take_baseline(touched, vpns.union(plan.affected.vpns))

        # who was done by an earlier run of the plan has its part in the network as well
        waiting = {name: plan.devices[name].before for wave in left for name in wave.devices}

        def verify(apart: frozenset[str]) -> Verification:
            still = {name: text for name, text in waiting.items() if name in apart}
            if not still:
                return verifier.verify()
            fresh = fresh_routers(workspace.network, still)
            return verifier.without(frozenset(still), fresh).verify()

        outcome = Transaction(
            workspace,
            plan,
            verify,
            progress,
            waves,
            Health(meant, progress, verifying.converge),
            options,
            proof.result(),
            override,
            on_begin=begun,
            done_before=plan.devices.keys() - waiting.keys(),
        ).run()
        outcome = replace(outcome, notes=(*held, *outcome.notes))
        return _with_customers(archived(workspace, outcome))


def _unproved(
    plan: Plan, proof: Gate, override: Override | None
) -> Outcome[TransactionResult] | None:
    """The refusal of what is not proved and nobody answers for."""
    if override is not None:
        return None
    note = "nothing was changed; --unproved-by NAME --reason TEXT is for who answers for it"
    if proof.only_on_the_way and plan.kind == "apply":
        note = f"nothing was changed; {IN_STEPS}"
    return refused(plan, "proof", note, {})


def _with_customers(outcome: Outcome[TransactionResult]) -> Outcome[TransactionResult]:
    """Say of an undone change whose customer did not answer, and what to do about it."""
    found = outcome.result.verification
    if found is None or found.passed:
        return outcome
    silent = (f.message for f in found.findings if f.klass == CUSTOMER and not f.known)
    return replace(outcome, notes=(*outcome.notes, *silent))


def _touched(meant: Workspace, plan: Plan) -> Touched:
    """What the plan's lines are about, in the network that is meant or in the one before."""
    former = former_inventory(meant)
    where = PartSites(
        Dependents(meant.network, meant.allocation),
        None if former is None else Dependents(former.network, former.allocation),
    )
    return touched_lines(where, plan.devices)


def _former(meant: Workspace) -> Former | None:
    """The network before, if the journal knows it."""
    former = former_inventory(meant)
    return None if former is None else Former(former.network, former.allocation)


def _not_begun(workspace: Workspace, plan: Plan) -> Outcome[TransactionResult] | None:
    """Why a plan is not even proved: devices that do not answer, nothing to do, a missing word."""
    if plan.unreachable:
        note = "nothing was changed; leave a device out with --limit to go on without it"
        return refused(plan, "plan", note, plan.unreachable)
    if plan.devices:
        return refused_for_words(workspace, plan)
    held = held_devices(workspace, plan)
    if held is not None:
        # What they run is not theirs yet: an unfinished change may still go back.
        reasons = {name: f"held by {lock}" for name, lock in held.locks.items()}
        return refused(plan, "fence", str(held), reasons)
    if plan.moves and service_moves(workspace):
        return None
    nothing = TransactionResult(End.NOTHING_TO_DO, plan.hash, plan.affected)
    return Outcome(plan.kind, nothing, nothing.exit)


def held_devices(workspace: Workspace, plan: Plan) -> DevicesLockedError | None:
    """The devices of `plan`, changed or not, that an unfinished change holds; None: none is."""
    planned = plan.devices.keys() | plan.unchanged.keys()
    if not planned:
        return None
    locks = [lock for lock in workspace.journal.locks() if lock.device in planned]
    return DevicesLockedError(locks) if locks else None


def _left_to_do(workspace: Workspace, plan: Plan) -> tuple[Wave, ...]:
    """The plan's waves without the devices that an earlier, stopped run of it has done."""
    journal = workspace.journal
    changes = [change for change in journal.changes() if change.state == DONE]
    undone = {change.undoes for change in changes}
    done: set[str] = set()
    for change in changes:
        if change.plan_hash == plan.hash and change.stop_after and change.id not in undone:
            done |= journal.configurations(change.id).keys()
    rest = (
        Wave(wave.name, tuple(name for name in wave.devices if name not in done))
        for wave in plan.waves_or_one()
    )
    return tuple(wave for wave in rest if wave.devices)

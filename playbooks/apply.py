"""`apply`: carry a plan out as one transaction. Without --yes or a plan file it only shows it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playbooks.context import Context, UsageError
from playbooks.fleet import Progress
from playbooks.gate import Override, gate
from playbooks.intents import record
from playbooks.outcome import Exit, Outcome
from playbooks.plan import Plan, make_plan, plan_outcome, read_plan
from playbooks.transaction import DEFAULT_CONFIRM_TIMEOUT, Transaction
from playbooks.verify import DEFAULT_SETTLE, Verifier


def apply(
    context: Context,
    progress: Progress,
    plan_file: Path | None = None,
    *,
    yes: bool = False,
    confirm_timeout: int = DEFAULT_CONFIRM_TIMEOUT,
    settle: int = DEFAULT_SETTLE,
    override: Override | None = None,
) -> Outcome:
    """Apply a plan file, or plan and apply in one go.

    Exit 0 done; 3 shown only, changes pending; 4 refused as it is not proved, or undone as
    verification failed; 5 undone as devices failed.

    Raises:
        UsageError: a plan file of another network, or one with unreachable devices.
    """
    if plan_file is not None:
        plan = read_plan(plan_file)
        if plan.network != context.network.backbone.name:
            raise UsageError(
                f"{plan_file}: is a plan of network {plan.network}, "
                f"and the inventory is of {context.network.backbone.name}"
            )
        gone = sorted(plan.devices.keys() - context.network.routers.keys())
        if gone:
            raise UsageError(f"{plan_file}: {', '.join(gone)} left the inventory; plan again")
    else:
        plan = make_plan(context, progress)
        if not yes:
            return shown(context, progress, plan)
        context.keep_allocation()
    return apply_plan(context, progress, plan, confirm_timeout, settle=settle, override=override)


def shown(
    context: Context, progress: Progress, plan: Plan, *, lock_written: bool = False
) -> Outcome:
    """A plan and its proof, and nothing done."""
    proof = gate(context, progress, plan).data() if plan.devices else None
    progress.finish()
    return plan_outcome(plan, proof, lock_written=lock_written)


def apply_plan(
    context: Context,
    progress: Progress,
    plan: Plan,
    confirm_timeout: int = DEFAULT_CONFIRM_TIMEOUT,
    *,
    excused: frozenset[str] = frozenset(),
    settle: int = DEFAULT_SETTLE,
    override: Override | None = None,
) -> Outcome:
    """Prove `plan` and run its transaction; sites in `excused` need not be reached afterwards.

    What is not proved is refused, unless `override` says who answers for it and why.
    """
    if plan.unreachable:
        progress.finish()
        note = "nothing was changed; leave a device out with --limit to go on without it"
        return _refused(plan, "plan", Exit.DEVICES_FAILED, note, plan.unreachable)
    if not plan.devices:
        progress.finish()
        return Outcome(plan.kind, _untouched(plan, "nothing to do"))
    proof = gate(context, progress, plan)
    if not proof.proved and override is None:
        progress.finish()
        note = "nothing was changed; --unproved-by NAME --reason TEXT is for who answers for it"
        refused = _refused(plan, "proof", Exit.LEAK_OR_FAILED_VERIFICATION, note, {})
        refused.data["proof"] = proof.data()
        return refused
    if proof.proved:
        override = None
    verifier = Verifier(context, progress, settle, excused)
    verifier.take_baseline(plan.affected)
    outcome = Transaction(
        context, plan, verifier.for_transaction, progress, confirm_timeout, proof, override
    ).run()
    record(context, outcome.data["change"])
    return outcome


def _refused(plan: Plan, stage: str, code: Exit, note: str, failures: Mapping[str, str]) -> Outcome:
    data = _untouched(plan, "refused")
    data |= {
        "devices": sorted(plan.devices),
        "failed_stage": stage,
        "failures": dict(sorted(failures.items())),
    }
    return Outcome(plan.kind, data, code, (note,))


def _untouched(plan: Plan, result: str) -> dict[str, Any]:
    return {
        "change": None,
        "result": result,
        "plan_hash": plan.hash,
        "devices": [],
        "affected": plan.affected,
        "proof": None,
        "failed_stage": None,
        "failures": {},
        "not_undone": {},
        "verification": {},
    }

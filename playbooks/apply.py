"""`apply`: carry a plan out as one transaction. Without --yes or a plan file it only shows it."""

from pathlib import Path

from playbooks.context import Context, UsageError
from playbooks.fleet import Progress
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
) -> Outcome:
    """Apply a plan file, or plan and apply in one go.

    Exit 0 done; 3 shown only, changes pending; 4 undone as verification failed; 5 undone as
    devices failed.

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
            progress.finish()
            return plan_outcome(plan)
        context.keep_allocation()
    return apply_plan(context, progress, plan, confirm_timeout, settle=settle)


def apply_plan(
    context: Context,
    progress: Progress,
    plan: Plan,
    confirm_timeout: int = DEFAULT_CONFIRM_TIMEOUT,
    *,
    excused: frozenset[str] = frozenset(),
    settle: int = DEFAULT_SETTLE,
) -> Outcome:
    """Run the transaction of `plan`; sites in `excused` need not be reached afterwards."""
    if plan.unreachable:
        progress.finish()
        return Outcome(
            plan.kind,
            {
                "change": None,
                "result": "refused",
                "plan_hash": plan.hash,
                "devices": sorted(plan.devices),
                "affected": plan.affected,
                "failed_stage": "plan",
                "failures": dict(sorted(plan.unreachable.items())),
                "not_undone": {},
                "verification": {},
            },
            Exit.DEVICES_FAILED,
            ("nothing was changed; leave a device out with --limit to go on without it",),
        )
    if not plan.devices:
        progress.finish()
        return Outcome(
            plan.kind,
            {
                "change": None,
                "result": "nothing to do",
                "plan_hash": plan.hash,
                "devices": [],
                "affected": plan.affected,
                "failed_stage": None,
                "failures": {},
                "not_undone": {},
                "verification": {},
            },
        )
    verifier = Verifier(context, progress, settle, excused)
    verifier.take_baseline(plan.affected)
    return Transaction(context, plan, verifier.for_transaction, progress, confirm_timeout).run()

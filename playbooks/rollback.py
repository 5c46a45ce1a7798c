"""`rollback CHANGE`: take the devices of a change back to what they ran before it."""

from collections.abc import Mapping
from typing import Any

from inventory.reachability import sites_by_vpn
from playbooks.apply import apply_plan, shown
from playbooks.context import Context, UsageError
from playbooks.fleet import Progress, run
from playbooks.gate import Override
from playbooks.journal import DONE
from playbooks.outcome import Exit, Outcome
from playbooks.plan import make_plan
from playbooks.transaction import Options
from tasks.dry_run import dry_run


def rollback(
    context: Context,
    progress: Progress,
    number: int,
    *,
    yes: bool = False,
    options: Options | None = None,
    override: Override | None = None,
) -> Outcome:
    """Undo change `number`; without `yes` only the plan is shown (exit 3).

    Refused when a device of the change no longer runs what the change left: going back would
    also undo what came later.

    Raises:
        JournalError: there is no such change.
        UsageError: the change was never completed, or later changes stand on it.
    """
    change = context.journal.change(number)
    if change.state != DONE:
        raise UsageError(f"change {number} is {change.state}: there is nothing to roll back")
    texts = context.journal.configurations(number)
    gone = sorted(texts.keys() - context.network.routers.keys())
    if gone:
        raise UsageError(f"change {number} touched {', '.join(gone)}, which left the inventory")
    moved, failures = _moved_on(context, progress, {n: t.intended for n, t in texts.items()})
    if moved:
        later = [
            str(entry.id)
            for entry in context.journal.changes()
            if entry.id > number
            and entry.state == DONE
            and context.journal.configurations(entry.id).keys() & moved.keys()
        ]
        after = f"; later changes there: {', '.join(later)}" if later else ""
        raise UsageError(
            f"change {number} cannot be rolled back: {', '.join(sorted(moved))} "
            f"no longer run what it left{after}"
        )
    plan = make_plan(
        context,
        progress,
        intended={n: t.before for n, t in texts.items() if n not in failures},
        kind="rollback",
        undoes=number,
    )
    plan.unreachable.update(failures)
    if not yes:
        return shown(context, progress, plan)
    outcome = apply_plan(
        context,
        progress,
        plan,
        options,
        excused=_excused(context, plan.affected),
        override=override,
    )
    notes = outcome.notes
    if outcome.exit is Exit.DONE:
        notes = (*notes, "the inventory still means what was undone, unless you revert it too")
    return Outcome(outcome.verb, outcome.data, outcome.exit, notes)


def _moved_on(
    context: Context, progress: Progress, left: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """(devices that run something else than the change left, devices that do not answer)."""
    nornir = context.nornir(left)
    try:
        arguments: dict[str, dict[str, Any]] = {n: {"intended": t} for n, t in left.items()}
        answers = run(nornir, "compare", dry_run, arguments, progress)
    finally:
        nornir.close_connections(on_good=True, on_failed=True)
    moved = {name: answer.diff for name, answer in answers.results.items() if answer.diff}
    return moved, answers.failures


def _excused(context: Context, affected: Mapping[str, list[str]]) -> frozenset[str]:
    """Sites whose reachability the rollback itself may end."""
    if affected["sites"]:
        return frozenset(affected["sites"])
    members = sites_by_vpn(context.network)
    return frozenset(site for vpn in affected["vpns"] for site in members.get(vpn, ()))

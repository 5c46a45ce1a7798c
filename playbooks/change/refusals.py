"""Plans that are not begun: why, as the result of a transaction that there was none of."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from egovnet.playbooks.change.approval_gate import Governed
from egovnet.playbooks.change.consequences import consequences_of
from egovnet.playbooks.change.plan import Plan
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.ends import APPROVAL, End
from egovnet.playbooks.results.outcome import Exit, Outcome, most_severe
from egovnet.playbooks.results.plan import PlanResult
from egovnet.playbooks.results.transaction import TransactionResult
from egovnet.playbooks.results.verdict import counted


def refused(
    plan: Plan, stage: str, note: str, failures: Mapping[str, str]
) -> Outcome[TransactionResult]:
    """The result of a plan that is not begun."""
    result = TransactionResult(
        End.REFUSED,
        plan.hash,
        plan.affected,
        devices=tuple(sorted(plan.devices)),
        failed_stage=stage,
        failures=dict(failures),
    )
    return Outcome(plan.kind, result, result.exit, (note,))


def with_what_cannot_be(plan: Plan, outcome: Outcome[PlanResult]) -> Outcome[PlanResult]:
    """A plan's outcome with the routers named that it is refused for, by reason."""
    if not plan.affected.not_in_place:
        return outcome
    names: dict[str, list[str]] = {}
    for name, why in plan.affected.not_in_place.items():
        names.setdefault(why, []).append(name)
    notes = (f"refused: {', '.join(sorted(who))}: {why}" for why, who in names.items())
    exit_code = most_severe([outcome.exit, Exit.LEAK_OR_FAILED_VERIFICATION])
    return replace(outcome, exit=exit_code, notes=(*outcome.notes, *notes))


def refused_for_words(
    workspace: Workspace, plan: Plan, *, in_steps: bool = False
) -> Outcome[TransactionResult] | None:
    """The refusal of a plan that does more than was said for it, or than its platforms can; None:
    it does not.

    What it does is found anew, whatever the plan says of itself. `in_steps`: the plan is all of
    several transactions, each of which is asked by itself whom it interrupts.
    """
    found = consequences_of(workspace, plan.devices)
    if found.affected.not_in_place:
        return refused(plan, "plan", "nothing was changed", found.affected.not_in_place)
    needs = plan.words.missing(found.zone_changes, found.affected)
    if needs:
        note = f"nothing was changed; it needs confirmation: plan it with {' '.join(needs)}"
        return refused(plan, "words", note, {})
    if in_steps:
        return None
    reviewed = {(one.klass, one.devices) for one in plan.affected.disruptive}
    if not {(one.klass, one.devices) for one in found.affected.disruptive} <= reviewed:
        note = "nothing was changed; it interrupts more than the plan says: plan again"
        return refused(plan, "words", note, {})
    return None


def refused_by_policy(
    known: Governed | None, *, unproved: bool = False
) -> Outcome[TransactionResult] | None:
    """The refusal of a plan that the policy does not wholly cover, with every line that it does
    not; None: it does, or nothing is asked. `unproved`: it is pushed though it is not proved."""
    if known is None:
        return None
    standing = known.standing(applied=True, unproved=unproved)
    if standing.covered:
        return None
    # a line is one object, whatever it lacks; two ports may have equal ones
    lines = {id(line): line for one in standing.uncovered for line in one.lines}
    counts = Counter(line.device for line in lines.values())
    failures = {name: f"{counted(count, 'line')} not covered" for name, count in counts.items()}
    outcome = refused(known.plan, APPROVAL, "nothing was changed", failures or {"*": "not covered"})
    return replace(outcome, result=replace(outcome.result, approvals=standing))

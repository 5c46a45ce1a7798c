"""Plans that are not begun: why, as the result of a transaction that there was none of."""

from collections.abc import Mapping

from egovnet.playbooks.change.consequences import consequences_of
from egovnet.playbooks.change.plan import Plan
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.ends import End
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.results.transaction import TransactionResult


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


def refused_for_words(workspace: Workspace, plan: Plan) -> Outcome[TransactionResult] | None:
    """The refusal of a plan that does more than was said for it; None: it does not.

    What it does is found anew, whatever the plan says of itself.
    """
    found = consequences_of(workspace, plan.devices)
    needs = plan.words.missing(found.zone_changes, found.affected)
    if needs:
        note = f"nothing was changed; it needs a word, and is to be planned with: {' '.join(needs)}"
        return refused(plan, "words", note, {})
    reviewed = {(one.klass, one.devices) for one in plan.affected.disruptive}
    if not {(one.klass, one.devices) for one in found.affected.disruptive} <= reviewed:
        note = "nothing was changed; it interrupts more than the plan says: plan again"
        return refused(plan, "words", note, {})
    return None

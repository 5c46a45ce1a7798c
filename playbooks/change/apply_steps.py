"""A plan in steps, applied: its transactions one after the other, until one is not done."""

from collections.abc import Callable
from dataclasses import replace

from egovnet.playbooks.change.plan import Plan
from egovnet.playbooks.change.plan_steps import Step, as_it_is_now, steps_of, whole_of
from egovnet.playbooks.change.refusals import refused, refused_for_words
from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.ends import End
from egovnet.playbooks.results.outcome import Exit, Outcome
from egovnet.playbooks.results.transaction import StepResult, TransactionResult

Ended = Outcome[TransactionResult]
Push = Callable[[Workspace, Plan], Ended]


def apply_in_steps(
    workspace: Workspace, progress: Progress, plan: Plan, options: Options, push: Push
) -> Ended:
    """Run each of a plan's transactions by `push`; the last one's outcome, with all in `steps`.

    Raises:
        UsageError: `options` would stop one of them after a wave.
    """
    if options.stop_after is not None:
        raise UsageError("--stop-after: a plan in steps has no waves; each step ends by itself")
    outcome = refused_for_words(workspace, whole_of(plan), in_steps=True)
    if outcome is not None:
        progress.finish()
        return outcome
    steps = list(steps_of(workspace, plan))
    done: list[StepResult] = []
    for step in steps:
        outcome = _run(step, progress, push, first=not done)
        done.append(_result(outcome.result, step, len(done) + 1, len(steps)))
        outcome = replace(outcome, result=replace(outcome.result, steps=tuple(done)))
        if outcome.result.change is not None:
            # whatever comes in between, it is said that the rest is still to do
            workspace.ends[outcome.result.change] = outcome
        if outcome.exit is not Exit.DONE:
            break
    assert outcome is not None  # noqa: S101 -- a plan in steps has some
    return outcome


def _run(step: Step, progress: Progress, push: Push, *, first: bool) -> Ended:
    if first:
        return push(step.workspace, step.plan)
    now = as_it_is_now(step, progress)
    if isinstance(now, Plan):
        return push(step.workspace, now)
    progress.finish()
    return refused(step.plan, "fence", "the rest was not begun", now)


def _result(ended: TransactionResult, step: Step, number: int, of: int) -> StepResult:
    lacking = step.plan.lacking if ended.result is End.DONE else ()
    return StepResult(number, of, ended.change, str(ended.result), ended.devices, lacking)

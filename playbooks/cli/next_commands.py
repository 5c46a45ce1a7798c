"""What a person may do next, by what a verb came to."""

import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.core.inventory_around import inventory_around
from egovnet.playbooks.results.ends import APPROVAL, CHECKS, End
from egovnet.playbooks.results.next_command import NextCommand

if TYPE_CHECKING:
    from egovnet.playbooks.results.drift_report import DriftReport
    from egovnet.playbooks.results.outcome import AnyOutcome, Outcome
    from egovnet.playbooks.results.plan import PlanResult
    from egovnet.playbooks.results.proof_result import ProofResult
    from egovnet.playbooks.results.rollback import RollbackResult
    from egovnet.playbooks.results.transaction import TransactionResult
    from egovnet.playbooks.results.verification import Verification

#: How the plan file of an example is called.
PLAN_FILE = "change.plan"
#: How much is printed, and as what, is no part of what is done.
_LOOKS = frozenset({"as_json", "stat", "full", "quiet", "verbose", "inventory"})
#: Routers that fit on a command line that a person copies.
_MOST_NAMES = 12


def again(verb: str, *more: str, without: tuple[str, ...] = ()) -> NextCommand:
    """`verb` with the options and arguments that this run was given, and `more`."""
    context = click.get_current_context()
    words = [verb]
    for parameter in context.command.params:
        name = parameter.name or ""
        source = context.get_parameter_source(name)
        if source is not click.core.ParameterSource.COMMANDLINE or name in _LOOKS.union(without):
            continue
        value = context.params[name]
        values = list(value) if isinstance(value, tuple) else [value]
        for one in values:
            if isinstance(parameter, click.Argument):
                words.append(str(one))
            elif getattr(parameter, "is_flag", False):
                words += [parameter.opts[-1]] if one else []
            else:
                words += [parameter.opts[-1], str(one)]
    return NextCommand((*words, *more))


def here(command: NextCommand) -> NextCommand:
    """The command for the inventory that this run was given on its command line."""
    context = click.get_current_context()
    if context.get_parameter_source("inventory") is not click.core.ParameterSource.COMMANDLINE:
        return command
    return command.also("--inventory", str(context.params["inventory"]))


def after_validate() -> tuple[NextCommand, ...]:
    """Of a valid inventory: the proof asks no router, and there may be none yet."""
    return (NextCommand(("prove",), "what the inventory means, without a router"),)


def after_prove(
    result: "ProofResult", *, of_inventory: bool, reported: bool
) -> tuple[NextCommand, ...]:
    """`of_inventory`: the texts are those that the inventory means; `reported`: a page of it was
    written."""
    if not result.proved:
        if reported:
            return ()
        return (again("prove", "--report", _beside("proof")).because("the paths, on a page"),)
    if not of_inventory:
        return ()
    command = again("plan", "-o", PLAN_FILE, without=("zones", "report"))
    return (command.because("what the routers would be given"),)


def after_lab_up(*, provisioned: bool) -> tuple[NextCommand, ...]:
    """Of routers that have booted, with day-0 or with what they are to run."""
    if provisioned:
        return (NextCommand(("verify",), "what the network does"),)
    return (NextCommand(("plan", "-o", PLAN_FILE), "what the routers would be given"),)


def after_plan(
    plan: "PlanResult",
    output: str | None,
    *,
    in_steps: bool,
    rules: Collection[str] = frozenset(),
) -> tuple[NextCommand, ...]:
    """`output` is the plan file that was written; `in_steps`: it can be proved in steps only;
    `rules`: those of a policy that do not hold yet."""
    file = ("-o", PLAN_FILE)
    if plan.unreachable:
        return _without_the_silent(plan)
    if not plan.changes and not plan.moves:
        command = NextCommand(("verify",), "what the network does")
    elif plan.needs:
        words = [word for need in plan.needs for word in need.split()]
        command = again("plan", *words, *file, without=("output",))
    elif in_steps:
        command = again("plan", "--steps", *file, without=("output", "waves", "canary"))
    elif plan.proof is not None and not plan.proof.proved:
        command = NextCommand(("prove", "--report", _beside("proof")), "the paths, on a page")
    elif output is not None and "plan" in rules:
        key = ("--key", str(Path.home() / ".ssh" / "id_ed25519"))
        command = again("plan", *key, without=("key",))
        command = command.because("with the key of who may plan it")
    elif output is not None and rules:
        command = NextCommand(("approve", output), "by whom the policy asks for")
    elif output is not None:
        command = NextCommand(("apply", output))
    else:
        command = again("plan", *file, without=("output",))
    return (command,)


def _beside(name: str) -> str:
    """A place for files of ours: here, or beside the inventory that one stands in."""
    around = inventory_around(Path.cwd())
    return name if around is None else os.path.relpath(around.with_name(name))


def _without_the_silent(plan: "PlanResult") -> tuple[NextCommand, ...]:
    names = [name for change in plan.changes for name in change.devices]
    if not names or len(names) > _MOST_NAMES:
        return ()
    without = ("limit", "region", "tier", "output")
    chosen = ("--limit", ",".join(names), "-o", PLAN_FILE)
    command = again("plan", *chosen, without=without)
    return (command.because("without those that do not answer"),)


def after_push(
    ended: "TransactionResult", plan_file: str | None, *, in_steps: bool
) -> tuple[NextCommand, ...]:
    """`plan_file` is the one that was applied."""
    if ended.result is End.REFUSED:
        return _after_refusal(ended, plan_file, in_steps=in_steps)
    left = bool(ended.steps) and ended.steps[-1].step < ended.steps[-1].of
    if ended.unfinished:
        command = NextCommand(("recover", str(ended.change), "--yes"), "finishes it")
    elif ended.result is End.NOTHING_TO_DO:
        command = NextCommand(("verify",), "what the network does")
    elif ended.result is End.DONE and ended.remaining and plan_file is not None:
        command = NextCommand(("apply", plan_file), "the rest")
    elif left:
        command = NextCommand(("plan", "--steps", "-o", PLAN_FILE), "goes on from here")
    else:
        command = NextCommand(("show", str(ended.change)), "what was done, step by step")
    return (command,)


def _after_refusal(
    ended: "TransactionResult", plan_file: str | None, *, in_steps: bool
) -> tuple[NextCommand, ...]:
    if ended.failed_stage == APPROVAL:
        file = plan_file or PLAN_FILE
        return (NextCommand(("approve", file), "by whom the policy asks for"),)
    if in_steps:
        return (NextCommand(("plan", "--steps", "-o", PLAN_FILE)),)
    if ended.failed_stage in CHECKS:
        return (NextCommand(("plan", "-o", PLAN_FILE), "says what it needs"),)
    return ()


def after_apply(
    outcome: "Outcome[PlanResult] | Outcome[TransactionResult]", plan_file: Path | None
) -> "AnyOutcome":
    """The outcome of `apply` with what to do next."""
    from egovnet.playbooks.change.apply import IN_STEPS
    from egovnet.playbooks.results.plan import PlanResult

    in_steps = any(IN_STEPS in note for note in outcome.notes)
    if isinstance(outcome.result, PlanResult):
        return replace(outcome, next=_of_shown(outcome.result, "apply", in_steps=in_steps))
    file = None if plan_file is None else str(plan_file)
    return replace(outcome, next=after_push(outcome.result, file, in_steps=in_steps))


def after_rollback(outcome: "Outcome[RollbackResult]") -> "AnyOutcome":
    """The outcome of `rollback` with what to do next."""
    from egovnet.playbooks.results.plan import PlanResult

    done = outcome.result.done
    if isinstance(done, PlanResult):
        return replace(outcome, next=_of_shown(done, "rollback", in_steps=False))
    return replace(outcome, next=after_push(done, None, in_steps=False))


def _of_shown(plan: "PlanResult", verb: str, *, in_steps: bool) -> tuple[NextCommand, ...]:
    """Of a plan that was only shown: how to do it, where nothing is in its way."""
    denied = plan.unreachable or (plan.proof is not None and not plan.proof.proved)
    nothing = not plan.changes and not plan.moves
    if verb == "apply" and (denied or nothing or in_steps):
        return after_plan(plan, None, in_steps=in_steps)
    if denied or nothing:
        return ()
    words = [word for need in plan.needs for word in need.split()]
    return (again(verb, *words, "--yes"),)


def after_verify(found: "Verification") -> tuple[NextCommand, ...]:
    """Of a network that is not as it should be, what to compare."""
    if found.passed:
        return ()
    return (again("drift", without=("converge",)),)


def after_drift(report: "DriftReport") -> tuple[NextCommand, ...]:
    """The most severe class that can be restored, or what is to be applied first."""
    from egovnet.inventory.model.drift_class import DriftClass  # its package loads pydantic

    if report.of_applied:
        return (NextCommand(("validate",), "what is wrong with the inventory"),)
    if report.remediation is not None:
        change = report.remediation.change
        return () if change is None else (NextCommand(("show", str(change))),)
    for name, number in report.classes().items():
        klass = DriftClass(name)
        restored = klass.properties.remediable and any(d.remediable for d in report.open(klass))
        if number and restored:
            command = again("drift", "--remediate", name, without=("remediate", "report"))
            return (command.because(f"restores what is of class {name}"),)
    if any(each.awaits_apply and each.counts for each in report.differences):
        return (NextCommand(("plan", "-o", "change.plan"), "what was not applied yet"),)
    return ()

"""`plan --steps`: a change that cannot be one push, in as many as it takes, each of them proved.

Where two networks hand ports, numbers or targets over, or none of their reflectors stays as it is,
there is a network between them (`between`). Its texts are pushed first and then the intended ones:
two transactions, one after the other, each with its own proof, verification and number in the
journal. Where keys of sessions change, there are as many networks between as it takes for no route
to be missed (`key_turns`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from egovnet.inventory.history.snapshot import Intent
from egovnet.playbooks.change.between import all_reflectors, between
from egovnet.playbooks.change.consequences import consequences_of
from egovnet.playbooks.change.key_turns import Turn, inventory_in_turn, key_turns
from egovnet.playbooks.change.plan import DevicePlan, Plan, make_plan
from egovnet.playbooks.change.proof_gate import Gate, gate
from egovnet.playbooks.change.text_diff import text_diff
from egovnet.playbooks.change.words import NOTHING_SAID, Words
from egovnet.playbooks.core.approved_lines import approved_ports
from egovnet.playbooks.core.former import former_inventory
from egovnet.playbooks.core.intended import Inventory, applied_once
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.tasks.dry_run import text_hash
from egovnet.templates.registry import keep_lines, platform


@dataclass(frozen=True)
class Step:
    """One of a plan's transactions, and the network that it leads to."""

    plan: Plan
    workspace: Workspace


def make_plan_in_steps(
    workspace: Workspace, progress: Progress, words: Words = NOTHING_SAID
) -> Plan:
    """A plan whose `then` is not empty where one push is not proved and two are, where one takes
    all reflectors at once and two do not, or where keys are rotated in turn.

    Raises:
        UsageError: a part of the network was chosen, a router is leaving, nobody knows what the
            network was made from, or there is no network between.
        InventoryError: the network between is none that the checks accept.
    """
    chosen = workspace.selection
    if chosen.limit or chosen.region or chosen.tiers:
        raise UsageError("--steps is for the whole network: leave out --limit, --region and --tier")
    whole = make_plan(workspace, progress, words=words)
    if not whole.devices or whole.unreachable:
        return whole
    former = former_inventory(workspace)
    turns = () if former is None else key_turns(former.network, workspace.network)
    handed_over = gate(workspace, progress, whole).only_on_the_way or all_reflectors(
        former, workspace.inventory
    )
    if turns and handed_over:
        raise UsageError(
            "--steps: keys are rotated by a plan of their own, and not by one that hands ports, "
            "numbers or reflectors over: apply the one change first, and then the other"
        )
    if not handed_over and not turns:
        return whole
    if whole.leaving:
        raise UsageError(
            f"--steps: {', '.join(one.router for one in whole.leaving)}: a router leaves by a plan "
            "of its own: apply the one change first, and then the other"
        )
    if former is None:
        raise UsageError(
            "--steps: the journal does not know what the network was made from, and so not who "
            "hands over what; take it over first with: egovnet adopt"
        )
    if turns:
        return _in_turns(workspace, progress, whole, former, turns)
    middle = between(former, workspace.inventory)
    if middle is None:
        raise UsageError(
            "--steps: what meets on the way is nothing that a network between could be without, "
            "such as the VLANs of a border; egovnet plan shows what meets: take one of the two "
            "out of the inventory first, apply that, and then the rest"
        )
    there = workspace.intending(middle.inventory)
    first = make_plan(there, progress)
    if first.unreachable:
        return replace(whole, unreachable=first.unreachable)
    running = {name: entry.before for name, entry in whole.devices.items()}
    running |= {name: entry.intended for name, entry in first.devices.items()}
    last = _from_there(workspace, middle.inventory, whole, running)
    intent = middle.inventory.intent
    return replace(
        first,
        words=words,
        zone_changes=whole.zone_changes,
        intent=None if intent is None else dict(intent.files),
        lacking=middle.lacking,
        then=(replace(last, words=words),),
    )


def _in_turns(
    workspace: Workspace, progress: Progress, whole: Plan, former: Inventory, turns: Sequence[Turn]
) -> Plan:
    """A plan with a transaction for each turn that changes anything."""
    words, there = whole.words, former
    running = {name: entry.before for name, entry in whole.devices.items()}
    steps: list[Plan] = []
    for turn in turns[:-1]:
        middle = inventory_in_turn(former, workspace.inventory, turn)
        to = workspace.intending(middle)
        step = _from_there(to, there, whole, running) if steps else make_plan(to, progress)
        if step.unreachable:
            return replace(whole, unreachable=step.unreachable)
        if not step.devices:
            continue
        files = None if middle.intent is None else dict(middle.intent.files)
        steps.append(replace(step, words=words, zone_changes=(), moves=(), intent=files))
        running |= {name: entry.intended for name, entry in step.devices.items()}
        there = middle
    if not steps:
        return whole
    last = replace(_from_there(workspace, there, whole, running), words=words)
    if not last.devices:
        # the last network between is what is intended, but for what no router is told
        *steps, last = steps
        last = replace(last, intent=None)
    if not steps:
        return whole
    first, *rest = steps
    return replace(first, zone_changes=whole.zone_changes, then=(*rest, last))


def _from_there(
    workspace: Workspace, there: Inventory, whole: Plan, running: Mapping[str, str]
) -> Plan:
    """The plan from the network `there`, whose routers run `running` then, to what is intended; who
    is not among them runs it already and is not touched on the way."""
    devices: dict[str, DevicePlan] = {}
    keys_removed: dict[str, list[str]] = {}
    ports = approved_ports(workspace)
    for name, text in workspace.intended().items():
        before = running.get(name)
        if before is None:
            continue
        keys = keep_lines(before, text, workspace.devices[name].platform, ports.get(name, ()))
        if keys.gone:
            keys_removed[name] = list(keys.gone)
        diff = text_diff(before, keys.text)
        if diff:
            devices[name] = DevicePlan(text_hash(before), before, keys.text, diff)
    consequences = consequences_of(workspace, devices, former=there)
    return replace(
        whole,
        devices=devices,
        unchanged={},
        affected=consequences.affected,
        summary=consequences.summary,
        keys_kept={},
        keys_removed=keys_removed,
    )


def steps_of(workspace: Workspace, plan: Plan) -> Iterator[Step]:
    """A plan's transactions in order, each without the later ones."""
    for part in (plan, *plan.then):
        yield Step(replace(part, then=()), _leading_to(workspace, part))


def _leading_to(workspace: Workspace, plan: Plan) -> Workspace:
    if plan.intent is None:
        return workspace
    return workspace.intending(applied_once(Intent(plan.intent)))


def prove_steps(workspace: Workspace, progress: Progress, plan: Plan) -> list[Gate]:
    """The proof of each of a plan's transactions, from where the one before ends."""
    proofs: list[Gate] = []
    former: Inventory | None = None
    for step in steps_of(workspace, plan):
        proofs.append(gate(step.workspace, progress, step.plan, former))
        former = step.workspace.inventory
    return proofs


def whole_of(plan: Plan) -> Plan:
    """All of a plan's transactions as one, from the first texts to the last: what it is for."""
    devices: dict[str, DevicePlan] = {}
    for step in (plan, *plan.then):
        for name, entry in step.devices.items():
            first = devices.get(name, entry)
            devices[name] = replace(
                entry, before=first.before, running_hash=first.running_hash, diff=""
            )
    last = plan.then[-1] if plan.then else plan
    affected = reduce(or_, (step.affected for step in (plan, *plan.then)))
    return replace(last, devices=devices, affected=affected, words=plan.words, then=())


def as_it_is_now(step: Step, progress: Progress) -> Plan | dict[str, str]:
    """A later transaction against its devices as they run now; else which of them run something
    else than the one before left, and why it is not begun."""
    plan = step.plan
    texts = {name: entry.intended for name, entry in plan.devices.items()}
    actual = make_plan(step.workspace, progress, intended=texts, kind=plan.kind)
    if actual.unreachable:
        return dict(actual.unreachable)
    platforms = {name: router.platform for name, router in step.workspace.network.routers.items()}
    moved = _moved(plan, actual, platforms)
    if moved:
        return dict.fromkeys(moved, "runs something else than the step before left")
    return replace(actual, words=plan.words, affected=plan.affected, intent=plan.intent)


def _moved(plan: Plan, actual: Plan, platforms: Mapping[str, str]) -> list[str]:
    """Devices that do not run what a planned transaction begins with."""
    found = []
    for name, entry in plan.devices.items():
        now = actual.devices.get(name)
        if now is None or now.intended != entry.intended:
            found.append(name)
        elif now.before != entry.before:
            read = platform(platforms[name]).parts
            if read(now.before) != read(entry.before):
                found.append(name)
    return sorted(found)

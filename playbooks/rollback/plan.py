"""The plan that undoes a change: by intent, or by the texts that its devices ran before it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from egovnet.inventory.errors import InventoryError
from egovnet.inventory.history.snapshot import Intent
from egovnet.inventory.model.reachability import sites_by_vpn
from egovnet.playbooks.change.plan import Plan, make_plan
from egovnet.playbooks.change.service_moves import service_moves
from egovnet.playbooks.core.devices import connected
from egovnet.playbooks.core.intended import SnapshotInventory, applied_once
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.run_on_devices import run
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.records import Change, Configuration
from egovnet.playbooks.results.affected import Affected
from egovnet.playbooks.rollback.texts_network import network_in
from egovnet.playbooks.rollback.undo_intent import Step, Undone, undo
from egovnet.playbooks.verify.probe_plan import Former
from egovnet.tasks.dry_run import DryRun, dry_run
from egovnet.templates.read_texts import NativeText, read_all
from egovnet.templates.registry import redact

#: Lines of a device's difference that an error shows.
_LINES = 6


@dataclass(frozen=True)
class UndoPlan:
    """A plan that undoes a change, and the networks by which it is proved and verified."""

    plan: Plan
    workspace: Workspace
    #: The network as it was, and what is to be there afterwards (None: as `workspace` says).
    former: Former
    meant: Workspace | None = None
    #: Sites that need not be reached afterwards: nobody knows what is meant then.
    excused: frozenset[str] = frozenset()
    undone: Undone | None = None
    #: Routers that the inventory has no longer afterwards.
    leaving: tuple[str, ...] = ()


def by_intent(
    workspace: Workspace, progress: Progress, step: Step, runs: Intent, later: Iterable[Step]
) -> UndoPlan:
    """Undo `step` in `runs`, the intent that the network runs; only what differs is touched.

    Raises:
        CannotUndoError: later changes stand on it.
        UsageError: a device that would change runs something else than `runs` means.
    """
    later = list(later)
    undone = undo(step, runs, later)
    new = workspace.intending(SnapshotInventory(undone.network, undone.allocation, undone.intent))
    now = workspace.intending(applied_once(runs))
    names = [n for n, device in new.devices.items() if now.devices.get(n) != device]
    _whole(workspace, step.number, names)
    plan = make_plan(
        new, progress, intended=new.intended(names), kind="rollback", undoes=step.number
    )
    plan = replace(plan, moves=service_moves(new))
    _brought_by_others(workspace, step, plan, later)
    _as_meant(new, progress, plan, _expected(workspace, step, now, plan.devices))
    leaving = tuple(name for name in now.network.routers if name not in new.network.routers)
    former = Former(now.network, now.allocation)
    return UndoPlan(plan, new, former, undone=undone, leaving=leaving)


def by_texts(
    workspace: Workspace,
    progress: Progress,
    change: Change,
    after: Intent | None,
    later: list[Change],
    *,
    same_intent: bool = False,
) -> UndoPlan:
    """Give the change's devices what they ran before it; `after` is what that means, if known.

    `same_intent`: the change altered no intent, so that what they ran before was not as meant.

    Raises:
        UsageError: a device of the change left the inventory, or no longer runs what it left.
    """
    texts = _touched(workspace, change.id)
    gone = sorted(texts.keys() - workspace.network.routers.keys())
    if gone:
        raise UsageError(f"change {change.id} touched {', '.join(gone)}, which left the inventory")
    _whole(workspace, change.id, texts)
    answers, failures = _compare(workspace, progress, {n: t.intended for n, t in texts.items()})
    moved = sorted(name for name, answer in answers.items() if answer.diff)
    if moved:
        there = [c.id for c in later if _touched(workspace, c.id).keys() & set(moved)]
        since = f"; later changes there: {', '.join(map(str, there))}" if there else ""
        raise UsageError(
            f"change {change.id} cannot be rolled back: {', '.join(moved)} "
            f"no longer run what it left{since}"
        )
    intended = workspace.intending(
        SnapshotInventory(workspace.network, workspace.allocation, after)
    )
    plan = make_plan(
        intended,
        progress,
        intended={n: t.before for n, t in texts.items() if n not in failures},
        kind="rollback",
        undoes=change.id,
    )
    plan.unreachable.update(failures)
    former = Former(workspace.network, workspace.allocation)
    known = _intending(workspace, after)
    if known is not None and not same_intent:
        return UndoPlan(plan, intended, former, known)
    meant = _in_texts(known or workspace, {n: e.intended for n, e in plan.devices.items()})
    # what a text makes of a site is not known to be what was meant by it
    return UndoPlan(plan, intended, former, meant, _excused(meant, plan.affected))


def _intending(workspace: Workspace, intent: Intent | None) -> Workspace | None:
    """The workspace with an intent of the journal; None: nobody knows it (any longer)."""
    try:
        return None if intent is None else workspace.intending(applied_once(intent))
    except InventoryError:
        return None  # checks became stricter since


def _in_texts(workspace: Workspace, texts: Mapping[str, str]) -> Workspace:
    """The workspace, with of its network what is in `texts` as what is intended."""
    platforms = workspace.network.routers
    facts = read_all(
        {
            name: NativeText(text, f"{name} (before the change)", platforms[name].platform, name)
            for name, text in texts.items()
        }
    )
    network = network_in(workspace.network, workspace.allocation, facts)
    return workspace.intending(SnapshotInventory(network, workspace.allocation, None))


def _touched(workspace: Workspace, number: int) -> dict[str, Configuration]:
    """The texts of a change's devices, without those that it left out as they were."""
    texts = workspace.journal.configurations(number)
    return {name: entry for name, entry in texts.items() if entry.after is not None}


def _whole(workspace: Workspace, number: int, names: Iterable[str]) -> None:
    """Half an undo is none: every device is among the chosen ones."""
    chosen = workspace.selection
    left_out = [name for name in names if name not in workspace.chosen]
    if left_out and (chosen.limit or chosen.region or chosen.tiers):
        raise UsageError(
            f"change {number} is rolled back as a whole, and --limit, --region and --tier "
            f"leave out {', '.join(left_out)}"
        )


def _expected(
    workspace: Workspace, step: Step, now: Workspace, names: Iterable[str]
) -> dict[str, str]:
    """What each device should run now; one that the change took out, what it ran before."""
    names = list(names)
    texts = now.intended(name for name in names if name in now.devices)
    back = [name for name in names if name not in texts]
    if back:
        texts |= workspace.intending(applied_once(step.before)).intended(back)
    return texts


def _as_meant(
    workspace: Workspace, progress: Progress, plan: Plan, expected: Mapping[str, str]
) -> None:
    """Refuse where the plan would take away more than the change: a device that moved on."""
    answers, failures = _compare(workspace, progress, expected)
    plan.unreachable.update(failures)
    moved = {name: answer.diff for name, answer in answers.items() if answer.diff}
    if moved:
        each = "; ".join(f"{name} ({_moved(diff)})" for name, diff in sorted(moved.items()))
        raise UsageError(
            f"change {plan.undoes} cannot be rolled back: what is meant to run does not: {each}; "
            "apply the inventory that was applied last, then roll back"
        )
    for name, answer in answers.items():
        if answer.running_hash != plan.devices[name].running_hash:
            raise UsageError(f"{name} changed while it was read; roll back again")


def _moved(diff: str) -> str:
    """A device's own lines, and those that it lacks: the diff that would put it right, reversed."""
    signs = {"+": "-", "-": "+"}
    lines = [
        f"{signs[line[0]]} {redact(line[1:].strip())}"
        for line in diff.splitlines()
        if line[:1] in signs
    ]
    more = f" and {len(lines) - _LINES} more lines" if len(lines) > _LINES else ""
    return "; ".join(lines[:_LINES]) + more


def _brought_by_others(workspace: Workspace, step: Step, plan: Plan, later: list[Step]) -> None:
    """Refuse where the change left a device out (--limit) and a later one brought it its part."""
    spared = plan.devices.keys() - _touched(workspace, step.number).keys()
    by = {c.number: spared & _touched(workspace, c.number).keys() for c in later}
    if not any(by.values()):
        return
    before = workspace.intending(applied_once(step.before)).devices
    after = workspace.intending(applied_once(step.after)).devices
    for number, names in by.items():
        for name in sorted(names):
            if before.get(name) != after.get(name):
                raise UsageError(
                    f"change {step.number} cannot be rolled back: it left {name} out, and change "
                    f"{number} brought {name} its part; roll back change {number} first"
                )


def _compare(
    workspace: Workspace, progress: Progress, texts: Mapping[str, str]
) -> tuple[dict[str, DryRun], dict[str, str]]:
    """(what each device says to its text, devices that do not answer)."""
    arguments: dict[str, dict[str, Any]] = {n: {"intended": t} for n, t in texts.items()}
    with connected(workspace, texts) as nornir:
        answers = run(nornir, "compare", dry_run, arguments, progress)
    return answers.results, answers.failures


def _excused(workspace: Workspace, affected: Affected) -> frozenset[str]:
    """Sites of the workspace whose reachability the rollback itself may end."""
    if affected.sites:
        return frozenset(affected.sites) & workspace.network.sites.keys()
    members = sites_by_vpn(workspace.network)
    return frozenset(site for vpn in affected.vpns for site in members.get(vpn, ()))

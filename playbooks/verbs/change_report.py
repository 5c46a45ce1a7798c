"""A change of the journal as a report: what it did, to whom, and what was proved of it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from egovnet.inventory.errors import InventoryError
from egovnet.playbooks.change.dependents import Dependents
from egovnet.playbooks.change.impact import Impact
from egovnet.playbooks.change.plan_summary import summary_of
from egovnet.playbooks.core.intended import Inventory
from egovnet.playbooks.core.provenance import provenance
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.inventory_snapshots import Intents
from egovnet.playbooks.journal.records import Configuration, Step
from egovnet.playbooks.results.change_report import Approval, ChangeReport
from egovnet.playbooks.results.history import ShownChange
from egovnet.playbooks.results.plan import PlannedDiff, PlanResult
from egovnet.playbooks.results.push_proof import PushProof
from egovnet.playbooks.results.reported_finding import ReportedFinding


def change_report(workspace: Workspace, shown: ShownChange) -> ChangeReport:
    """The report of a change that `show` shows; by the inventories that the journal has of it.

    Raises:
        JournalError: the journal has not all of it.
    """
    number = shown.change.id
    journal = workspace.journal
    texts = journal.configurations(number)
    now, former = _inventories(workspace, number)
    indices = Dependents(now.network, now.allocation)
    before = None if former is None else Dependents(former.network, former.allocation)
    known = {n: t for n, t in texts.items() if n in indices.routers}
    impact = Impact(indices, before)
    parts = impact.parts(known)
    affected = impact.of(known, parts)
    proof = _proof(journal.steps(number, "proof"))
    plan = PlanResult(
        network=shown.change.network,
        created=shown.change.created,
        hash=shown.change.plan_hash,
        kind=shown.change.kind,
        changes=_grouped(texts),
        affected=affected,
        proof=proof,
        summary=summary_of(parts, indices, before, affected, impact.vpns_of),
    )
    return ChangeReport(
        plan,
        provenance(workspace, {name: entry.intended for name, entry in texts.items()}),
        shown.change.author,
        shown.change,
        shown.steps,
        tuple(_approvals(journal.steps(number))),
    )


def _inventories(workspace: Workspace, number: int) -> tuple[Inventory, Inventory | None]:
    """What the change was made from, or the inventory at hand, and what was before it."""
    intents = Intents(workspace.journal.engine)
    attached = intents.of(number)
    found: list[Inventory | None] = []
    for digest in (attached.after, attached.before) if attached else (None, None):
        try:
            found.append(None if digest is None else workspace.applied(intents.get(digest)))
        except InventoryError:
            found.append(None)  # checks became stricter since
    after, before = found
    return after or workspace.inventory, before


def _grouped(texts: Mapping[str, Configuration]) -> tuple[PlannedDiff, ...]:
    groups: dict[str, list[str]] = {}
    for name, entry in texts.items():
        groups.setdefault(entry.diff, []).append(name)
    return tuple(PlannedDiff(tuple(names), diff) for diff, names in groups.items())


def _proof(steps: Iterable[Step]) -> PushProof | None:
    for step in steps:
        detail = _detail(step)
        if "reason" in detail:
            findings = tuple(map(ReportedFinding.from_dict, detail.get("findings", ())))
            return PushProof(step.phase == "done", detail["reason"], findings, (), ())
    return None


def _approvals(steps: Iterable[Step]) -> Iterator[Approval]:
    for step in steps:
        detail = _detail(step)
        if "unproved_by" in detail:
            words = f"pushed though it was not proved: {detail.get('because', '')}"
            yield Approval(str(detail["unproved_by"]), words, step.at)
        if "approved_by" in detail:
            yield Approval(str(detail["approved_by"]), str(detail.get("words", "")), step.at)


def _detail(step: Step) -> dict[str, Any]:
    try:
        found = json.loads(step.detail or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}

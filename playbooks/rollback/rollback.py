"""`rollback CHANGE`: undo one change of the history, also under later ones.

What the change did is taken out of the intent that the network runs (`undo_intent`), and only
devices whose texts differ for it are touched. A change whose intent nobody knows, or that changed
none (it put drift right), is undone by texts: its devices get back what they ran before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from egovnet.inventory.history.snapshot import Intent
from egovnet.playbooks.archive.journal_check import require_whole_journal
from egovnet.playbooks.change.apply import apply_plan, shown
from egovnet.playbooks.change.approval_gate import authored
from egovnet.playbooks.change.plan import write_plan
from egovnet.playbooks.change.proof_gate import Override
from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.change.words import NOTHING_SAID, Words
from egovnet.playbooks.core.devices import sessions_kept
from egovnet.playbooks.core.intended import means_the_same
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.inventory_snapshots import Intents, network_runs
from egovnet.playbooks.journal.records import ADOPT, DONE, Change
from egovnet.playbooks.results.outcome import Exit, Outcome
from egovnet.playbooks.results.plan import PlanResult
from egovnet.playbooks.results.rollback import InventoryEdit, RollbackResult
from egovnet.playbooks.results.transaction import TransactionResult
from egovnet.playbooks.rollback.effective_changes import in_force_after, undone_by
from egovnet.playbooks.rollback.plan import UndoPlan, by_intent, by_texts
from egovnet.playbooks.rollback.restore_inventory import hindrance, put_back, to_edit, touched
from egovnet.playbooks.rollback.undo_intent import Step
from egovnet.playbooks.verify.packet_source import PacketSource
from egovnet.playbooks.verify.verifying import Verifying


def rollback(
    workspace: Workspace,
    progress: Progress,
    number: int,
    *,
    yes: bool = False,
    options: Options | None = None,
    words: Words = NOTHING_SAID,
    override: Override | None = None,
    sources: Sequence[PacketSource] = (),
    packetless: Mapping[str, str] = MappingProxyType({}),
    write_inventory: bool = False,
    output: Path | None = None,
) -> Outcome[RollbackResult]:
    """Undo change `number`; without `yes` only the plan is shown (exit 3).

    With `write_inventory` the inventory's files are given back as they were before the change,
    where nothing else is in them. `output` is a plan file to write, for those who approve it.

    Raises:
        JournalError: there is no such change.
        UsageError: the change was never completed, was rolled back already, or a device runs
            something else than the journal says.
        CannotUndoError: later changes stand on it.
        JournalAlteredError: what the journal says of it is nothing to act upon.
    """
    held = require_whole_journal(workspace)
    known = _Known(workspace, workspace.journal.change(number))
    with sessions_kept(workspace):
        undo_plan = known.undo_plan(progress)
        words.check(undo_plan.plan.zone_changes)
        undo_plan = replace(undo_plan, plan=replace(undo_plan.plan, words=words))
        outcome: Outcome[PlanResult] | Outcome[TransactionResult] | None = None
        if yes or output is not None:
            signed = authored(undo_plan.workspace, undo_plan.plan)
            undo_plan = replace(undo_plan, plan=signed)
        if output is not None:
            write_plan(undo_plan.plan, output)
        if yes:
            outcome = apply_plan(
                undo_plan.workspace,
                progress,
                undo_plan.plan,
                options,
                verifying=Verifying(
                    sources=sources,
                    packetless=packetless,
                    excused=undo_plan.excused,
                    network=undo_plan.meant,
                    former=undo_plan.former,
                ),
                override=override,
            )
    if outcome is None:
        outcome = shown(undo_plan.workspace, progress, undo_plan.plan)
        notes = _offer(workspace, known, undo_plan)
    elif outcome.exit is Exit.DONE and write_inventory:
        why = _write(workspace, known, undo_plan)
        if not why:
            notes = (*held, "the inventory means it too: commit it")
            return _with_inventory(outcome, undo_plan, [], notes)
        notes = (f"the inventory was not written: {why}",)
    else:
        notes = ()
    if output is not None and not yes:
        then = f"when it is approved, carry it out with: egovnet rollback {number} --yes"
        notes = (*notes, then)
    edits = _edits(workspace, known, undo_plan)
    return _with_inventory(outcome, undo_plan, edits, (*held, *notes))


class _Known:
    """What the journal knows of a change that is to be undone."""

    def __init__(self, workspace: Workspace, change: Change) -> None:
        self.workspace, self.change = workspace, change
        number = change.id
        if change.state != DONE:
            raise UsageError(f"change {number} is {change.state}: there is nothing to roll back")
        if change.kind == ADOPT:
            raise UsageError(
                f"change {number} pushed nothing, it recorded what ran: there is nothing to give "
                "back"
            )
        changes = workspace.journal.changes()
        undone = undone_by(changes, number)
        if undone is not None:
            raise UsageError(
                f"change {number} was rolled back already, by change {undone}; "
                f"to have it again roll back change {undone}"
            )
        self.later = in_force_after(changes, number)
        self._intents = Intents(workspace.journal.engine)
        self.attached = self._intents.of(number)
        self.step = self._step(change)
        self.runs = self._get(network_runs(self._intents, changes))

    def undo_plan(self, progress: Progress) -> UndoPlan:
        """The plan that undoes the change."""
        number = self.change.id
        step, runs = self.step, self.runs
        if step and runs and not means_the_same(step.before, step.after):
            later = [found for change in self.later if (found := self._step(change))]
            return by_intent(self.workspace, progress, step, runs, later)
        if self.attached and self.attached.before is None and self.later:
            names = ", ".join(str(change.id) for change in self.later)
            raise UsageError(
                f"change {number} cannot be rolled back: nothing is known from before it, and "
                f"later changes stand on it: {names}; roll those back first, the last one first"
            )
        # What the network runs then: nobody knows it where later changes are on other devices.
        after = self._get(self.attached.before) if self.attached and not self.later else None
        same = step is not None and means_the_same(step.before, step.after)
        return by_texts(
            self.workspace,
            progress,
            self.change,
            runs if same else after,
            self.later,
            same_intent=same,
        )

    def _step(self, change: Change) -> Step | None:
        attached = self._intents.of(change.id)
        if attached is None or attached.before is None or attached.after is None:
            return None
        before, after = (self._intents.get(d) for d in (attached.before, attached.after))
        return Step(change.id, before, after)

    def _get(self, digest: str | None) -> Intent | None:
        return None if digest is None else self._intents.get(digest)


def _hindrance(workspace: Workspace, known: _Known, undo_plan: UndoPlan) -> str:
    """Why the inventory's files cannot be given back; "" if they can."""
    if undo_plan.undone is None or known.step is None or known.runs is None:
        return "the change is undone by texts, and what it meant is not known"
    return hindrance(workspace.directory, known.step.before, known.runs, undo_plan.undone)


def _offer(workspace: Workspace, known: _Known, undo_plan: UndoPlan) -> tuple[str, ...]:
    """Say that `write_inventory` would do, where it would."""
    if undo_plan.undone is None or known.runs is None or _hindrance(workspace, known, undo_plan):
        return ()
    files = touched(known.runs, undo_plan.undone)
    if not files:
        return ()
    return (f"--write-inventory also gives back {', '.join(files)} as before the change",)


def _write(workspace: Workspace, known: _Known, undo_plan: UndoPlan) -> str:
    """Give the files back; why not, or "". The network is done already: nothing is raised."""
    try:
        why = _hindrance(workspace, known, undo_plan)
        if not why and undo_plan.undone is not None and known.runs is not None:
            put_back(workspace.directory, known.runs, undo_plan.undone)
    except OSError as error:
        return f"{error.filename}: {error.strerror}"
    return why


def _edits(workspace: Workspace, known: _Known, undo_plan: UndoPlan) -> list[InventoryEdit]:
    """Where the inventory on disk says otherwise than the network without the change."""
    if undo_plan.undone is None or known.runs is None or workspace.intent is None:
        return []
    return to_edit(workspace.intent, known.runs, undo_plan.undone)


def _with_inventory(
    outcome: Outcome[PlanResult] | Outcome[TransactionResult],
    undo_plan: UndoPlan,
    edits: Sequence[InventoryEdit],
    notes: tuple[str, ...],
) -> Outcome[RollbackResult]:
    """The outcome with what a rollback reports beside the plan or the transaction."""
    by = "texts" if undo_plan.undone is None else "intent"
    result = RollbackResult(outcome.result, by, undo_plan.leaving, tuple(edits))
    # what is to be said of the journal is said by the transaction as well
    notes_of_all = list(dict.fromkeys((*outcome.notes, *notes)))
    if undo_plan.leaving:
        names = ", ".join(undo_plan.leaving)
        notes_of_all.append(f"no longer in the network, and left as they run: {names}")
    if outcome.exit is Exit.DONE and undo_plan.undone is None:
        notes_of_all.append("the inventory still means what was undone, unless you revert it too")
    elif outcome.exit is Exit.DONE and edits:
        files = ", ".join(sorted({edit.file for edit in edits}))
        notes_of_all.append(f"the inventory still means what was undone: edit {files}")
    return Outcome("rollback", result, outcome.exit, tuple(notes_of_all))

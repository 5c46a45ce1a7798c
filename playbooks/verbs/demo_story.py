"""What the demo's steps have in common: its inventories, its lab, and what has been told so far."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from egovnet.inventory.errors import EgovnetError
from egovnet.lab.errors import LabError
from egovnet.playbooks.change.apply import apply_plan
from egovnet.playbooks.change.plan import Plan, make_plan
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.workspace import KeptSessions, Workspace
from egovnet.playbooks.results.demo import DemoStep
from egovnet.playbooks.results.outcome import Exit
from egovnet.playbooks.results.transaction import TransactionResult
from egovnet.playbooks.results.verification import CheckFinding, Verification, WaitingAccess
from egovnet.playbooks.verbs.lab_connections import lab_senders
from egovnet.playbooks.verbs.lab_hosts import LabHosts
from egovnet.playbooks.verify.defaults import DEFAULT_CONVERGE
from egovnet.playbooks.verify.verify import Verifier
from egovnet.playbooks.verify.verifying import Verifying


class StepFailedError(EgovnetError):
    """A step of the story was not true."""


@dataclass
class Story:
    """The demo's inventories, and what has been told so far."""

    root: Path
    progress: Progress
    #: What the command was given; the story's own are beside it.
    given: Workspace
    #: Hears every line of the story.
    tell: Callable[[str], None]
    steps: list[DemoStep] = field(default_factory=list)
    change: int = 0
    #: What the last verification saw of customers that are awaited.
    waiting: tuple[WaitingAccess, ...] = ()
    #: Sessions with the routers, which are the same in all inventories.
    sessions: KeptSessions = field(default_factory=KeptSessions)

    def workspace(self, name: str) -> Workspace:
        """One of its inventories."""
        workspace = self.given.beside(self.root / name)
        workspace.kept = self.sessions
        return workspace

    def step(self, title: str, action: Callable[[], str]) -> bool:
        """Tell a step, do it, and keep whether it was true."""
        self.tell(f"\n== {len(self.steps) + 1}. {title}")
        begun = time.monotonic()
        try:
            seen, ok = action(), True
        except (EgovnetError, LabError) as error:
            seen, ok = str(error), False
        self.progress.finish()
        seconds = time.monotonic() - begun
        self.steps.append(DemoStep(title, ok, seconds, seen))
        self.tell(f"   {'ok' if ok else 'FAILED'} after {seconds:.1f} s: {seen}")
        return ok


def new_plan(workspace: Workspace, story: Story) -> Plan:
    """A plan, whose numbers are kept in the inventory."""
    plan = make_plan(workspace, story.progress)
    workspace.on_disk.keep_allocation()
    if plan.unreachable:
        raise StepFailedError(f"unreachable: {named(plan.unreachable)}")
    return plan


def apply_it(workspace: Workspace, story: Story, plan: Plan) -> str:
    """Apply, and tell what the verification saw."""
    outcome = apply_plan(workspace, story.progress, plan, verifying=verifying_here(workspace))
    ended = outcome.result
    if outcome.exit is not Exit.DONE or not isinstance(ended.verification, Verification):
        raise StepFailedError(why_not(ended))
    story.change = ended.change or 0
    story.waiting = ended.verification.waiting
    return seen_by(ended.verification)


def verifying_here(workspace: Workspace, converge: int = DEFAULT_CONVERGE) -> Verifying:
    """By PEs and by the lab's hosts."""
    return Verifying(converge, lab_senders(workspace))


def why_not(ended: TransactionResult) -> str:
    """Why a change did not come to its end."""
    findings = ended.verification.findings if ended.verification else ()
    said = "; ".join(filter(None, (named(ended.failures), messages(findings))))
    return f"{ended.result} in {ended.failed_stage}" + (f": {said}" if said else "")


def named(failures: Mapping[str, str]) -> str:
    """What each device could not do, by its name."""
    return "; ".join(f"{device}: {why}" for device, why in sorted(failures.items()))


def messages(findings: Iterable[CheckFinding]) -> str:
    """The first of the findings."""
    return "; ".join(finding.message for finding in islice(findings, 5))


def seen_by(verification: Verification) -> str:
    """What a verification saw."""
    matrix, labels = verification.matrix, verification.labels.examples
    return (
        f"{matrix.probed} of {matrix.pairs} pairs probed from {' and '.join(matrix.sources)}"
        f", none across; {labels[0] if labels else 'no label'}"
    )


def waiting_at(story: Story, name: str, pe: str) -> WaitingAccess:
    """What one PE of one of the inventories sees of the only customer that it waits for."""
    here = story.workspace(name).only((pe,))
    found = Verifier(here, story.progress, Verifying()).verify()
    (access,) = found.waiting
    return access


def verified_in(story: Story, name: str) -> str:
    """Verify one of the inventories."""
    workspace = story.workspace(name)
    found = Verifier(workspace, story.progress, verifying_here(workspace)).verify()
    if found.exit is not Exit.DONE:
        said = "; ".join(filter(None, (named(found.unreachable), messages(found.findings))))
        raise StepFailedError(f"not verified: {said}")
    story.waiting = found.waiting
    if LabHosts.name not in found.matrix.sources:
        raise StepFailedError("no host of the lab took part")
    return seen_by(found)

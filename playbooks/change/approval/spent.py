"""Approvals that were used: a plan that was applied is not applied once more by the same ones.

A plan can be undone, by a rollback or by a later plan, and each router then runs again what the
plan begins with. Whoever has its file and its approvals could bring back what others took away. So
a statement is for one application; a plan that stopped after a wave goes on by those that it has.
"""

import json
from collections.abc import Collection, Mapping

from egovnet.playbooks.change.approval.kept_policy import APPROVAL_STAGE
from egovnet.playbooks.change.approval.statement import (
    SignedStatement,
    StatementError,
)
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.database import is_begun
from egovnet.playbooks.journal.records import DONE


def spent_on(
    workspace: Workspace, plan: str, devices: Collection[str], steps: int = 1
) -> Mapping[str, int]:
    """Digest -> change, of statements by which the plan of a hash was applied wholly, or what was
    undone since. It changes `devices`, in so many steps. Linear in the journal's statements.

    Raises:
        JournalError: the journal cannot be read.
    """
    if not is_begun(workspace.state):
        return {}
    journal = workspace.journal
    changes = {change.id: change for change in journal.changes() if change.state == DONE}
    used: dict[int, set[str]] = {}
    for number, step in journal.steps_of((APPROVAL_STAGE,)):
        if number in changes:
            used.setdefault(number, set()).update(_about(step.detail, plan))
    used = {number: digests for number, digests in used.items() if digests}
    undone = {change.undoes for change in changes.values()}
    in_force = [number for number in used if number not in undone]
    whole = [number for number in in_force if not changes[number].stop_after]
    done = {name for number in in_force for name in journal.devices(number)}
    if len(whole) < steps and not (in_force and steps == 1 and done.issuperset(devices)):
        used = {number: digests for number, digests in used.items() if number in undone}
    return {digest: number for number, digests in used.items() for digest in digests}


def _about(detail: str, plan: str) -> set[str]:
    """The digest of a kept statement, where it is about a plan or a part of it."""
    found = json.loads(detail)
    signed = SignedStatement(found["statement"], found["signature"])
    try:
        said = signed.statement
    except StatementError:
        return set()
    return {signed.digest} if plan in (said.plan, said.part_of) else set()

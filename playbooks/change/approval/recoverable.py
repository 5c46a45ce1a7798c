"""Whether an unfinished change in the journal is one that somebody might apply: before `recover`.

`recover` gives routers the texts that the journal has. Who can write the database could begin a
change there that nobody planned, and leave it to the next who recovers. Under a policy each change
has what its plan decides, and the signature of who applied it, who is named in `apply`: both are
about the very texts.
"""

import json

from egovnet.inventory.errors import EgovnetError
from egovnet.inventory.registers.policy import FILE
from egovnet.playbooks.archive.journal_check import approval_faults
from egovnet.playbooks.change.approval.kept_policy import APPROVAL_STAGE, PLAN_STAGE, policy_kept
from egovnet.playbooks.change.approval.policies import WrittenPolicy, policy_of
from egovnet.playbooks.change.approval.statement import Statement, StatementRole, statement_of
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.outcome import Exit


class NotAppliedByAnybodyError(EgovnetError):
    """Nobody who may apply a change stands behind what the journal would have routers run."""

    exit_code = Exit.LEAK_OR_FAILED_VERIFICATION

    def __init__(self, change: int, why: str) -> None:
        super().__init__(
            f"change {change} is not touched: {why}; nothing was done. What its routers run goes "
            "back by their own timers; look with egovnet history --check"
        )


def require_applied(workspace: Workspace, change: int) -> None:
    """Refuse what nobody applied; without a policy, everything passes. Linear in the journal.

    Raises:
        NotAppliedByAnybodyError: nobody did, or nobody who may, or other texts than these.
        ProblemsError: the policy, or its keys, cannot be used.
    """
    policy = policy_of(workspace)
    if policy is None and policy_kept(workspace) is None:
        return
    why = _why_not(workspace, change, policy)
    if why:
        raise NotAppliedByAnybodyError(change, why)


def _why_not(workspace: Workspace, change: int, policy: WrittenPolicy | None) -> str:
    if policy is None:
        return f"there is no {FILE}, and changes were made under one"
    journal = workspace.journal
    faults = [words for number, words in approval_faults(journal) if number == change]
    if faults:
        return faults[0].removeprefix(f"change {change}: ")
    kept = journal.steps(change, APPROVAL_STAGE)
    said = [statement_of(json.loads(step.detail)["statement"]) for step in kept]
    appliers = [one for one in said if one.role is StatementRole.APPLIER]
    if not appliers or not journal.steps(change, PLAN_STAGE):
        return "nobody signed that they apply it"
    return _not_by(policy, appliers[0])


def _not_by(policy: WrittenPolicy, said: Statement) -> str:
    if said.policy != policy.digest:
        return f"it was applied under another policy than {policy.file} by now"
    if not any(said.person in scope.apply for scope in policy.policy.scopes.values()):
        return f"{said.person} may apply nothing, by {policy.file}"
    return ""

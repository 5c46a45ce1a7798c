"""The policy that the network's last change was made under, as the journal keeps it.

Whoever may write `policy.yaml` could give themselves every right, or remove the file. So the first
change under a policy keeps it in the journal, and a change under another one, or under none, needs
two of those whom the kept one names in `amend`.
"""

import json

from egovnet.playbooks.change.approval.policies import WrittenPolicy
from egovnet.playbooks.change.approval.statement import NO_POLICY
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.database import is_begun

#: Stages of the journal's steps that keep a policy, statements of persons, and what a plan decides.
POLICY_STAGE = "policy"
APPROVAL_STAGE = "approval"
PLAN_STAGE = "plan"


def policy_kept(workspace: Workspace) -> WrittenPolicy | None:
    """The policy that the network's last change was made under; None: it was made under none.

    Raises:
        JournalError: the journal cannot be read.
    """
    if not is_begun(workspace.state):
        return None
    return kept_from(workspace.journal.last_detail(POLICY_STAGE))


def kept_from(detail: str | None) -> WrittenPolicy | None:
    """A policy as a step of the journal has it; None: there is none, or none since."""
    found = json.loads(detail) if detail else {"digest": NO_POLICY}
    if found["digest"] == NO_POLICY:
        return None
    return WrittenPolicy(found["policy"], found["signers"])

"""`export codeowners` and `export approvals`: what a policy and its people's signatures come to."""

import json
from pathlib import Path

from egovnet.inventory.registers.policy import FILE, SIGNERS_FILE
from egovnet.playbooks.change.approval.code_owners import (
    code_owners,
    repository_of,
    without_handle,
)
from egovnet.playbooks.change.approval.kept_policy import APPROVAL_STAGE, POLICY_STAGE, kept_from
from egovnet.playbooks.change.approval.policies import policy_of
from egovnet.playbooks.change.approval.statement import NAMESPACE, statement_of
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace

_README = f"""\
Who planned, approved and applied each change of the network, as each of them signed it.

change-N/          a change of the journal
  approver-X.txt   what X signed as approver (author, applier): which plan, and when
  approver-X.sig   the signature, by ssh-keygen
  allowed_signers  whose key was whose, and when, as it was in force at that change
  policy.yaml      who might approve what, as it was in force

Each is checked with OpenSSH alone, at the moment that it was made:

    for text in change-*/*.txt; do
      where=$(dirname "$text")
      person=$(sed -n 's/^person: //p' "$text")
      at=$(sed -n 's/^at: //p' "$text" | tr -d ':TZ-')
      TZ=UTC ssh-keygen -Y verify -f "$where/allowed_signers" -I "$person" -n {NAMESPACE} \\
        -Overify-time="$at" -s "${{text%.txt}}.sig" < "$text"
    done

An approval of the first change under a new policy may be by a key of the change before it. `plan:`
is the same in all statements of a change: its `plan_hash` in the journal (egovnet show N --json).
"""


def codeowners_files(workspace: Workspace) -> tuple[dict[str, str], tuple[str, ...]]:
    """({"CODEOWNERS": its text}, notes).

    Raises:
        UsageError: the inventory has no policy.
    """
    policy = policy_of(workspace)
    if policy is None:
        raise UsageError(f"{workspace.directory}: has no {FILE}, which says who reviews what")
    directory = workspace.directory.resolve()
    within = directory.relative_to(repository_of(directory)).as_posix()
    prefix = "/" if within == "." else f"/{within}/"
    sources = workspace.on_disk.examined.sources
    text = code_owners(policy.policy, workspace.network, sources, prefix)
    missing = without_handle(policy.policy)
    notes = (f"without a codeowner in {FILE}, and so left out: {', '.join(missing)}",)
    return {"CODEOWNERS": text}, notes if missing else ()


def approvals_files(workspace: Workspace) -> dict[str, str]:
    """Path -> text of every statement in the journal, with its signature and how to check it."""
    files = {"README": _README}
    policy = None
    for number, step in workspace.journal.steps_of((POLICY_STAGE, APPROVAL_STAGE)):
        if step.stage == POLICY_STAGE:
            policy = kept_from(step.detail) or policy
            continue
        signed = json.loads(step.detail)
        said = statement_of(signed["statement"])
        path = Path(f"change-{number}")
        name = path / f"{said.role}-{said.person}"
        files[f"{name}.txt"] = said.text
        files[f"{name}.sig"] = signed["signature"]
        if policy is not None:
            files[str(path / SIGNERS_FILE)] = policy.signers_text
            files[str(path / FILE)] = policy.text
    return files

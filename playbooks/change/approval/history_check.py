"""Whether the statements in a journal are those that its changes stood on.

A chain that was made anew holds; a signature does not move. Each statement names its plan and its
policy, and the applier's names the others: so one that was altered, moved from one change to
another, taken away or added is found, and named with its change.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from egovnet.inventory.errors import ProblemsError
from egovnet.playbooks.change.approval.kept_policy import POLICY_STAGE, kept_from
from egovnet.playbooks.change.approval.policies import WrittenPolicy, digest_of
from egovnet.playbooks.change.approval.statement import (
    NAMESPACE,
    SignedStatement,
    Statement,
    StatementError,
    StatementRole,
)
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.records import ADOPT, Change, Step
from egovnet.playbooks.signatures.errors import SignatureError
from egovnet.playbooks.signatures.ssh_signature import verify

#: Stage of the journal's steps that keep statements.
APPROVAL_STAGE = "approval"


@dataclass
class _Reader:
    """What was read of a journal so far, the oldest change first."""

    #: Plan -> the change that it was applied as.
    plans: Mapping[str, int]
    policy: WrittenPolicy | None = None
    #: The one before it, by which its first change may have been approved.
    former: WrittenPolicy | None = None
    #: The change that the policy came with.
    since: int = 0
    signed: list[SignedStatement] = field(default_factory=list)


def approval_faults(journal: Journal) -> list[str]:
    """What is wrong with the statements in a journal; empty where nothing is. Linear in them; each
    is verified by ssh-keygen."""
    changes = journal.changes()
    steps: dict[int, list[Step]] = {}
    for number, step in journal.steps_of((POLICY_STAGE, APPROVAL_STAGE)):
        steps.setdefault(number, []).append(step)
    reader = _Reader({change.plan_hash: change.id for change in changes})
    return [
        f"change {change.id}: {fault}"
        for change in changes
        for fault in _readable(reader, change, steps.get(change.id, ()))
    ]


def _readable(reader: _Reader, change: Change, steps: Iterable[Step]) -> Iterator[str]:
    """What is wrong; whoever altered a step may have left anything in it."""
    try:
        yield from _of_change(reader, change, steps)
    except (ValueError, KeyError, TypeError, AttributeError, ProblemsError):
        yield "a statement or the policy that it has is not as it was written: it cannot be read"


def _of_change(reader: _Reader, change: Change, steps: Iterable[Step]) -> Iterator[str]:
    reader.former = reader.policy
    reader.signed = []
    for step in steps:
        if step.stage == POLICY_STAGE:
            reader.policy, reader.since = kept_from(step.detail), change.id
        else:
            found = json.loads(step.detail)
            reader.signed.append(SignedStatement(found["statement"], found["signature"]))
    if reader.policy is None and reader.former is None and not reader.signed:
        return
    known: list[tuple[SignedStatement, Statement]] = []
    for signed in reader.signed:
        try:
            known.append((signed, signed.statement))
        except StatementError:
            yield "a statement is not as it was signed: it cannot be read"
    appliers = [said for _, said in known if said.role is StatementRole.APPLIER]
    if len(appliers) != 1:
        if change.kind != ADOPT and reader.policy is not None:
            yield (
                f"{len(appliers)} statements of who applied it, under the policy of change "
                f"{reader.since}"
            )
        whole = change.plan_hash
    else:
        whole = appliers[0].part_of or change.plan_hash
        yield from _counted(appliers[0], [s for s, said in known if said is not appliers[0]])
    for signed, said in known:
        yield from _of_statement(reader, change, signed, said, whole)


def _counted(applier: Statement, others: list[SignedStatement]) -> Iterator[str]:
    there = [signed.digest for signed in others]
    if any(digest not in there for digest in applier.counted):
        yield f"a statement that {applier.person} counted when it was applied is gone or another"
    for signed in others:
        if signed.digest not in applier.counted:
            yield f"{_name(signed.statement)} was not there when {applier.person} applied it"


def _of_statement(
    reader: _Reader, change: Change, signed: SignedStatement, said: Statement, whole: str
) -> Iterator[str]:
    what = _name(said)
    plan = change.plan_hash if said.role is StatementRole.APPLIER else whole
    if said.plan != plan:
        other = reader.plans.get(said.plan)
        of = f", that of change {other}" if other else ""
        yield f"{what} is of another plan, {said.plan[:12]}{of}"
    if said.network != change.network:
        yield f"{what} is of another network, {said.network}"
    if said.policy != digest_of(reader.policy):
        yield f"{what} was given under another policy than the one in force"
    why = _not_signed(reader, signed, said)
    if why:
        yield f"{what} does not hold: {why}"


def _not_signed(reader: _Reader, signed: SignedStatement, said: Statement) -> str:
    """By the policy in force, or by the one before it, which the first change under it had too."""
    why = "nobody's key was known"
    for policy in (reader.policy, reader.former):
        if policy is None:
            continue
        try:
            signer = verify(
                signed.text.encode(),
                signed.signature,
                policy.signers,
                NAMESPACE,
                at=said.at,
                identity=said.person,
            )
        except SignatureError as error:
            why = str(error)
            continue
        return "" if signer.fingerprint == said.key else "it names another key than signed it"
    return why


def _name(said: Statement) -> str:
    if said.role is StatementRole.APPROVER:
        return f"the approval by {said.person}"
    return f"the statement of {said.person} as {said.role}"

"""`approve`: a person signs a plan's hash; the signature stands in the journal."""

from pathlib import Path

from egovnet.inventory.errors import Problem, ProblemsError
from egovnet.inventory.registers.policy import REGISTER, SIGNERS_FILE
from egovnet.playbooks.archive.journal_check import require_whole_journal
from egovnet.playbooks.change.approval.statement import StatementRole
from egovnet.playbooks.change.approval_gate import Governed, governed, require_key
from egovnet.playbooks.change.plan import Plan, read_plan
from egovnet.playbooks.core.lost_lock import require_numbers
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.approval import ApprovedPlan
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.verbs.how_to_begin import how_to_begin

_EXAMPLE = {
    "people": {
        "li-na": {"name": "Li Na"},
        "wang-wei": {"name": "Wang Wei"},
        "noc": {"name": "Controller of the centre", "machine": True},
    },
    "scopes": {
        "all": {"plan": ["li-na"], "approve": ["li-na", "wang-wei"], "apply": ["noc"]},
    },
    "amend": ["li-na", "wang-wei"],
}
_SIGNERS = "    li-na ssh-ed25519 AAAA...  # name of people, then what the .pub file says"


def approve(
    workspace: Workspace, plan_file: Path, unproved: str | None = None
) -> Outcome[ApprovedPlan]:
    """Sign a plan and keep it; `unproved` is the reason why it may be pushed though not proved.

    Raises:
        UsageError: no plan, one of another network, or an inventory without a policy.
        ProblemsError: everything by which this person cannot approve it, with file and line.
        SigningError: their key cannot sign.
        InventoryError: numbers were lost, and whose approvals are asked for goes by them.
        JournalAlteredError: the journal is nothing to sign in.
    """
    require_numbers(workspace)
    held = require_whole_journal(workspace)
    plan = read_plan(plan_file)
    network = workspace.network.backbone.name
    if plan.network != network:
        raise UsageError(
            f"{plan_file}: is a plan of network {plan.network}, and the inventory is of {network}"
        )
    if unproved is not None and not unproved.strip():
        raise UsageError("--unproved asks for a reason: why it is pushed though it is not proved")
    known = governed(workspace, plan)
    if known is None:
        says = "who may plan, approve and apply what; until then nothing asks for an approval"
        (note,) = how_to_begin(workspace.directory, REGISTER, says, _EXAMPLE)
        raise UsageError(
            f"{note}\nand {SIGNERS_FILE} beside it has a line for each key:\n{_SIGNERS}"
        )
    person = require_key(known, str(plan_file))
    scopes = _scopes(known, person.name)
    problems = list(_problems(known, plan_file, person.name, scopes))
    if problems:
        raise ProblemsError(problems)
    reason = " ".join((unproved or "").split())
    signed = known.signed(StatementRole.APPROVER, plan.hash, unproved=reason)
    assert signed is not None  # noqa: S101 -- there is a person
    journal = workspace.journal
    if plan.authored is not None:
        journal.keep_statement(plan.hash, plan.authored.text, plan.authored.signature)
    journal.keep_statement(plan.hash, signed.text, signed.signature)
    standing = Governed(workspace, plan, known.policy, known.former, person).standing(
        applied=False, unproved=bool(reason)
    )
    result = ApprovedPlan(
        plan.hash,
        person.name,
        person.fingerprint,
        scopes,
        tuple(sorted(_devices(plan))),
        len(known.lines),
        reason,
        standing,
    )
    return Outcome("approve", result, notes=held, acted=True)


def _devices(plan: Plan) -> set[str]:
    return {name for step in (plan, *plan.then) for name in step.devices}


def _scopes(known: Governed, person: str) -> tuple[str, ...]:
    """Scopes of the plan's lines that somebody may approve in."""
    if known.policy is None:
        return ()
    matters = {matter for line in known.lines for matter in line.matters}
    names = {name for matter in matters for name in known.scopes.of(matter)}
    scopes = known.policy.policy.scopes
    return tuple(name for name in scopes if name in names and person in scopes[name].approve)


def _problems(known: Governed, file: Path, person: str, scopes: tuple[str, ...]) -> list[Problem]:
    """Why an approval would be none: the plan is not signed, or nothing of it is this person's."""
    found: list[Problem] = []
    amends = any(
        person in written.policy.amend for written in (known.former, known.policy) if written
    )
    if known.policy is not None and not known.kept.authors:
        ignored = [problem for problem in known.kept.ignored if "as author" in problem.found]
        remedy = "let its author plan again, with --key"
        found += ignored or [Problem(str(file), 0, "", "nobody signed it as its author", remedy)]
    if not scopes and not amends and known.policy is not None:
        line = known.policy.line("scopes")
        what = f"{person} approves nothing that this plan changes"
        remedy = "an approval is by one whom a scope of these lines names in approve"
        found.append(Problem(known.policy.file, line, "scopes", what, remedy))
    return found

"""A plan held against the inventory's policy: who stands behind it, and what nobody covers.

Without a policy, and where the journal knows of none either, nothing is asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

from egovnet.inventory.errors import Problem, ProblemsError
from egovnet.inventory.registers.policy import AMENDERS, FILE, SIGNERS_FILE, Scopes
from egovnet.playbooks.change.approval.kept_policy import (
    APPROVAL_STAGE,
    PLAN_STAGE,
    POLICY_STAGE,
    policy_kept,
)
from egovnet.playbooks.change.approval.ownership import last_known, moved
from egovnet.playbooks.change.approval.policies import WrittenPolicy, digest_of, policy_of
from egovnet.playbooks.change.approval.rules import Backing, ChangedLine, Lack, lacks_of
from egovnet.playbooks.change.approval.signing import (
    Counting,
    Kept,
    Person,
    person_at,
    signed_statements,
)
from egovnet.playbooks.change.approval.spent import spent_on
from egovnet.playbooks.change.approval.statement import (
    NO_POLICY,
    SignedStatement,
    Statement,
    StatementRole,
)
from egovnet.playbooks.change.dependents import Dependents
from egovnet.playbooks.change.device_parts import PartSites
from egovnet.playbooks.change.plan import DevicePlan, Plan
from egovnet.playbooks.change.plan_lines import PlanLines
from egovnet.playbooks.core.applied import Applied
from egovnet.playbooks.core.former import former_inventory
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.database import is_begun
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.results.approval import NamedLine, Standing, Uncovered
from egovnet.templates.registry import render

_NO_KEY = "nobody signed: name your SSH key with --key, or in EGOVNET_KEY"


@dataclass(frozen=True)
class Governed:
    """What is known of a plan under a policy. Making one is linear in the plan's texts."""

    workspace: Workspace
    plan: Plan
    policy: WrittenPolicy | None
    #: The policy that the network's last change was made under.
    former: WrittenPolicy | None
    #: Who is at the keyboard; None: they named no key.
    person: Person | None

    @cached_property
    def lines(self) -> tuple[ChangedLine, ...]:
        """Every line that the plan changes, of all its transactions."""
        return tuple(_lines(self.workspace, self.plan))

    @cached_property
    def _statements(self) -> tuple[SignedStatement, ...]:
        kept = signed_statements(self.workspace.journal.statements(self.plan.hash))
        own = () if self.plan.authored is None else (self.plan.authored,)
        return (*own, *kept)

    def _count(self, policy: WrittenPolicy) -> Kept:
        network = self.workspace.network.backbone.name
        counting = Counting(policy, network, self.plan.hash, digest_of(self.policy), self._spent)
        return counting.count(self._statements)

    @cached_property
    def _spent(self) -> Mapping[str, int]:
        """Statements that the plan was applied by before, with the change."""
        plan = self.plan
        return spent_on(self.workspace, plan.hash, plan.devices, 1 + len(plan.then))

    @cached_property
    def kept(self) -> Kept:
        """What counts of the statements about the plan."""
        return Kept() if self.policy is None else self._count(self.policy)

    def standing(self, *, applied: bool, unproved: bool = False) -> Standing:
        """How the plan stands; `applied`: whoever is at the keyboard applies it; `unproved`: though
        it is not proved."""
        applier = (self.person.name if self.person else "") if applied else None
        backing = self.kept.backing(applier, unproved=unproved)
        uncovered = [*self._uncovered(backing, unproved=unproved), *self._amended()]
        return Standing(
            tuple(sorted(self.kept.authors)),
            tuple(sorted(self.kept.approvers)),
            tuple(uncovered),
            tuple(map(str, self.kept.ignored)),
        )

    def _uncovered(self, backing: Backing, *, unproved: bool) -> Iterable[Uncovered]:
        if self.policy is None:
            return ()
        two = "a push that is not proved" if unproved else self._zone_change()
        return uncovered_lines(self.policy, self.scopes, self.lines, backing, two)

    def _zone_change(self) -> str:
        steps = (self.plan, *self.plan.then)
        return "a change of zone" if any(step.zone_changes for step in steps) else ""

    @cached_property
    def scopes(self) -> Scopes:
        """The policy's scopes in the inventory at hand."""
        assert self.policy is not None  # noqa: S101 -- asked of a policy only
        return Scopes(self.policy.policy, self.workspace.on_disk.network)

    def _amended(self) -> Iterable[Uncovered]:
        """What is lacking where the policy is another than that of the network's last change, or
        what it goes by has other owners."""
        why = "; ".join(self._amendments)
        known = self.former or self.policy
        if not why or known is None:
            return
        amend = known.policy.amend
        agreed = self._count(known).approvers.intersection(amend)
        if len(agreed) < AMENDERS:
            have = f"; {', '.join(sorted(agreed))} did" if agreed else ""
            must = f"two of {', '.join(amend)} must approve the first plan under it{have}"
            place = FILE if self.policy is None else f"{FILE}:{self.policy.line('amend')}"
            yield Uncovered("amend", "", place, f"{why}: {must}")

    @cached_property
    def _amendments(self) -> tuple[str, ...]:
        """What is different since the network's last change of what the rules go by, in words."""
        found: list[str] = []
        if self.former is not None and digest_of(self.policy) != self.former.digest:
            what = "was removed" if self.policy is None else f"or {SIGNERS_FILE} was changed"
            found.append(f"the policy {what} since the network's last change")
        before = last_known(self.workspace)
        if before is not None and self.policy is not None:
            found += moved(before, self.workspace.on_disk.network)
        return tuple(found)

    # -- what is signed ------------------------------------------------------------------------

    def signed(
        self,
        role: StatementRole,
        plan: str,
        *,
        unproved: str = "",
        counted: tuple[str, ...] = (),
    ) -> SignedStatement | None:
        """A statement of whoever is at the keyboard; None: they named no key."""
        if self.person is None:
            return None
        statement = Statement(
            role=role,
            network=self.workspace.network.backbone.name,
            plan=plan,
            policy=digest_of(self.policy),
            person=self.person.name,
            key=self.person.fingerprint,
            at=datetime.now(UTC).replace(microsecond=0),
            unproved=unproved,
            part_of="" if plan == self.plan.hash else self.plan.hash,
            counted=counted,
        )
        return self.person.sign(statement)

    def applied(self, plan: Plan) -> tuple[SignedStatement, ...]:
        """The statements that a change stands on, its applier's own last."""
        backing = self.kept.counted
        if self.policy is None and self.former is not None:
            backing = self._count(self.former).counted
        digests = tuple(signed.digest for signed in backing)
        own = self.signed(StatementRole.APPLIER, plan.hash, counted=digests)
        return (*backing, *(() if own is None else (own,)))

    def record(self, change: int, part: Plan, statements: Iterable[SignedStatement]) -> None:
        """Keep in the journal what a change that was just begun stands on; `part` is the plan that
        it applies, which is this one or one of its steps."""
        journal: Journal = self.workspace.journal
        if digest_of(self.policy) != digest_of(self.former):
            detail: Mapping[str, str] = (
                {"digest": NO_POLICY} if self.policy is None else self.policy.to_dict()
            )
            journal.step(change, POLICY_STAGE, "*", "done", detail)
        for plan in {part.hash: part, self.plan.hash: self.plan}.values():
            whole = "whole" if plan.hash == self.plan.hash else "part"
            journal.step(change, PLAN_STAGE, "*", whole, plan.manifest)
        for signed in statements:
            said = signed.statement
            own: dict[str, str] = {"person": said.person, "key": said.key, **signed.to_dict()}
            if said.role is StatementRole.APPROVER:
                # as reports of a change look for them
                own |= {"approved_by": said.person, "words": f"signed with {said.key}"}
            journal.step(change, APPROVAL_STAGE, "*", said.role.value, own)


def governed(workspace: Workspace, plan: Plan) -> Governed | None:
    """What is known of a plan under the policy at hand, or under the one that is gone; None: there
    never was one.

    Raises:
        ProblemsError: the policy, its keys or the key at hand cannot be used.
        SigningError: the key at hand cannot be read.
    """
    policy, former = policy_of(workspace), policy_kept(workspace)
    if policy is None and former is None:
        return None
    return Governed(workspace, plan, policy, former, _person(workspace, policy, former))


def is_governed(workspace: Workspace) -> bool:
    """Whether there is a policy, or changes were made under one.

    Raises:
        ProblemsError: the policy or its keys cannot be used.
    """
    return policy_of(workspace) is not None or policy_kept(workspace) is not None


def _person(
    workspace: Workspace, policy: WrittenPolicy | None, former: WrittenPolicy | None
) -> Person | None:
    known = policy or former
    if workspace.key is None or known is None:
        return None
    return person_at(workspace.key, known, datetime.now(UTC))


def authored(workspace: Workspace, plan: Plan) -> Plan:
    """The plan, signed by who makes it; as it was, where there is no policy, no key named, or an
    author of the very same plan is known.

    Raises:
        as `governed`.
    """
    known = governed(workspace, plan)
    if known is None or known.person is None or known.kept.authors:
        return plan
    return replace(plan, authored=known.signed(StatementRole.AUTHOR, plan.hash))


def asked_by_policy(workspace: Workspace, plan: Plan) -> tuple[Plan, tuple[Uncovered, ...]]:
    """A plan signed by who made it, and what the policy asks for before it is applied.

    Raises:
        as `governed`.
    """
    known = governed(workspace, plan) if plan.pending else None
    if known is None:
        return plan, ()
    made = authored(workspace, plan)
    standing = replace(known, plan=made).standing(applied=False)
    return made, standing.uncovered


def not_to_restore(known: Governed | None) -> dict[str, str]:
    """Devices of a plan that puts back what was approved once, and that whoever is at the keyboard
    may not apply, each with the reason. Nothing else is asked of it."""
    if known is None:
        return {}
    asked = ("owner", "apply", "amend")
    uncovered = known.standing(applied=True).uncovered
    found: dict[str, str] = {}
    for one in (one for one in uncovered if one.rule in asked):
        devices = (line.device for line in one.lines) if one.lines else known.plan.devices
        for device in devices:
            found.setdefault(device, one.words)
    return found


def require_key(known: Governed, file: str) -> Person:
    """Who is at the keyboard, where somebody has to be.

    Raises:
        ProblemsError: they named no key.
    """
    if known.person is None:
        raise ProblemsError([Problem(file, 0, "", _NO_KEY, "")])
    return known.person


def uncovered_lines(
    policy: WrittenPolicy,
    scopes: Scopes,
    lines: Iterable[ChangedLine],
    backing: Backing,
    two: str = "",
) -> list[Uncovered]:
    """What lines lack, by rule and scope in the order of the policy; linear in the lines."""
    known: dict[frozenset[object], tuple[Lack, ...]] = {}
    found: dict[Lack, list[NamedLine]] = {}
    for line in lines:
        key = frozenset[object](line.matters)
        if key not in known:
            known[key] = lacks_of(line.matters, scopes, backing, two)
        named = NamedLine(line.device, line.sign, line.text, line.number)
        for lack in known[key]:
            found.setdefault(lack, []).append(named)
    return [
        Uncovered(lack.rule, lack.scope, _place(policy, lack), lack.why, tuple(named))
        for lack, named in sorted(found.items())
    ]


def _place(policy: WrittenPolicy, lack: Lack) -> str:
    if not lack.scope:
        return f"{FILE}:{policy.line('scopes')}"
    right = "approve" if lack.rule == "author" else lack.rule
    return f"{FILE}:{policy.line('scopes', lack.scope, right)}"


def _lines(workspace: Workspace, plan: Plan) -> Iterable[ChangedLine]:
    now = Dependents(workspace.network, workspace.allocation)
    former = former_inventory(workspace)
    before = None if former is None else Dependents(former.network, former.allocation)
    known = PlanLines(PartSites(now, before))
    for step in (plan, *plan.then):
        yield from known.of(step.devices)
        yield from known.of_moves(step.moves)
    yield from known.of(_not_given(workspace, plan))


def _not_given(workspace: Workspace, plan: Plan) -> Mapping[str, DevicePlan]:
    """Routers that run what is intended already, though no change gave it to them: with the change
    it would count as given, and so it is asked for too. What nobody knows is for adopt."""
    if not is_begun(workspace.state):
        return {}
    touched = {name for step in (plan, *plan.then) for name in step.devices}
    applied = Applied(workspace)
    found: dict[str, DevicePlan] = {}
    for name in plan.unchanged.keys() - touched:
        given, now = applied.device(name), workspace.devices.get(name)
        if given is not None and now is not None and given != now:
            found[name] = DevicePlan("", render(given), render(now), "")
    return found

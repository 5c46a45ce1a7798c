"""A statement signed by whoever is at the keyboard, and what of those that were kept counts.

Identity is a key: `--key` names a private key's file, or a `.pub` whose private half an agent or a
token has. What person has it, `allowed_signers` says.
"""

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from egovnet.inventory.errors import Problem, ProblemsError
from egovnet.playbooks.change.approval.policies import WrittenPolicy
from egovnet.playbooks.change.approval.rules import Backing
from egovnet.playbooks.change.approval.statement import (
    NAMESPACE,
    SignedStatement,
    Statement,
    StatementError,
    StatementRole,
)
from egovnet.playbooks.signatures.errors import SignatureError
from egovnet.playbooks.signatures.ssh_signature import fingerprint_of, sign, verify

#: How far the clocks of two machines may be apart.
_CLOCKS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Person:
    """Who is at the keyboard, by their key."""

    name: str
    key: Path
    fingerprint: str

    def sign(self, statement: Statement) -> SignedStatement:
        """Sign a statement of their own; on a terminal they may be asked for a passphrase.

        Raises:
            SigningError: the key cannot sign.
        """
        text = statement.text
        return SignedStatement(
            text, sign(text.encode(), self.key, NAMESPACE, ask=sys.stdin.isatty())
        )


def person_at(key: Path, policy: WrittenPolicy, now: datetime) -> Person:
    """Whose a key is.

    Raises:
        ProblemsError: it is nobody's of the policy, or is not valid now, with the line.
        SigningError: there is no such key.
    """
    fingerprint = fingerprint_of(key)
    lines = [line for line in policy.signers.signers if line.key.fingerprint == fingerprint]
    file = policy.signers.file
    if not lines:
        found = f"{fingerprint}, the key of {key}, is not in the file: it is nobody's"
        raise ProblemsError([Problem(file, 0, "", found, "name your own, or have it added")])
    usable = [line for line in lines if line.is_valid(now) and line.accepts(NAMESPACE)]
    if not usable:
        line = lines[-1]
        found = f"the key of {line.principals} {_why_not(line.valid_before, now)}"
        raise ProblemsError([Problem(file, line.line, "", found, "sign with one that is valid")])
    name = usable[0].principals
    if name not in policy.policy.people:
        found = f"{name} is none of the policy's people"
        raise ProblemsError([Problem(policy.file, policy.line("people"), "people", found, "")])
    return Person(name, key, fingerprint)


def _why_not(before: datetime | None, now: datetime) -> str:
    if before is not None and now > before:
        return f"expired on {before.date().isoformat()}"
    return f"is not valid for {NAMESPACE}, or not yet"


@dataclass(frozen=True, slots=True)
class Kept:
    """What counts of the statements about a plan, and why the others do not."""

    authors: frozenset[str] = frozenset()
    approvers: frozenset[str] = frozenset()
    #: Those of the approvers who agree that it is pushed though it is not proved.
    unproved: frozenset[str] = frozenset()
    counted: tuple[SignedStatement, ...] = ()
    ignored: tuple[Problem, ...] = ()

    def backing(self, applier: str | None, *, unproved: bool) -> Backing:
        """Whom the rules may count on; `unproved`: for a push that is not proved."""
        return Backing(self.authors, self.unproved if unproved else self.approvers, applier)


@dataclass
class Counting:
    """What statements about one plan have to be to count."""

    policy: WrittenPolicy
    network: str
    plan: str
    #: What they say of the policy that they were made under.
    digest: str
    #: Digests of those by which the plan was applied once, with the change.
    spent: Mapping[str, int] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def count(self, statements: Iterable[SignedStatement]) -> Kept:
        """Those that count, each person once by role."""
        authors: set[str] = set()
        approvers: set[str] = set()
        unproved: set[str] = set()
        counted: list[SignedStatement] = []
        ignored: list[Problem] = []
        for signed in dict.fromkeys(statements):
            problem = self.wrong(signed)
            if problem is not None:
                ignored.append(problem)
                continue
            said = signed.statement
            if said.role is StatementRole.AUTHOR:
                authors.add(said.person)
            elif said.role is StatementRole.APPROVER:
                approvers.add(said.person)
                if said.unproved:
                    unproved.add(said.person)
            counted.append(signed)
        return Kept(
            frozenset(authors),
            frozenset(approvers),
            frozenset(unproved),
            tuple(counted),
            tuple(ignored),
        )

    def wrong(self, signed: SignedStatement) -> Problem | None:
        """Why a statement does not count; None: it does."""
        try:
            said = signed.statement
        except StatementError:
            return self._problem("a statement", "that cannot be read", 0)
        what = f"the statement of {said.person} as {said.role}"
        if said.role is StatementRole.APPROVER:
            what = f"the approval by {said.person}"
        line = next((n.line for n in self.policy.signers.signers if n.principals == said.person), 0)
        if said.plan != self.plan:
            why = f"is of another plan, {said.plan[:12]}, and not of {self.plan[:12]}"
        elif said.network != self.network:
            why = f"is of another network, {said.network}"
        elif said.policy != self.digest:
            why = "was given under another policy; have it given again"
        elif signed.digest in self.spent:
            change = self.spent[signed.digest]
            why = f"was for change {change}, which applied the plan; have it given again"
        elif said.at > self.now + _CLOCKS:
            why = f"is of {said.at.isoformat()}, which is to come"
        elif said.person not in self.policy.policy.people:
            why = f"is by nobody of the policy: {said.person}"
        else:
            why = self._not_signed(signed, said)
        return self._problem(what, why, line) if why else None

    def _not_signed(self, signed: SignedStatement, said: Statement) -> str:
        """Its key was valid when it was given, and still is."""
        for moment in (said.at, self.now):
            try:
                signer = verify(
                    signed.text.encode(),
                    signed.signature,
                    self.policy.signers,
                    NAMESPACE,
                    at=moment,
                    identity=said.person,
                )
            except SignatureError as error:
                return f"does not hold: {error}"
            if signer.fingerprint != said.key:
                return f"names another key than it is signed with, {signer.fingerprint}"
        return ""

    def _problem(self, what: str, why: str, line: int) -> Problem:
        return Problem(self.policy.signers.file, line, "", f"{what} {why}", "")


def signed_statements(rows: Collection[tuple[str, str]]) -> Iterator[SignedStatement]:
    """Those that the journal keeps."""
    return (SignedStatement(text, signature) for text, signature in rows)

"""A policy as it is written, with the keys beside it: read whole, or with all of its problems."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from egovnet.inventory.errors import InventoryError, Problem, ProblemsError
from egovnet.inventory.registers.policy import FILE, REGISTER, SIGNERS_FILE, Policy
from egovnet.inventory.source.regular_file import read_regular, read_regular_text
from egovnet.inventory.source.yaml_source import Document, parse_document
from egovnet.playbooks.change.approval.statement import NO_POLICY
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.errors import JournalError
from egovnet.playbooks.signatures.allowed_signers import (
    AllowedSigners,
    parse_allowed_signers,
    read_allowed_signers,
)


@dataclass(frozen=True)
class WrittenPolicy:
    """A policy as it is written, with the keys beside it."""

    text: str
    signers_text: str
    #: Where both are, for those who are told of a line; the journal's are nowhere.
    directory: Path = Path()

    @cached_property
    def digest(self) -> str:
        """SHA-256 over both files."""
        return sha256(json.dumps([self.text, self.signers_text]).encode()).hexdigest()

    @cached_property
    def _document(self) -> Document:
        return parse_document(self.text, str(self.directory / FILE))

    @cached_property
    def policy(self) -> Policy:
        """What it says.

        Raises:
            JournalError: it was kept by another version, or was altered.
        """
        try:
            return Policy.model_validate(self._document.data or {})
        except ValidationError as error:
            raise JournalError("the policy in the journal cannot be read") from error

    @cached_property
    def signers(self) -> AllowedSigners:
        """The keys.

        Raises:
            ProblemsError: with every mistake.
        """
        return parse_allowed_signers(self.signers_text, str(self.directory / SIGNERS_FILE))

    def line(self, *location: str) -> int:
        """The line of policy.yaml on which something is written."""
        return self._document.line(location)

    @property
    def file(self) -> str:
        """policy.yaml as people find it."""
        return self._document.path

    def person_of(self, key: str) -> str:
        """Whose a key is, by its fingerprint; "" where nobody's."""
        lines = (line for line in self.signers.signers if line.key.fingerprint == key)
        return next((line.principals for line in lines), "")

    def to_dict(self) -> dict[str, str]:
        """As the journal keeps it."""
        return {"digest": self.digest, "policy": self.text, "signers": self.signers_text}


def policy_of(workspace: Workspace) -> WrittenPolicy | None:
    """The policy of the inventory at hand; None: it has none.

    Raises:
        InventoryError: with every problem of the inventory.
        ProblemsError: with every problem of the policy and of its keys.
    """
    directory = workspace.directory
    if not _has_policy(directory):
        return None
    _ = workspace.on_disk.network
    problems = policy_problems(workspace)
    if problems:
        raise ProblemsError(problems)
    text, signers = (
        read_regular(directory / name).decode("utf-8", "replace") for name in (FILE, SIGNERS_FILE)
    )
    return WrittenPolicy(text, signers, directory)


def policy_problems(workspace: Workspace) -> tuple[Problem, ...]:
    """Everything that is wrong with a policy and with the keys beside it; () without one."""
    directory = workspace.directory
    if not _has_policy(directory):
        return ()
    problems: list[Problem] = []
    policy, signers = None, None
    try:
        policy = REGISTER.read(directory, workspace.on_disk.examined.network)
    except InventoryError as error:
        problems += error.problems
    try:
        signers = read_allowed_signers(directory / SIGNERS_FILE)
    except ProblemsError as error:
        problems += error.problems
    if signers is not None:
        problems += _of_signers(signers)
        if policy is not None:
            document = parse_document(read_regular_text(directory / FILE), str(directory / FILE))
            problems += _without_key(policy, signers, document)
    return tuple(problems)


def _has_policy(directory: Path) -> bool:
    path = directory / FILE
    return path.exists() or path.is_symlink()  # a link to nowhere is unreadable


def _of_signers(signers: AllowedSigners) -> Iterator[Problem]:
    """Lines that are not one person's: a pattern, an authority, a key that another has as well."""
    first: dict[str, tuple[str, int]] = {}
    for line in signers.signers:
        who = line.principals
        if line.authority or any(sign in who for sign in '*?!,"'):
            found = f"{who} is not the name of one person, by one key"
            remedy = "write a line for each person and key: an approval is one person's"
            yield Problem(signers.file, line.line, "", found, remedy)
            continue
        person, number = first.setdefault(line.key.fingerprint, (who, line.line))
        if person != who:
            found = f"two owners of one key: {who}, and {person} on line {number}"
            yield Problem(signers.file, line.line, "", found, "a key is one person's")


def _without_key(policy: Policy, signers: AllowedSigners, document: Document) -> Iterator[Problem]:
    known = {line.principals for line in signers.signers}
    for name in policy.people:
        if name not in known:
            found = f"{name} has no key in {SIGNERS_FILE}"
            number = document.line(("people", name))
            remedy = f"add a line: {name} and the line of their .pub file"
            yield Problem(document.path, number, f"people.{name}", found, remedy)


def digest_of(policy: WrittenPolicy | None) -> str:
    """What a statement says of the policy that it was made under."""
    return NO_POLICY if policy is None else policy.digest

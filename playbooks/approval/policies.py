"""The policy of an inventory, and the one that the network's last change was made under.

Whoever may write `policy.yaml` could give themselves every right, or remove the file. So the first
change under a policy keeps it in the journal, and a change under another one, or under none, needs
two of those whom the kept one names in `amend`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from egovnet.inventory.model.signers import SIGNERS_FILE, Signers, read_signers
from egovnet.inventory.registers.policy import FILE, REGISTER, Policy
from egovnet.inventory.source.regular_file import read_regular
from egovnet.inventory.source.yaml_source import parse_document
from egovnet.playbooks.approval.statement import NO_POLICY
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.database import is_begun
from egovnet.playbooks.journal.errors import JournalError

#: Stage of the journal's steps that keep a policy.
POLICY_STAGE = "policy"


@dataclass(frozen=True)
class WrittenPolicy:
    """A policy as it is written, with the keys beside it."""

    text: str
    signers_text: str
    #: Where both are, for those who are told of a line.
    directory: str = ""

    @cached_property
    def digest(self) -> str:
        """SHA-256 over both files."""
        return sha256(json.dumps([self.text, self.signers_text]).encode()).hexdigest()

    @cached_property
    def policy(self) -> Policy:
        """What it says.

        Raises:
            JournalError: it was kept by another version, or was altered.
        """
        try:
            return Policy.model_validate(parse_document(self.text, FILE).data or {})
        except ValidationError as error:
            raise JournalError("the policy in the journal cannot be read") from error

    @cached_property
    def signers(self) -> Signers:
        """The keys."""
        return read_signers(self.signers_text)

    def place(self, scope: str, right: str = "") -> str:
        """Where a scope, or a right of it, is written: such as policy.yaml:12."""
        document = parse_document(self.text, FILE)
        return f"{FILE}:{document.line(('scopes', scope, *((right,) if right else ())))}"

    @property
    def signers_path(self) -> str:
        """The file of keys, as people find it."""
        return str(Path(self.directory) / SIGNERS_FILE)

    def to_dict(self) -> Mapping[str, str]:
        """As the journal keeps it."""
        return {"digest": self.digest, "policy": self.text, "signers": self.signers_text}


def policy_of(workspace: Workspace) -> WrittenPolicy | None:
    """The policy of the inventory at hand; None: it has none.

    Raises:
        InventoryError: with every problem of it.
    """
    directory = workspace.directory
    if not (directory / FILE).exists():
        return None
    REGISTER.read(directory, workspace.on_disk.network)
    text, signers = (
        read_regular(directory / name).decode("utf-8", "replace") for name in (FILE, SIGNERS_FILE)
    )
    return WrittenPolicy(text, signers, str(directory))


def policy_kept(workspace: Workspace) -> WrittenPolicy | None:
    """The policy that the network's last change was made under; None: it was made under none."""
    if not is_begun(workspace.state):
        return None
    detail = workspace.journal.last_detail(POLICY_STAGE)
    if detail is None:
        return None
    found = json.loads(detail)
    if found["digest"] == NO_POLICY:
        return None
    return WrittenPolicy(found["policy"], found["signers"])


def digest_of(policy: WrittenPolicy | None) -> str:
    """What a statement says of the policy that it was made under."""
    return NO_POLICY if policy is None else policy.digest

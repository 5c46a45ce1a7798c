"""What a person signs: a few lines of text that say which plan, as what, and when.

Text, so that a person can read what they sign, and ssh-keygen alone can check it years later:

```text
egovnet-statement: 1
role: approver
network: reference
plan: 5aca8c62c383...            SHA-256 of the plan
policy: 0f1e...                  SHA-256 of policy.yaml and allowed_signers
person: li-na
key: SHA256:...
at: 2026-11-30T08:00:00Z
```
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

#: What ssh-keygen calls the purpose of a signature (`-n`).
NAMESPACE = "egovnet-plan"
#: In the place of the digest where there is no policy any more.
NO_POLICY = "none"
_TITLE = "egovnet-statement: 1"
_LINE = re.compile(r"([a-z-]+): (\S.*)")


class StatementRole(StrEnum):
    """As what somebody signs a plan."""

    AUTHOR = "author"
    APPROVER = "approver"
    APPLIER = "applier"


class StatementError(ValueError):
    """A text that is no statement."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What is signed. The order of the fields is that of the lines; "" is left out."""

    role: StatementRole
    network: str
    #: SHA-256 of the plan.
    plan: str
    #: SHA-256 of the policy and the keys that it was given under; NO_POLICY: there is none.
    policy: str
    person: str
    #: Fingerprint of the key.
    key: str
    at: datetime
    #: Of an approver: the reason, where the plan may be pushed though it is not proved.
    unproved: str = ""
    #: Of an applier: the whole plan in steps that this transaction is a part of.
    part_of: str = ""
    #: Of an applier: digests of the statements that the change stands on, in order.
    counted: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The lines that are signed."""
        return "".join(f"{line}\n" for line in (_TITLE, *self._lines()))

    def _lines(self) -> Iterator[str]:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, datetime):
                value = moment(value)
            elif isinstance(value, tuple):
                value = " ".join(value)
            if value:
                yield f"{field.name.replace('_', '-')}: {value}"


def moment(value: datetime) -> str:
    """A moment of UTC, in whole seconds."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def statement_of(text: str) -> Statement:
    """What a text states.

    Raises:
        StatementError: it is none, or another one would have the same meaning.
    """
    first, *lines = text.splitlines() or [""]
    values: dict[str, str] = {}
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None or found[1] in values:
            raise StatementError(line)
        values[found[1].replace("-", "_")] = found[2]
    try:
        made = Statement(
            role=StatementRole(values.pop("role")),
            at=datetime.strptime(values.pop("at"), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC),
            counted=tuple(values.pop("counted", "").split()),
            **values,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StatementError(text) from error
    if first != _TITLE or made.text != text:
        raise StatementError(text)
    return made


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """A statement's text with its signature, as ssh-keygen writes one."""

    text: str
    signature: str

    @property
    def statement(self) -> Statement:
        """What it says.

        Raises:
            StatementError: it is no statement.
        """
        return statement_of(self.text)

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return sha256(self.text.encode()).hexdigest()

    def to_dict(self) -> dict[str, str]:
        """In a plan file and in the journal."""
        return {"statement": self.text, "signature": self.signature}

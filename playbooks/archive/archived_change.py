"""A change as the archive takes it from the journal."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArchivedChange:
    """A change as the journal tells it.

    `created` is ISO 8601. `before` and `after` are device texts by host; a host that is only in
    `before` is one of which nobody knows what it runs now. `journal_head` is the head of the
    journal's hash chain when the change ended.
    """

    number: int
    kind: str
    state: str
    author: str
    ticket: str | None
    created: str
    summary: str
    plan_hash: str
    journal_head: str
    undoes: int | None
    before: Mapping[str, str]
    after: Mapping[str, str]
    #: The journal's own name, by which its archive is told from another's; "" in older ones.
    journal_name: str = ""
    #: What the controller signed of the change's end, and its signature; "" where it did not.
    statement: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a commit says of the journal at the end of its change."""

    #: Head of the hash chain.
    head: str
    #: The journal's name; "" in commits of older versions.
    journal: str = ""


@dataclass(frozen=True, slots=True)
class SignedCommit:
    """A commit of a change, as it is checked."""

    change: int
    anchor: Anchor
    #: The commit without its signature: the bytes that were signed.
    body: bytes
    #: The armoured signature; "" of none.
    signature: str
    #: Seconds since 1970, by which Git finds out whether the key was valid.
    time: int
    #: As in `ArchivedChange`.
    statement: str = ""
    statement_signature: str = ""

"""The words of the archive's commits: who, when, what; each on one line, without secrets."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

from egovnet.playbooks.archive.archived_change import ArchivedChange
from egovnet.templates.registry import redact, redact_messages

#: Who writes the commits; an address that can never be anybody's (RFC 2606).
COMMITTER = b"egovnet <egovnet@egovnet.invalid>"
_NAME_AND_MAIL = re.compile(r"\s*([^<>]*?)\s*<([^<>\s]+@[^<>\s]+)>\s*")
#: Devices named in a commit's message; the others are in its tree.
_NAMED = 20


def message(change: ArchivedChange) -> str:
    """Subject, what came of the change, and the trailers that tie it to the journal.

    `change` is free of secrets already: see `without_secrets`.
    """
    kind = change.kind if change.state == "done" else f"{change.kind}, {change.state}"
    ticket = plain(change.ticket or "")
    subject = f"change {change.number} ({plain(kind)}): {plain(change.summary)}"
    hosts = sorted({*change.before, *change.after})
    body = [f"The change ended {plain(change.state)}. Devices: {_listed(hosts) or 'none'}."]
    if unknown := sorted(change.before.keys() - change.after.keys()):
        body.append(f"Not known what they run since: {_listed(unknown)}.")
    trailers = {
        "Change": str(change.number),
        "Ticket": ticket,
        "Plan": plain(change.plan_hash),
        "Journal": plain(change.journal_head),
        "Journal-Name": plain(change.journal_name),
        "Undoes": "" if change.undoes is None else str(change.undoes),
    }
    return "\n\n".join(
        [
            f"{subject} [{ticket}]" if ticket else subject,
            *(textwrap.fill(line, 72, break_on_hyphens=False) for line in body),
            "\n".join(f"{key}: {value}" for key, value in trailers.items() if value) + "\n",
        ]
    )


def without_secrets(change: ArchivedChange) -> ArchivedChange:
    """The change as it may be kept: its texts, and its words, which may quote them."""
    texts = [*change.before.values(), *change.after.values()]
    kind, author, ticket, summary = redact_messages(
        [change.kind, change.author, change.ticket or "", change.summary], texts
    )
    return replace(
        change,
        kind=kind,
        author=author,
        ticket=ticket,
        summary=summary,
        before={host: redact(text) for host, text in change.before.items()},
        after={host: redact(text) for host, text in change.after.items()},
    )


def identity(author: str) -> bytes:
    """Git's `Name <mail>` of a user name, or of what is already in that form.

    >>> identity("li wei")
    b'li wei <li.wei@egovnet.invalid>'
    >>> identity("Li Wei <li@net.example>")
    b'Li Wei <li@net.example>'
    """
    both = _NAME_AND_MAIL.fullmatch(author)
    name = re.sub(r"[<>]", "", plain(both[1] if both else author)).strip() or "unknown"
    mail = plain(both[2]).replace(" ", "") if both else ""
    if not mail:
        local = "".join(c if c.isalnum() or c in "._+-" else "." for c in name)
        mail = f"{local.strip('.') or 'unknown'}@egovnet.invalid"
    return f"{name} <{mail}>".encode("utf-8", "backslashreplace")


def git_time(created: str) -> tuple[int, int]:
    """(seconds since 1970, seconds east of UTC in whole minutes) of an ISO 8601 time.

    A time without a zone is UTC. Raises ValueError when it is no time.
    """
    moment = datetime.fromisoformat(created)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    offset = moment.utcoffset()
    return int(moment.timestamp()), 0 if offset is None else int(offset.total_seconds()) // 60 * 60


def host_file(host: str) -> bytes:
    """Name of a host's file: nothing in a host's name leads out of its folder."""
    return f"{quote(host, safe='')}.cfg".encode("ascii")


def plain(words: str) -> str:
    """`words` on one line: nothing in them can end a subject or forge a trailer."""
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())


def _listed(hosts: Sequence[str]) -> str:
    more = f" and {len(hosts) - _NAMED} more" if len(hosts) > _NAMED else ""
    return ", ".join(map(plain, hosts[:_NAMED])) + more

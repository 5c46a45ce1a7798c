"""Where a paper comes from, of this process and this inventory."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version

from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.journal import author
from egovnet.playbooks.results.provenance import Provenance


def provenance(
    workspace: Workspace,
    texts: Mapping[str, str] | None = None,
    *,
    digests: Mapping[str, str] | None = None,
    of_inventory: bool = True,
) -> Provenance:
    """Of a paper that is made now; `texts` (router -> text) are what it is about, or `digests` of
    them where nobody has them all.

    Without `of_inventory` none is read: what it is about is of no inventory.
    """
    intent = workspace.intent if of_inventory else None
    return Provenance(
        datetime.now(UTC).isoformat(timespec="seconds"),
        author(),
        version("egovnet"),
        "" if intent is None else intent.digest,
        _over(digests) if digests is not None else "" if texts is None else digest_of(texts),
    )


def digest_of(texts: Mapping[str, str]) -> str:
    """SHA-256 over names and texts, in the order of the names."""
    return _over({name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()})


def _over(digests: Mapping[str, str]) -> str:
    """SHA-256 over names and digests, in the order of the names."""
    found = hashlib.sha256()
    for name, digest in sorted(digests.items()):
        found.update(f"{name}\0{digest}\n".encode())
    return found.hexdigest()

"""How the agent is asked and answers: files of a bundle in, a record and its texts out."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ID = re.compile(r"(?!\.\.?$)[A-Za-z0-9._-]{1,64}$")


class UsageError(Exception):
    """A verb that there is not, or arguments that are none."""


def answer(fields: Mapping[str, str], texts: Mapping[str, str] | None = None) -> str:
    """One record and its texts, as the agent prints them; a text's length is in octets."""
    parts = ["%%egovnet ", " ".join(f"{name}={value}" for name, value in fields.items()), "\n"]
    if texts:
        sizes = (f" {n} {len(t.encode(errors='surrogateescape'))}" for n, t in texts.items())
        parts += ["%%texts", *sizes, "\n", *texts.values()]
    return "".join(parts)


def check_id(change: str) -> None:
    """Raises UsageError for what is not a valid id of a change."""
    if not _ID.match(change):
        raise UsageError(change)


def unpack(nonce: str, stdin: str) -> dict[str, str]:
    """The files of a bundle by name: each follows a line `%%file-NONCE NAME`, up to
    `%%end-NONCE`.
    """
    files: dict[str, str] = {}
    mark = f"%%file-{nonce} "
    whole, end, _ = f"\n{stdin}".rpartition(f"\n%%end-{nonce}\n")
    if not end:
        raise UsageError("the input was cut off")
    for part in f"{whole}\n".split(f"\n{mark}")[1:]:
        name, _, text = part.partition("\n")
        files[name] = text if text.endswith("\n") or not text else f"{text}\n"
    return files

"""The journal's hash chain: each step's hash is over the step and the hash before it.

Whoever alters, inserts or removes a step, a change or a text in the database breaks the chain from
there on. Who removes the newest steps only, and mends the head, is seen by the git archive, whose
commits say the head as it was.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

#: Before the first step.
START = "0" * 64


def link(previous: str, step: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, over the hash before and a step's own values."""
    values = [step[key] for key in ("change_id", "at", "stage", "device", "phase", "detail")]
    return hashlib.sha256(json.dumps([previous, *values]).encode()).hexdigest()


def fingerprint(text: str) -> str:
    """SHA-256 of a text, as a change's first step keeps it."""
    return hashlib.sha256(text.encode()).hexdigest()


def breaks(steps: Iterable[Mapping[str, Any]], head: str) -> Iterator[str]:
    """Where the chain of `steps`, in order, is broken; nothing when it holds up to `head`.

    Steps without a hash are older than the chain: they may only come first.
    """
    previous = START
    begun = False
    for step in steps:
        if step["hash"] is None and not begun:
            continue
        begun = True
        if step["hash"] != link(previous, step):
            yield (
                f"step {step['id']} of change {step['change_id']} ({step['stage']} "
                f"{step['device']}) is not as it was written, or one before it is gone"
            )
        previous = step["hash"] or ""
    if previous != head:
        yield "the newest steps are gone, or were added by something else"

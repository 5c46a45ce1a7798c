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


def drift_link(previous: str, run: Mapping[str, Any]) -> str:
    """The same over a drift run: it has a chain of its own."""
    keys = ("network", "started", "seconds", "devices", "unreachable", "proved", "classes")
    return hashlib.sha256(json.dumps([previous, *(run[key] for key in keys)]).encode()).hexdigest()


def fingerprint(text: str) -> str:
    """SHA-256 of a text, as a change's first step keeps it."""
    return hashlib.sha256(text.encode()).hexdigest()


def breaks(steps: Iterable[Mapping[str, Any]], head: str) -> Iterator[tuple[int, str]]:
    """Where the chain of `steps`, in order, is broken; nothing when it holds up to `head`.

    A change's number, and words.

    Steps without a hash are older than the chain: they may only come first.
    """
    previous, begun, number = START, False, 0
    for step in steps:
        number = step["change_id"]
        if step["hash"] is None and not begun:
            continue
        begun = True
        if step["hash"] != link(previous, step):
            yield (
                number,
                f"step {step['id']} of change {step['change_id']} ({step['stage']} "
                f"{step['device']}) is not as it was written, or one before it is gone",
            )
        previous = step["hash"] or ""
    if previous != head:
        yield number, "the newest steps are gone, or were added by something else"


def drift_breaks(runs: Iterable[Mapping[str, Any]], head: str | None) -> Iterator[tuple[int, str]]:
    """Where the chain of drift `runs`, in order, is broken: a run's number and words."""
    previous, begun, number = START, False, 0
    for run in runs:
        number = run["id"]
        if run["hash"] is None and not begun:
            continue
        begun = True
        if run["hash"] != drift_link(previous, run):
            yield number, f"drift run {number} is not as it was written, or one before it is gone"
        previous = run["hash"] or ""
    if previous != (head or START):
        yield number, "the newest drift runs are gone, or were added by something else"

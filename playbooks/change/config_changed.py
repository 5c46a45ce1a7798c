"""What moved on a device since a plan was made, in words."""

import difflib

from egovnet.templates.registry import redact

#: Lines shown; more are counted.
_SHOWN = 6


def moved(before: str, now: str) -> str:
    """What changed on a device since the plan, as a few diff lines without secrets."""
    lines = [
        line
        for line in difflib.unified_diff(
            redact(before).splitlines(), redact(now).splitlines(), lineterm="", n=0
        )
        if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]
    if not lines:
        lines = ["a secret, or the order of lines"]
    more = f" (and {len(lines) - _SHOWN} more lines)" if len(lines) > _SHOWN else ""
    return "changed since the plan was made: " + "; ".join(lines[:_SHOWN]) + more + "; plan again"

"""What a push would change on a device, by its own check; nothing is changed."""

import hashlib
from dataclasses import dataclass

from nornir.core.task import Result, Task

from egovnet.tasks.device import driver


@dataclass(frozen=True, slots=True)
class DryRun:
    """A device's answer: what it runs (and its SHA-256), and its native diff ("" when equal)."""

    running: str
    running_hash: str
    diff: str


def text_hash(text: str) -> str:
    """SHA-256 of a device's text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def dry_run(task: Task, intended: str, keep: bool = False) -> Result:
    """Load `intended`, let the device check it, and compare. Result: DryRun.

    With `keep` the candidate stays loaded for a commit in the same session; it was compared
    when it was planned, so only what the device runs now is reported, and no diff.
    """
    device = driver(task)
    device.load_replace_candidate(config=intended)
    if keep:
        diff = ""
    else:
        try:
            diff = device.compare_config()
        finally:
            device.discard_config()
    running = device.compared_text
    return Result(host=task.host, result=DryRun(running, text_hash(running), diff), diff=diff)

"""What a push would change on a device, by its own check; nothing is changed."""

import hashlib
from dataclasses import dataclass

from nornir.core.task import Result, Task

from tasks.device import driver


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

    The candidate is discarded, unless `keep` leaves it for a commit in the same session.
    """
    device = driver(task)
    device.load_replace_candidate(config=intended)
    try:
        diff = device.compare_config()
        running = str(device.compared_text)
    except BaseException:
        device.discard_config()
        raise
    if not keep:
        device.discard_config()
    return Result(host=task.host, result=DryRun(running, text_hash(running), diff), diff=diff)

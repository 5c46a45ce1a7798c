"""What a push would change on a device, by its own check; nothing is changed."""

import hashlib
from dataclasses import dataclass

from nornir.core.task import Task

from egovnet.inventory.errors import EgovnetError
from egovnet.tasks.device import answering
from egovnet.tasks.driver import ComparesAtLoad, KnowsPorts, TransactionalDriver
from egovnet.tasks.task_result import TaskResult
from egovnet.templates.platform import KeptKeys
from egovnet.templates.registry import keep_lines


@dataclass(frozen=True, slots=True)
class DryRun:
    """A device's answer: what it runs (and its SHA-256), and its native diff ("" when equal).

    The diff is to `intended`, which is what was asked for and the keys that somebody set by hand.
    """

    running: str
    running_hash: str
    diff: str
    intended: str = ""
    #: Such keys, and those that go with what they belong to; by their lines, without the keys.
    keys_kept: tuple[str, ...] = ()
    keys_removed: tuple[str, ...] = ()


def text_hash(text: str) -> str:
    """SHA-256 of a device's text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def dry_run(
    task: Task,
    intended: str,
    keep: bool = False,
    ports: tuple[str, ...] = (),
    provisioned: bool = False,
) -> TaskResult[DryRun]:
    """Load `intended`, let the device check it, and compare. Result: DryRun.

    With `keep` the candidate stays loaded for a commit in the same session; it was compared
    when it was planned, so only what the device runs now is reported, and no diff. One that is
    `provisioned` most likely runs `intended` already: it is read first, and has nothing to check
    where it does.

    Raises:
        PortMissingError: the device has not all ports that `intended` is for.
    """
    device = answering(task)
    if provisioned and not device.diff_to(intended):
        running = device.compared_text
        same = DryRun(running, text_hash(running), "", intended)
        return TaskResult(task.host, same, diff="")
    device.load_replace_candidate(config=intended)
    _refuse_missing_ports(device)
    diff = "" if keep else _compared(device)
    running = device.compared_text
    keys = KeptKeys(intended)
    if diff:
        keys = keep_lines(running, intended, task.host.platform, ports)
        if keys.text != intended:
            device.load_replace_candidate(config=keys.text)
            diff = _compared(device)
            if device.compared_text != running:
                # it changed between the two: what is kept was read from the first
                raise RuntimeError("its configuration changed while it was read; plan again")
    answer = DryRun(running, text_hash(running), diff, keys.text, keys.kept, keys.gone)
    return TaskResult(task.host, answer, diff=diff)


class PortMissingError(EgovnetError):
    """A configuration is for a port that its device does not have."""

    exit_code = 5


def _refuse_missing_ports(device: TransactionalDriver) -> None:
    """Refuse the candidate, and forget it, where its device could not carry it out.

    Raises:
        PortMissingError: with the ports, and what to do.
    """
    missing = device.missing_ports if isinstance(device, KnowsPorts) else ()
    if missing:
        device.discard_config()
        raise PortMissingError(
            f"the router has no {', '.join(missing)} -> correct the port in the inventory, or have "
            "the port put in (a lab boots with new ones: egovnet lab up --reconfigure)"
        )


def _compared(device: TransactionalDriver) -> str:
    """The device's diff to the candidate, which is forgotten."""
    try:
        if isinstance(device, ComparesAtLoad):
            return device.compared_diff
        return device.compare_config()
    finally:
        device.discard_config()

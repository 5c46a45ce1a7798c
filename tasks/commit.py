"""Commit a device's intended text, to be undone by the device itself unless confirmed."""

import time

from nornir.core.task import Task

from egovnet.tasks.device import Deadline, driver, seconds_until
from egovnet.tasks.driver import CommitStage, CommitState, TransactionalDriver
from egovnet.tasks.napalm_errors import napalm_errors
from egovnet.tasks.task_result import TaskResult

#: Key of a host's data: an earlier worker died while it was at this task on this host.
TAKEN_UP = "taken-up"
_POLL = 0.2


def commit(
    task: Task, change_id: str, deadline: Deadline, message: str, intended: str
) -> TaskResult[None]:
    """Commit the prepared candidate under `change_id`; undone at `deadline`.

    The id is the controller's, so that whoever recovers can ask for exactly this commit. The
    deadline is the same for all devices, however long each waits for its turn: where the
    controller dies, they go back together.

    Where the candidate was prepared in another session, `intended` is loaded again. What a worker
    that died has begun is not pushed again: its commit is carried to where this one would be.

    Raises:
        napalm exceptions: the device refuses, is not reached, or has the commit undone.
    """
    device, errors = driver(task), napalm_errors()
    taken_up = bool(task.host.get(TAKEN_UP))
    try:
        found = _carried_on(device, change_id, deadline, intended) if taken_up else None
        if found is None or found.state == CommitStage.NONE:
            try:
                _push(device, change_id, deadline, message, intended)
            except (errors.CommitError, errors.LockError):
                # One that the dead worker had sent may begin after we looked, and bar ours.
                if not taken_up or not _kept(_carried_on(device, change_id, deadline, intended)):
                    raise
        elif not _kept(found):
            reason = f" ({found.reason})" if found.reason else ""
            raise errors.CommitError(
                f"the worker that made commit {change_id} died, and the commit is "
                f"{found.state}{reason}"
            )
    finally:
        device.discard_config()
    return TaskResult(task.host, None, changed=True)


def _push(
    device: TransactionalDriver, change_id: str, deadline: Deadline, message: str, intended: str
) -> None:
    if not device.holds_candidate:
        device.load_replace_candidate(config=intended)
    device.commit_as(change_id)
    device.commit_config(message=message, revert_in=seconds_until(deadline))


def _carried_on(
    device: TransactionalDriver, change_id: str, deadline: Deadline, intended: str
) -> CommitState:
    """The commit's state, once it is at work no more; what is applied is accepted.

    Raises:
        CommitError: what was applied is not what was intended, and is taken back.
    """
    found = device.commit_state(change_id)
    while found.state == CommitStage.APPLYING and time.monotonic() < deadline:
        time.sleep(_POLL)
        found = device.commit_state(change_id)
    if found.state == CommitStage.APPLIED:
        device.load_replace_candidate(config=intended)
        found = device.adopt_commit(change_id, seconds_until(deadline))
    return found


def _kept(found: CommitState) -> bool:
    return found.state in (CommitStage.PENDING, CommitStage.CONFIRMED)

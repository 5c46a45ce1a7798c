"""Commits by the ids their controller chose: what became of one, extend, confirm, undo it.

A controller that changes many routers at once chooses an id before it commits. Whoever recovers
after it, asks each router for exactly that commit, and never touches another's.
"""

from __future__ import annotations

import re

from napalm.base.exceptions import CommandErrorException, LockError

from napalm_frr.change.agent import Agent, Answer
from napalm_frr.change.commit import CommitStage, CommitState, owner_name
from napalm_frr.errors import CommitNotPending, RouterNotRestored, answer_of
from napalm_frr.text.sanitize import hide_secrets

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_GOING_BACK_SECONDS = 300.0


def check_id(change_id: str) -> str:
    """The id itself; ValueError unless it is 1 to 64 letters, digits and `._-`, but no path."""
    if not _ID.fullmatch(change_id) or change_id in (".", ".."):
        raise ValueError(
            f"{change_id!r} is no commit id: 1 to 64 of A-Z a-z 0-9 . _ - are, except '.' and '..'"
        )
    return change_id


def commit_state(device: str, agent: Agent, change_id: str) -> CommitState:
    """What became of a commit; `none` when the router never began it."""
    answer = agent.call("state", check_id(change_id), timeout=_GOING_BACK_SECONDS)
    return _state_of(device, answer, change_id)


def extend(device: str, agent: Agent, change_id: str, seconds: int) -> CommitState:
    """Set a pending commit's timer to `seconds` from now.

    Raises:
        CommitNotPending: it is not pending.
        ValueError: `seconds` is not at least 1.
    """
    check_id(change_id)
    if seconds < 1:
        raise ValueError(f"a timer of {seconds} s is not one: at least 1 s is")
    answer = agent.call("extend", change_id, str(int(seconds)), timeout=_GOING_BACK_SECONDS)
    state = _state_of(device, answer, change_id)
    if state.state is not CommitStage.PENDING:
        raise CommitNotPending(f"{device}: not extended: {_described(state)}")
    return state


def confirm(device: str, agent: Agent, change_id: str) -> None:
    """Make a pending commit permanent; nothing is to do when it is.

    Raises:
        CommitNotPending: it is neither pending nor confirmed.
    """
    answer = agent.call("confirm", check_id(change_id), timeout=_GOING_BACK_SECONDS)
    if answer.status == "not-pending":
        state = _state_of(device, answer, change_id, answer.fields.get("state", "none"))
        raise CommitNotPending(f"{device}: not confirmed: {_described(state)}")
    if answer.status != CommitStage.CONFIRMED:
        raise CommandErrorException(f"{device}: its agent answered {answer.status!r} to confirm")


def accept(device: str, agent: Agent, change_id: str, seconds: int) -> CommitState:
    """Accept an applied commit, whoever applied it; it is pending for `seconds` from then on.

    Raises:
        CommitNotPending: it is neither pending nor confirmed.
    """
    answer = agent.call("accept", check_id(change_id), str(seconds), timeout=_GOING_BACK_SECONDS)
    state = _state_of(device, answer, change_id)
    if state.state is not CommitStage.PENDING:
        raise CommitNotPending(f"{device}: not accepted: {_described(state)}")
    return state


def roll_back(device: str, agent: Agent, change_id: str) -> CommitState:
    """Take back exactly this commit when it is applied, pending or an orphan; the state after it.

    Raises:
        RouterNotRestored: its state is `broken`.
        LockError: another writer is at work.
    """
    answer = agent.call("rollback", owner_name(), check_id(change_id), timeout=_GOING_BACK_SECONDS)
    if answer.status == "locked":
        raise LockError(f"{device}: {answer.text('owner').strip()} is writing to it")
    state = _state_of(device, answer, change_id)
    if state.state is CommitStage.BROKEN:
        raise RouterNotRestored(f"{device}: THE ROUTER IS NOT AS IT WAS: {_described(state)}")
    return state


def _state_of(
    device: str, answer: Answer, change_id: str, status: str | None = None
) -> CommitState:
    status = status or answer.status
    try:
        stage = CommitStage(status)
    except ValueError as error:
        raise CommandErrorException(
            f"{device}: its agent answered {status!r} about commit {change_id}"
        ) from error
    reasons = (answer.text(name).strip() for name in ("reason", "mended", "trouble"))
    with answer_of(device):
        left = max(0, int(answer.fields.get("left", "0"))) if stage is CommitStage.PENDING else 0
    return CommitState(
        id=change_id,
        state=stage,
        seconds_left=left,
        owner=answer.text("owner").strip(),
        reason=hide_secrets(": ".join(reason for reason in reasons if reason)),
    )


def _described(state: CommitState) -> str:
    if state.state is CommitStage.NONE:
        return f"the router never began commit {state.id}"
    reason = f" ({state.reason})" if state.reason else ""
    return f"commit {state.id} is {state.state}{reason}"

"""Commit a candidate through the router's agent, with all guards; see the package's docstring."""

from __future__ import annotations

import functools
import getpass
import os
import re
import secrets
import socket
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

from napalm.base.exceptions import (
    CommandTimeoutException,
    CommitError,
    ConnectionClosedException,
    LockError,
)

from napalm_frr.change.agent import Agent, Answer
from napalm_frr.delta.candidate import Loaded
from napalm_frr.delta.delta import compute_delta
from napalm_frr.delta.native_diff import diff_states
from napalm_frr.delta.remade import remade
from napalm_frr.delta.vtysh_script import (
    Rejection,
    Script,
    rejections,
    write_contexts,
    write_scripts,
)
from napalm_frr.errors import (
    AgentRefusal,
    AnswerError,
    CommitNotPending,
    CommitPending,
    CommitUndone,
    DaemonDeadError,
    DeviceStorageError,
    RouterNotRestored,
    SessionLostInCommit,
    answer_of,
)
from napalm_frr.text.device_state import DeviceState, not_whole, state_from_texts
from napalm_frr.text.device_text import DeviceText
from napalm_frr.text.ifreload_output import complaints
from napalm_frr.text.linux_fault import LinuxFault
from napalm_frr.text.sanitize import hide_secrets

#: How long the router waits for the controller's verdict on what it applied, before it goes back.
ACCEPT_SECONDS = 30
#: Passes that may follow the first when the router reads back otherwise than the candidate.
CORRECTIONS = 2
_NOTHING = DeviceText("", "", "")
_STEP = re.compile(
    r"^(\S+) (\d{1,12}(?:\.\d+)?) (\d{1,12}(?:\.\d+)?) \d+$", re.ASCII | re.MULTILINE
)


class CommitStage(StrEnum):
    """How far a commit is on its router."""

    #: Never begun, or older than the eight commits that the router keeps.
    NONE = "none"
    APPLYING = "applying"
    #: Waits for the controller's verdict on what was read back, `accept_seconds` at most.
    APPLIED = "applied"
    #: Waits for its confirmation until its timer fires.
    PENDING = "pending"
    UNDOING = "undoing"
    UNDONE = "undone"
    #: Permanent: the router starts with it, too.
    CONFIRMED = "confirmed"
    #: Neither done nor undone: a person must look at the router.
    BROKEN = "broken"
    #: Open, and its process on the router was killed: nothing but a rollback will end it.
    ORPHAN = "orphan"


@dataclass(frozen=True)
class CommitState:
    """What a router says of one commit."""

    id: str
    state: CommitStage
    #: Until it goes back by itself; 0 unless it is pending.
    seconds_left: int
    #: Who made it: user, host, process and message; "" when the router never began it.
    owner: str
    #: Why it is so, "" where nothing is to be said; holds no secret.
    reason: str


@dataclass(frozen=True)
class Step:
    """A step of a commit as the router timed it."""

    name: str
    seconds: float


def owner_name() -> str:
    """Who holds a router's lock: user, host and process of the controller."""
    return f"{_user_and_host()}:{os.getpid()}"


def _one_line(words: str) -> str:
    """The words as the agent takes them: one line, at most 1,000 octets."""
    printable = "".join(c if c.isprintable() and c != "\\" else " " for c in words).strip()
    return printable.encode()[:1000].decode(errors="ignore")


@functools.cache
def _user_and_host() -> str:
    return f"{getpass.getuser()}@{socket.gethostname()}"


def new_change_id() -> str:
    """Sorts by time; also the name of the change's directory on the router."""
    return f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{secrets.token_hex(3)}"


class Committer:
    """One commit of one candidate to one router."""

    def __init__(
        self,
        device: str,
        agent: Agent,
        guard: Callable[[DeviceState, DeviceState, str], None],
        *,
        accept_seconds: int = ACCEPT_SECONDS,
        change_id: str | None = None,
        spared: Collection[str] = (),
    ) -> None:
        """`spared`: interfaces that are never taken away to be made anew."""
        self._spared = spared
        #: What was sent to the router, and what it ran before.
        self._given = self._before = _NOTHING
        self._accept_seconds = accept_seconds
        self._device = device
        self._agent = agent
        self._guard = guard
        self._timeout = 300.0
        self.change = change_id or new_change_id()
        self.steps: tuple[Step, ...] = ()

    def commit(
        self, loaded: Loaded, running: DeviceState, revert_in: int | None, message: str
    ) -> None:
        """Apply, read back, compare, correct, and accept or send back.

        Raises:
            LockError, CommitPending, CommitUndone, RouterNotRestored, SessionLostInCommit: see
                `errors`.
            DeviceStorageError: the router has no room for what a commit writes; nothing was done.
            CommitError: the router knows a commit of this id already.
        """
        try:
            answer, candidate, script = self._apply(loaded, running, message)
            try:
                self._check_read_back(answer, candidate, script)
                answer = self._call("accept", self.change, str(revert_in or 0))
            except (
                DeviceStorageError,
                AgentRefusal,
                AnswerError,
            ) as error:  # applied: only going back
                # needs no room
                self._send_back(str(error).removeprefix(f"{self._device}: "), "it is not taken")
        except (ConnectionClosedException, CommandTimeoutException) as error:
            raise SessionLostInCommit(
                f"{self._device}: the session was lost in the middle of commit {self.change}; "
                f"the router goes back by itself within {self._accept_seconds} s unless it had "
                "accepted the commit: ask has_pending_commit() and compare_config() in a new "
                "session"
            ) from error
        if answer.status != ("pending" if revert_in else "confirmed"):
            self._raise_undone(answer, "")
        self.steps = steps_of(answer)

    def _apply(
        self, loaded: Loaded, running: DeviceState, message: str
    ) -> tuple[Answer, DeviceState, Script]:
        for _ in range(3):
            candidate = loaded.against(running)
            again = remade(running, candidate, self._spared)
            forward = compute_delta(running.frr, candidate.frr, again)
            linux = not candidate.same_interfaces(running) or bool(running.faults)
            self._given, self._before = candidate.text, running.text
            withdraw, provide = write_scripts(forward, linux_between=linux)
            answer = self._call(
                "commit",
                self.change,
                str(self._accept_seconds),
                running.fingerprint,
                _one_line(f"{owner_name()} {message}"),
                files=_files(running, candidate, withdraw, provide, again, linux=linux),
            )
            if answer.status != "moved":
                break
            if missing := not_whole(answer.texts):
                raise CommitError(f"{self._device}: {missing}; nothing was done")
            with answer_of(self._device):
                running = state_from_texts(answer.texts)
            if dead := running.dead_for(loaded.against(running).frr):
                raise DaemonDeadError(self._device, dead)
            self._guard(running, loaded.against(running), answer.fields.get("server", ""))
        if answer.status == "locked":
            raise LockError(
                f"{self._device}: {answer.text('owner').strip() or 'somebody'} has been writing "
                f"to it for {answer.fields.get('age', '?')} s; try again"
            )
        if answer.status == "busy":
            raise CommitPending(
                f"{self._device}: commit {answer.fields.get('change', '?')} of "
                f"{answer.text('owner').strip()} is {answer.fields.get('state', '?')}; "
                "confirm it or roll it back first"
            )
        if answer.status == "failed":
            raise CommitError(
                f"{self._device}: its configuration cannot be read, and nothing was done: "
                f"{answer.text('error').strip()}"
            )
        if answer.status == "known":
            raise CommitError(
                f"{self._device}: there was a commit {self.change} already, it is "
                f"{answer.fields.get('state', '?')}; an id is used once"
            )
        if answer.status == "moved":
            raise CommitError(
                f"{self._device}: its configuration keeps changing meanwhile; nothing was done"
            )
        return answer, candidate, provide

    def _check_read_back(self, answer: Answer, candidate: DeviceState, script: Script) -> None:
        """Return when the router holds the candidate; else correct it, at last send it back and
        raise.
        """
        faults: tuple[LinuxFault, ...] = ()
        for attempt in range(CORRECTIONS + 1):
            if answer.status != "applied":
                self._raise_undone(answer, "")
            if missing := not_whole(answer.texts):
                self._send_back(missing, "it cannot be read back")
            with answer_of(self._device):
                after = state_from_texts(answer.texts)
            if dead := after.dead_for(candidate.frr):
                ended = f"{' and '.join(dead)} ended while it was applied"
                self._send_back(ended, ended)
            if after.same(candidate) and not after.faults:
                return
            refused = [
                rejection
                for rejection in rejections(answer.text("provide.out"), answer.text("provide.err"))
                if rejection.line is None or rejection.line > script.tolerant
            ]
            if refused:
                self._send_back(f"the router refused {_describe(refused, script)}")
            if attempt == CORRECTIONS or (after.faults and after.faults == faults):
                break  # Linux that did not move in one more try will not in the next
            faults = after.faults
            if attempt == 0 or after.faults:
                again = remade(after, candidate, self._spared)
                delta = compute_delta(after.frr, candidate.frr, again)
                withdraw, script = write_scripts(delta, linux_between=bool(after.faults))
                files = {"withdraw": withdraw.text, "provide": script.text}
                if after.faults:
                    files |= {"new.interfaces": candidate.text.interfaces, "again": ""}
                    files["remade"] = _list(again)
                answer = self._call("correct", self.change, files=files)
            else:
                answer = self._call("reload", self.change)
        difference = hide_secrets(diff_states(after, candidate))
        self._send_back(
            f"after {attempt} corrections it still reads back otherwise than the "
            f"candidate:\n{difference}"
        )

    def _send_back(
        self, reason: str, told: str = "the read-back differs from the candidate"
    ) -> None:
        answer = self._call("abort", self.change, told)
        self._raise_undone(answer, reason)

    def _raise_undone(self, answer: Answer, reason: str) -> None:
        """Turn the end of a commit that did not hold into its error."""
        self.steps = steps_of(answer)
        said = answer.text("reason").strip() or "the router did not take it"
        parts = [reason or said]
        if not reason and (lines := complaints(answer.text("linux.out"), self._given)):
            parts.append("; ".join(lines))
        parts.append(answer.text("mended").strip())
        why = hide_secrets(": ".join(part for part in parts if part))
        if answer.status == "undone":
            raise CommitUndone(
                f"{self._device}: commit {self.change}: {why}. The router is back as it was."
            )
        trouble = _trouble(answer, self._before)
        # what happened, and not how the router is: whoever reads it may have taken it back since
        broken = answer.status == CommitStage.BROKEN
        then = "THE ROUTER DID NOT GO BACK" if broken else "Nobody saw the router go back"
        raise RouterNotRestored(
            f"{self._device}: commit {self.change}: {why}. {then}: {trouble};"
            " see /var/lib/egovnet/log on it"
        )

    def _call(self, verb: str, *arguments: str, files: dict[str, str] | None = None) -> Answer:
        return self._agent.call(verb, *arguments, files=files, timeout=self._timeout)


def confirm(device: str, agent: Agent, change: str | None) -> None:
    """Make a pending commit permanent.

    Raises:
        CommitNotPending: there is none to confirm, or none any more.
    """
    answer = agent.call("confirm", *([change] if change else []))
    if answer.status == "confirmed" and "already" not in answer.fields:
        return
    what = answer.fields.get("change", "")
    reason = answer.text("reason").strip()
    state = answer.fields.get("state", answer.status)
    if not what:
        raise CommitNotPending(f"{device}: nothing to confirm: there was no commit")
    raise CommitNotPending(
        f"{device}: nothing to confirm: commit {what} is {state}{f' ({reason})' if reason else ''}"
    )


def roll_back(device: str, agent: Agent) -> None:
    """Undo the pending commit, else the last one.

    Raises:
        RouterNotRestored: it did not work.
        LockError: another writer is at work.
        CommitError: there is nothing to undo.
    """
    answer = agent.call("rollback", owner_name(), timeout=300.0)
    if answer.status == "undone":
        return
    if answer.status == "nothing":
        raise CommitError(f"{device}: there is no commit to roll back")
    if answer.status == "locked":
        raise LockError(f"{device}: {answer.text('owner').strip()} is writing to it")
    trouble = _trouble(answer)
    raise RouterNotRestored(f"{device}: the rollback did not lead back to the snapshot: {trouble}")


def _trouble(answer: Answer, before: DeviceText = _NOTHING) -> str:
    """Why a router is not as it was, and what Linux said of the way back to `before`."""
    trouble = answer.text("trouble").strip() or f"its state is {answer.status!r}"
    lines = complaints(answer.text("undo-linux.out"), before)
    lines += complaints(answer.text("check.out"), before)
    return hide_secrets("; ".join((trouble, *lines)))


def steps_of(answer: Answer) -> tuple[Step, ...]:
    """The router's own timing of a commit's steps."""
    steps = []
    # what is no step's line is passed over: it is not what the commit ended by
    for name, begin, finish in _STEP.findall(answer.text("steps")):
        steps.append(Step(name, round(float(finish) - float(begin), 2)))
    return tuple(steps)


def _files(
    running: DeviceState,
    candidate: DeviceState,
    withdraw: Script,
    provide: Script,
    again: frozenset[str],
    *,
    linux: bool,
) -> dict[str, str]:
    """What the agent needs to apply, to correct and to go back alone."""
    backwards = compute_delta(candidate.frr, running.frr, again)
    back, back_again = write_scripts(backwards, linux_between=linux)
    files = {
        "withdraw": withdraw.text,
        "provide": provide.text,
        "undo.withdraw": back.text,
        "undo.provide": back_again.text,
        "new.frr": _whole_frr(candidate),
    }
    if linux:
        files["new.interfaces"] = candidate.text.interfaces
    if not candidate.same_filter(running):
        files["new.filter"] = candidate.text.filter
    if again:
        files |= {"remade": _list(again), "undo.remade": _list(again)}
    if candidate.text.hostname != running.text.hostname:
        files["new.hostname"] = f"{candidate.text.hostname}\n"
    return files


def _list(names: frozenset[str]) -> str:
    return "".join(f"{name}\n" for name in sorted(names))


def _whole_frr(candidate: DeviceState) -> str:
    """The candidate's FRR text for `frr-reload.py`; contexts are written canonically."""
    return (
        f"frr defaults traditional\nhostname {candidate.text.hostname}\n"
        + write_contexts(candidate.frr).text
    )


def _describe(refused: list[Rejection], script: Script) -> str:
    parts = []
    for rejection in refused[:5]:
        command = script.commands.get(rejection.line or -1)
        where = f" in {' / '.join(command.path)!r}" if command and command.path else ""
        parts.append(f"{rejection}{where}")
    more = f" and {len(refused) - 5} more" if len(refused) > 5 else ""
    return "; ".join(parts) + more

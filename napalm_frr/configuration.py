"""NAPALM's configuration methods: load, compare, commit, confirm, roll back."""

from __future__ import annotations

import errno
import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from napalm.base.exceptions import (
    CommandErrorException,
    CommitError,
    MergeConfigException,
    ReplaceConfigException,
)

from napalm_frr.change import commit, commit_ids
from napalm_frr.change.agent import Agent, Answer
from napalm_frr.change.management_guard import management_names, refuse_management_change
from napalm_frr.delta.candidate import Loaded
from napalm_frr.delta.native_diff import diff_states
from napalm_frr.errors import (
    AgentRefusal,
    CommitPending,
    CommitUndone,
    DaemonDeadError,
    DeviceTextError,
    RouterNotRestored,
    answer_of,
)
from napalm_frr.text import device_text
from napalm_frr.text.device_state import DeviceState, check_text, not_whole, state_from_texts
from napalm_frr.text.device_text import DeviceText
from napalm_frr.text.sanitize import hide_secrets

_AT_LINE = re.compile(r"^line (\d+): % (.*?)(?:\[\d+\])?: (.*)$", re.MULTILINE)
_DEFAULTS = re.compile(r"^frr defaults (\S+)", re.MULTILINE)


class ConfigurationMethods:
    """Mixed into the driver, which gives it the agent and the options."""

    hostname: str
    _agent: Agent
    _options: dict[str, Any]

    def __init__(self) -> None:
        self._loaded: Loaded | None = None
        self._running: DeviceState | None = None
        #: What this session's router is managed through, as last seen.
        self._managed: frozenset[str] = frozenset()
        #: Texts that this session's router has checked and taken.
        self._checked: set[tuple[str, str, str]] = set()
        self._change: str | None = None
        self._next_id: str | None = None
        #: What the router timed in the last commit: step names and seconds.
        self.last_commit_steps: tuple[commit.Step, ...] = ()

    def load_replace_candidate(
        self, filename: str | None = None, config: str | None = None
    ) -> None:
        """Load a whole text (a file's, when both are given) as what the router is to have.

        The router checks it at once (`vtysh -C`), a text that it has taken in this session not
        again; nothing is changed.

        Raises:
            ReplaceConfigException: it refuses; has the line of the text and the line's own words.
            DaemonDeadError: a daemon that the text needs does not run.
        """
        self._loaded = None
        source = _read(filename, config, ReplaceConfigException)
        try:
            text = device_text.split(source)
            check_text(text)
            self._check_on_router(text, Loaded(text))
        except DeviceTextError as error:
            raise ReplaceConfigException(f"{self.hostname}: {_at(error, source)}") from error
        self._loaded = Loaded(text)

    def load_merge_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Load a fragment to be added to the running configuration, or to what is loaded already.

        Any part may be missing; without marks the text is FRR's.

        Raises:
            MergeConfigException: the router refuses it.
            DaemonDeadError: a daemon that the whole needs does not run.
        """
        source = _read(filename, config, MergeConfigException)
        before = self._loaded or Loaded(None)
        try:
            text = device_text.split_fragment(source)
            loaded = Loaded(before.replacement, (*before.fragments, text))
            self._check_on_router(text, loaded)
        except DeviceTextError as error:
            raise MergeConfigException(f"{self.hostname}: {_at(error, source)}") from error
        self._loaded = loaded

    def compare_config(self) -> str:
        """The native diff of running and candidate, `""` when they mean the same or none is loaded.

        `+ ` lines come, `- ` lines go, each under its context; secrets are shown, as NAPALM does.
        """
        if self._loaded is None:
            return ""
        return self._diff(self._loaded, self._read_state())

    @property
    def compared_diff(self) -> str:
        """The diff of the candidate and what the router ran when it was loaded, as
        `compare_config` shows it; "" when none is loaded. Asks nothing.
        """
        if self._loaded is None or self._running is None:
            return ""
        return self._diff(self._loaded, self._running)

    @property
    def missing_ports(self) -> tuple[str, ...]:
        """Ports that the candidate needs and the router did not have when it was loaded: a commit
        of it would be undone. Asks nothing.
        """
        if self._loaded is None or self._running is None:
            return ()
        candidate = self._loaded.against(self._running)
        return self._running.ports_missing_for(candidate.interfaces)

    @staticmethod
    def _diff(loaded: Loaded, running: DeviceState) -> str:
        candidate = loaded.against(running)
        return "" if running.same(candidate) else diff_states(running, candidate)

    def discard_config(self) -> None:
        """Forget the candidate; the router never knew it."""
        self._loaded = None

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Make the candidate the running configuration, or leave the router as it was.

        With `revert_in` (seconds) the router goes back by itself unless `confirm_commit` comes in
        time, from any session; what starts at boot changes only then. `message` goes to the
        router's log.

        An id given to `commit_as` serves once: it is forgotten when the router has dealt with it.

        Raises:
            CommitError: nothing is loaded; or one of its kinds: CommitPending, CommitUndone,
                RouterNotRestored, SessionLostInCommit.
            LockError: another writer is at work.
        """
        if self._loaded is None:
            raise CommitError(f"{self.hostname}: no candidate is loaded")
        if revert_in is not None and revert_in < 1:
            raise CommitError(f"{self.hostname}: revert_in is {revert_in}, not at least 1 second")
        running = self._running or self._read_state()
        # a commit that somebody will ask for by its id is made even when it changes nothing
        if (
            revert_in is None
            and self._next_id is None
            and running.same(self._loaded.against(running))
        ):
            running = (
                self._read_state()
            )  # what we know may be old: ask before saying nothing is to do
            if running.same(self._loaded.against(running)):
                if self.has_pending_commit():
                    raise CommitPending(
                        f"{self.hostname}: an earlier commit is pending; confirm it or roll it "
                        "back first"
                    )
                self._loaded = None
                return
        committer = commit.Committer(
            self.hostname,
            self._agent,
            self._guard,
            # without us it goes back when its timer would end: with all others of a change
            accept_seconds=int(
                self._options.get("accept_seconds", revert_in or commit.ACCEPT_SECONDS)
            ),
            change_id=self._next_id,
            spared=self._managed,
        )
        try:
            committer.commit(self._loaded, running, revert_in, message)
            self._next_id = None
        except (CommitUndone, RouterNotRestored):
            self._next_id = None
            raise
        finally:
            self._running = None
            self.last_commit_steps = committer.steps
        self._loaded = None
        self._change = committer.change if revert_in else None

    def confirm_commit(self) -> None:
        """Make the pending commit permanent, this session's or, in a new session, whichever is
        pending.

        Raises:
            CommitNotPending: there is none, above all when its timer has fired already.
        """
        commit.confirm(self.hostname, self._agent, self._change)
        self._change = None

    def has_pending_commit(self) -> bool:
        """Whether the router holds a commit that waits for its confirmation, whoever made it."""
        return self._agent.call("status").status == "pending"

    def rollback(self) -> None:
        """Undo the pending commit and stop its timer; without one, undo the last commit,
        permanently.

        Raises:
            CommitError: there is nothing to undo.
            RouterNotRestored: it did not work.
        """
        self._running = None
        self._change = None
        commit.roll_back(self.hostname, self._agent)

    @property
    def commit_as(self) -> Callable[[str], None]:
        """`commit_as(change_id)`: the next `commit_config` is known to the router by this id.

        1 to 64 letters, digits and `._-` (ValueError); an id is used once per router.
        """
        return functools.partial(_commit_as, self)

    @property
    def commit_state(self) -> Callable[[str], commit.CommitState]:
        """`commit_state(change_id)`: what became of that commit on this router."""
        return functools.partial(commit_ids.commit_state, self.hostname, self._agent)

    @property
    def holds_candidate(self) -> bool:
        """Whether a candidate is loaded. Asks nothing."""
        return self._loaded is not None

    @property
    def adopt_commit(self) -> Callable[[str, int], commit.CommitState]:
        """`adopt_commit(change_id, seconds)`: accept a commit whose controller died before it did.

        The loaded candidate is what it was to lead to. The router is read back first: where
        it differs, the commit is taken back.

        Raises:
            CommitError: nothing is loaded; or one of its kinds: CommitUndone, CommitNotPending.
            RouterNotRestored: it is to be undone and cannot be.
        """
        return functools.partial(_adopt_commit, self)

    @property
    def extend_commit(self) -> Callable[[str, int], commit.CommitState]:
        """`extend_commit(change_id, seconds)`: a pending commit goes back that much from now.

        Raises:
            CommitNotPending: it says what it is; its timer was not changed.
        """
        return functools.partial(commit_ids.extend, self.hostname, self._agent)

    @property
    def confirm_change(self) -> Callable[[str], None]:
        """`confirm_change(change_id)`: make that commit permanent; may be asked again.

        Raises:
            CommitNotPending: it is neither pending nor confirmed.
        """
        return functools.partial(commit_ids.confirm, self.hostname, self._agent)

    @property
    def roll_back_change(self) -> Callable[[str], commit.CommitState]:
        """`roll_back_change(change_id)`: undo that commit if it is open, or broken and the last
        one; never another.

        Returns the state after it: `undone`, or what it is and stays (`confirmed`, `none`).

        Raises:
            RouterNotRestored: it could not be undone.
            LockError: another writer is at work.
        """
        return functools.partial(_roll_back_change, self)

    def _read_state(self) -> DeviceState:
        return self._state_of(self._agent.call("read"))

    def _state_of(self, answer: Answer) -> DeviceState:
        if answer.status != "ok":
            raise CommandErrorException(
                f"{self.hostname}: cannot read its configuration: {answer.text('error').strip()}"
            )
        if missing := not_whole(answer.texts):
            raise CommandErrorException(f"{self.hostname}: {missing}")
        with answer_of(self.hostname):
            self._running = state_from_texts(answer.texts)
        return self._running

    def _check_on_router(self, text: DeviceText, loaded: Loaded) -> None:
        """Let vtysh check the FRR part, and see that the candidate spares what manages the
        router.
        """
        if (text.frr, text.interfaces, text.filter) in self._checked:
            answer = self._agent.call("read")
            running = self._state_of(answer)
        else:
            answer = self._check_by_agent(text)
            running = self._state_of(answer)
            self._refuse_unchecked(text, answer)
            self._checked.add((text.frr, text.interfaces, text.filter))
        defaults = _DEFAULTS.search(text.frr)
        has = _DEFAULTS.search(running.text.frr)
        if defaults and has and defaults.group(1) != has.group(1):
            raise DeviceTextError(
                f"'frr defaults {defaults.group(1)}': the router has {has.group(1)!r}, which "
                "only a restart of FRR changes"
            )
        candidate = loaded.against(running)
        if loaded.fragments:
            check_text(candidate.text)
        if dead := running.dead_for(candidate.frr):
            raise DaemonDeadError(self.hostname, dead)
        self._guard(running, candidate, answer.fields.get("server", ""))

    def _check_by_agent(self, text: DeviceText) -> Answer:
        files = {"candidate": text.frr, "new.interfaces": text.interfaces}
        if text.filter:
            files["new.filter"] = text.filter
        try:
            return self._agent.call("check", files=files)
        except AgentRefusal as refusal:
            first = {
                "candidate": text.frr_line,
                "new.interfaces": text.interfaces_line,
                "new.filter": text.filter_line,
            }
            if refusal.file == "new.filter" and not refusal.line:
                raise DeviceTextError(refusal.reason) from refusal
            if not refusal.line or refusal.file not in first:
                raise
            line = first[refusal.file] + refusal.line - 1
            raise DeviceTextError(refusal.reason, line) from refusal

    @staticmethod
    def _refuse_unchecked(text: DeviceText, answer: Answer) -> None:
        """Raise DeviceTextError for what vtysh's own check found."""
        bad = _AT_LINE.search(answer.text("check.err"))
        if bad is not None:
            number, why, line = bad.groups()
            raise DeviceTextError(f"{why}: {hide_secrets(line)!r}", int(number) + text.frr_line - 1)
        if answer.fields.get("result") != "0":
            printed = (answer.text("check.err") + answer.text("check.out")).strip()
            raise DeviceTextError(f"vtysh refuses it: {hide_secrets(printed)}")

    def _guard(self, running: DeviceState, candidate: DeviceState, server: str) -> None:
        protected = self._options.get("management_interfaces", ("eth0", "mgmt"))
        self._managed = management_names(running, server, protected)
        if not self._options.get("allow_management_change", False):
            refuse_management_change(running, candidate, server, protected)


def _commit_as(driver: ConfigurationMethods, change_id: str) -> None:
    driver._next_id = commit_ids.check_id(change_id)


def _adopt_commit(driver: ConfigurationMethods, change_id: str, seconds: int) -> commit.CommitState:
    if driver._loaded is None:
        raise CommitError(f"{driver.hostname}: no candidate is loaded")
    after = driver._read_state()
    wanted = driver._loaded.against(after)
    if after.faults or not after.same(wanted):
        state = _roll_back_change(driver, change_id)
        raise CommitUndone(
            f"{driver.hostname}: commit {change_id} was left behind half made and is taken back: "
            f"it is {state.state}"
        )
    driver._loaded = driver._running = None
    return commit_ids.accept(driver.hostname, driver._agent, change_id, seconds)


def _roll_back_change(driver: ConfigurationMethods, change_id: str) -> commit.CommitState:
    driver._running = None
    return commit_ids.roll_back(driver.hostname, driver._agent, change_id)


def _read(filename: str | None, config: str | None, error: type[Exception]) -> str:
    if filename:
        try:
            if not Path(filename).is_file():  # a FIFO would be waited for
                raise FileNotFoundError(errno.ENOENT, "no such file", filename)
            return Path(filename).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise error(f"cannot read {filename}: {problem}") from problem
    if config is None:
        raise error("neither a file nor a text was given")
    return config


def _at(error: DeviceTextError, source: str) -> str:
    """The error with the words of the line it is about."""
    lines = source.splitlines()
    if error.line is None or not 0 < error.line <= len(lines):
        return str(error)
    words = hide_secrets(lines[error.line - 1]).strip()
    return str(error) if words in str(error) else f"{error} (the line is {words!r})"

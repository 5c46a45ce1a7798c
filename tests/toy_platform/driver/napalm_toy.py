"""A NAPALM driver for toys in memory, with what `egovnet.tasks.driver` asks of a driver.

In a folder of its own: a test puts that on Python's path, and NAPALM finds the driver by its name.
"""

import hashlib
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from napalm.base import base
from napalm.base.exceptions import (
    CommitError,
    ConnectionException,
    LockError,
    ReplaceConfigException,
)

from egovnet.tasks.driver import CommitStage, CommitState, LineChange
from tests.toy_platform.devices import NETWORK, ToyCommit, ToyDevice
from tests.toy_platform.language import HEAD
from tests.toy_platform.lines import diff


@dataclass(frozen=True)
class ToyChange:
    """A line that only one side has."""

    line: str
    sign: str
    part: str = "toy"
    path: tuple[str, ...] = ()
    shared: bool = True


@dataclass(frozen=True)
class ToyComparison:
    """What runs against what is wanted."""

    text: str
    changes: tuple[ToyChange, ...]
    diff: str
    rest: str
    seen: str
    faults: tuple[Any, ...] = ()
    ipsec: str | None = None


class ToyDriver(base.NetworkDriver):
    """A session with a toy."""

    def __init__(
        self,
        hostname: str,
        username: str,
        password: str,
        timeout: int = 60,
        optional_args: dict[str, Any] | None = None,
    ) -> None:
        self.hostname = hostname
        self._toy: ToyDevice | None = None
        self._candidate: str | None = None
        self._compared = ""
        self._id = ""

    @property
    def toy(self) -> ToyDevice:
        """The device, with what is over time gone back."""
        if self._toy is None:
            raise ConnectionException(f"{self.hostname}: no session")
        self._toy.look()
        return self._toy

    def open(self) -> None:
        """Raises ConnectionException where no toy is."""
        if self.hostname not in NETWORK.devices:
            raise ConnectionException(f"{self.hostname}: no answer")
        self._toy = NETWORK.devices[self.hostname]

    def close(self) -> None:
        """End the session."""
        self._toy = None

    # -- a candidate ----------------------------------------------------------------------------

    def load_replace_candidate(
        self, filename: str | None = None, config: str | None = None
    ) -> None:
        """Raises ReplaceConfigException for what is no toy's text, or where the toy refuses."""
        assert config is not None and filename is None
        if not config.startswith(HEAD) or self.toy.refuses:
            raise ReplaceConfigException(self.toy.refuses or "not a toy's configuration")
        self._candidate, self._compared = config, self.toy.running

    def compare_config(self) -> str:
        """Lines of what runs and of the candidate."""
        return diff(self.toy.running, self._candidate or "")

    def discard_config(self) -> None:
        """Forget the candidate."""
        self._candidate = None

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Take the candidate as a whole."""
        toy, change_id = self.toy, self._id
        self._id = ""
        if any(one.state == CommitStage.PENDING for one in toy.commits.values()):
            raise LockError("another commit is pending")
        if change_id and change_id in toy.commits:
            raise CommitError(f"commit {change_id} was made before")
        assert self._candidate is not None
        deadline = time.monotonic() + (revert_in or 0)
        state = CommitStage.PENDING if revert_in else CommitStage.CONFIRMED
        if change_id:
            toy.commits[change_id] = ToyCommit(toy.running, self._candidate, state, deadline)
        toy.running, self._candidate = self._candidate, None
        toy.pushes += 1

    # -- reading --------------------------------------------------------------------------------

    def answers_within(self, seconds: float, /) -> bool:
        """At once."""
        return self.toy is not None

    def run_script(self, script: str, /) -> str:
        """What the toy prints."""
        return NETWORK.run(self.toy, script)

    def watch_labels(self, interfaces: Sequence[str], seconds: int, /) -> str:
        """It has none to show."""
        raise NotImplementedError

    def labels_seen(self, handle: str, /) -> str:
        """It has none to show."""
        raise NotImplementedError

    def recorded_flows(self) -> str:
        """It records none."""
        raise NotImplementedError

    def running_text(self) -> str:
        """What runs."""
        return self.toy.running

    @property
    def compared_text(self) -> str:
        """What the last load or comparison saw."""
        return self._compared

    @property
    def seen_ipsec(self) -> str | None:
        """It has none."""
        return None

    def read_against(
        self, text: Callable[[], str], then: str = "", seen: str = ""
    ) -> ToyComparison:
        """What runs against a text, and what a script prints."""
        running = self.toy.running
        digest = hashlib.sha256(running.encode()).hexdigest()
        rest = self.run_script(then) if then else ""
        if digest == seen:
            return ToyComparison("", (), "", rest, digest)
        shown = diff(running, text())
        changes = tuple(ToyChange(line[1:], line[0]) for line in shown.splitlines())
        return ToyComparison(running, changes, shown, rest, digest)

    def diff_to(self, text: str, /) -> str:
        """What runs against a text."""
        self._compared = self.toy.running
        return diff(self._compared, text)

    def runs_text(self, text: str, /) -> bool:
        """Whether it runs a text."""
        return not self.diff_to(text)

    def text_with(self, text: str, changes: Collection[LineChange], /) -> str:
        """What runs with some changes made, in the order of the text."""
        gone = {change.line for change in changes if change.sign == "-"}
        lines = [line for line in self.toy.running.splitlines() if line not in gone]
        lines += [change.line for change in changes if change.sign == "+"]
        order = {line: number for number, line in enumerate(text.splitlines())}
        lines.sort(key=lambda line: order.get(line, len(order)))
        return "".join(f"{line}\n" for line in lines)

    # -- commits by id --------------------------------------------------------------------------

    @property
    def holds_candidate(self) -> bool:
        """Whether a candidate is loaded."""
        return self._candidate is not None

    def commit_as(self, change_id: str, /) -> None:
        """The next commit's id."""
        self._id = change_id

    def commit_state(self, change_id: str, /) -> CommitState:
        """What became of a commit."""
        return self.toy.commits.get(change_id) or ToyCommit("", "", CommitStage.NONE)

    def adopt_commit(self, change_id: str, seconds: int, /) -> CommitState:
        """A toy's commit is never without its controller's acceptance."""
        return self.commit_state(change_id)

    def extend_commit(self, change_id: str, seconds: int, /) -> CommitState:
        """Set a pending commit's time anew."""
        commit = self._pending(change_id)
        commit.deadline = max(commit.deadline, time.monotonic() + seconds)
        return commit

    def confirm_change(self, change_id: str, /) -> None:
        """Make a commit permanent."""
        if self.commit_state(change_id).state != CommitStage.CONFIRMED:
            self._pending(change_id).state = CommitStage.CONFIRMED

    def roll_back_change(self, change_id: str, /) -> CommitState:
        """Undo a commit that is pending."""
        commit = self.toy.commits.setdefault(change_id, ToyCommit("", "", CommitStage.UNDONE))
        if commit.state == CommitStage.PENDING:
            self.toy.undo(commit)
        return commit

    def _pending(self, change_id: str) -> ToyCommit:
        commit = self.toy.commits.get(change_id)
        if commit is None or commit.state != CommitStage.PENDING:
            raise CommitError(f"commit {change_id} is {commit.state if commit else 'none'}")
        return commit

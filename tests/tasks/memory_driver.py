"""A device in memory that keeps the contract of `egovnet.tasks.driver`: its commits are atomic.

Its configuration is a text whose lines say all, in contexts by indentation; two texts mean the same
when they have the same lines in the same contexts. Scripts are answered by who plays the device.
"""

import difflib
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from napalm.base.exceptions import CommitError, ConnectionException

from egovnet.tasks.driver import CommitStage, LineChange

Line = tuple[tuple[str, ...], str]


@dataclass(frozen=True)
class MemoryCommit:
    """What a device reports of one commit."""

    state: CommitStage
    seconds_left: int = 0
    reason: str = ""


@dataclass(frozen=True)
class MemoryChange:
    """One line that only one side has."""

    path: tuple[str, ...]
    line: str
    sign: str
    shared: bool
    part: str = "configuration"


@dataclass(frozen=True)
class MemoryFault:
    """A device that does not do what its configuration says."""

    subject: str
    words: str
    joins_tables: bool = False
    unowned: bool = False

    def __str__(self) -> str:
        return f"{self.subject}: {self.words}"


@dataclass(frozen=True)
class MemoryComparison:
    """A running configuration against a wanted one."""

    text: str
    changes: tuple[MemoryChange, ...]
    faults: tuple[MemoryFault, ...]
    diff: str
    rest: str = ""
    seen: str = ""
    ipsec: str | None = None


@dataclass
class _Commit:
    before: str
    stage: CommitStage
    #: time.monotonic() at which it is undone; None: it waits for nobody.
    until: float | None


@dataclass
class MemoryDevice:
    """What is left of a device when no session is open. Times are seconds."""

    running: str = ""
    faults: tuple[MemoryFault, ...] = ()
    #: What it answers to a script of its platform.
    answer: Callable[[str], str] = lambda _: ""
    down: bool = False
    commits: dict[str, _Commit] = field(default_factory=dict)

    def now(self) -> None:
        """Timers that ended since it was last asked have fired."""
        for commit in self.commits.values():
            ended = commit.until is not None and time.monotonic() >= commit.until
            if commit.stage is CommitStage.PENDING and ended:
                self.running, commit.stage = commit.before, CommitStage.UNDONE


class MemoryDriver:
    """A session with a MemoryDevice."""

    def __init__(self, device: MemoryDevice, hostname: str = "") -> None:
        self.hostname = hostname
        self._device = device
        self._candidate: str | None = None
        self._next_id = ""
        self.compared_text = ""

    def open(self) -> None:
        self._reached()

    def close(self) -> None:
        self._candidate = None

    def _reached(self) -> MemoryDevice:
        if self._device.down:
            raise ConnectionException(f"{self.hostname}: no answer")
        self._device.now()
        return self._device

    def load_replace_candidate(
        self, filename: str | None = None, config: str | None = None
    ) -> None:
        assert filename is None, "texts are handed over"
        assert config is not None, "texts are handed over"
        self.compared_text = self._reached().running
        self._candidate = config

    def compare_config(self) -> str:
        return "" if self._candidate is None else self.diff_to(self._candidate)

    def discard_config(self) -> None:
        self._candidate = None

    def has_pending_commit(self) -> bool:
        commits = self._reached().commits.values()
        return any(commit.stage is CommitStage.PENDING for commit in commits)

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        device = self._reached()
        if self._candidate is None:
            raise CommitError(f"{self.hostname}: no candidate is loaded")
        if self._next_id in device.commits:
            raise CommitError(f"{self.hostname}: there was a commit {self._next_id} already")
        if self.has_pending_commit():
            raise CommitError(f"{self.hostname}: an earlier commit is pending")
        if self._next_id:
            stage = CommitStage.PENDING if revert_in else CommitStage.CONFIRMED
            until = time.monotonic() + revert_in if revert_in else None
            device.commits[self._next_id] = _Commit(device.running, stage, until)
        device.running, self._candidate, self._next_id = self._candidate, None, ""

    def answers_within(self, seconds: float, /) -> bool:
        return not self._device.down

    def run_script(self, script: str, /) -> str:
        return self._reached().answer(script)

    def watch_labels(self, interfaces: Sequence[str], seconds: int, /) -> str:
        return self._reached().answer(f"watch {seconds} {' '.join(interfaces)}")

    def labels_seen(self, handle: str, /) -> str:
        return self._reached().answer(f"watched {handle}")

    def recorded_flows(self) -> str:
        return self._reached().answer("flows")

    @property
    def seen_ipsec(self) -> str | None:
        return None

    def running_text(self) -> str:
        return self._reached().running

    def read_against(
        self, text: Callable[[], str], then: str = "", seen: str = ""
    ) -> MemoryComparison:
        device = self._reached()
        rest = device.answer(then) if then else ""
        digest = f"{hash((device.running, device.faults)):x}"
        if seen == digest:
            return MemoryComparison("", (), (), "", rest, digest)
        wanted = text()
        changes = tuple(changes_between(device.running, wanted))
        parts = [self.diff_to(wanted), *(f"! {fault}" for fault in device.faults)]
        diff = "\n".join(filter(None, parts))
        return MemoryComparison(device.running, changes, device.faults, diff, rest, digest)

    def diff_to(self, text: str, /) -> str:
        running = self.compared_text = self._reached().running
        if set(lines_of(running)) == set(lines_of(text)):
            return ""
        compared = difflib.ndiff(running.splitlines(), text.splitlines())
        return "\n".join(line for line in compared if line[0] in "+-")

    def runs_text(self, text: str, /) -> bool:
        return not self.diff_to(text)

    def text_with(self, text: str, changes: Collection[LineChange], /) -> str:
        kept = lines_of(self._reached().running)
        for change in changes:
            line = (change.path, change.line)
            if change.sign == "-":
                kept = [other for other in kept if other != line]
            else:
                kept.append(line)
        order = {line: place for place, line in enumerate(lines_of(text))}
        return text_of(sorted(kept, key=lambda line: order.get(line, len(order))))

    @property
    def holds_candidate(self) -> bool:
        return self._candidate is not None

    def commit_as(self, change_id: str, /) -> None:
        self._next_id = change_id

    def commit_state(self, change_id: str, /) -> MemoryCommit:
        commit = self._reached().commits.get(change_id)
        if commit is None:
            return MemoryCommit(CommitStage.NONE)
        pending = commit.stage is CommitStage.PENDING and commit.until is not None
        left = max(1, round((commit.until or 0) - time.monotonic())) if pending else 0
        return MemoryCommit(commit.stage, left)

    def adopt_commit(self, change_id: str, seconds: int, /) -> MemoryCommit:
        return self.extend_commit(change_id, seconds)

    def extend_commit(self, change_id: str, seconds: int, /) -> MemoryCommit:
        self._pending(change_id).until = time.monotonic() + seconds
        return self.commit_state(change_id)

    def confirm_change(self, change_id: str, /) -> None:
        if self.commit_state(change_id).state is not CommitStage.CONFIRMED:
            self._pending(change_id).stage = CommitStage.CONFIRMED

    def roll_back_change(self, change_id: str, /) -> MemoryCommit:
        device = self._reached()
        commit = device.commits.setdefault(
            change_id, _Commit(device.running, CommitStage.UNDONE, None)
        )
        if commit.stage is CommitStage.PENDING:
            device.running, commit.stage = commit.before, CommitStage.UNDONE
        return self.commit_state(change_id)

    def _pending(self, change_id: str) -> _Commit:
        state = self.commit_state(change_id).state
        if state is not CommitStage.PENDING:
            raise CommitError(f"{self.hostname}: commit {change_id} is {state}")
        return self._device.commits[change_id]


def lines_of(text: str) -> list[Line]:
    """Each line with the headers of the contexts it stands in, by indentation."""
    found: list[Line] = []
    open_: list[tuple[int, str]] = []
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line[0] in "!#":
            continue
        indent = len(raw) - len(raw.lstrip())
        while open_ and open_[-1][0] >= indent:
            open_.pop()
        found.append((tuple(header for _, header in open_), line))
        open_.append((indent, line))
    return found


def text_of(lines: Sequence[Line]) -> str:
    """Lines as a text that `lines_of` reads, each right after the context it stands in."""

    def under(path: tuple[str, ...]) -> Iterator[str]:
        for where, line in dict.fromkeys(lines):
            if where == path:
                yield f"{' ' * len(path)}{line}\n"
                yield from under((*path, line))

    return "".join(under(()))


def changes_between(running: str, wanted: str) -> Iterator[MemoryChange]:
    """What leads from one text to the other."""
    have, want = dict.fromkeys(lines_of(running)), dict.fromkeys(lines_of(wanted))
    contexts = {path for path, _ in want}
    for sign, lines, others in (("-", have, want), ("+", want, have)):
        for path, line in lines:
            if (path, line) not in others:
                yield MemoryChange(path, line, sign, path in contexts)


def play(monkeypatch: pytest.MonkeyPatch, devices: dict[str, MemoryDevice]) -> None:
    """Nornir's NAPALM connections go to these devices, by host name of Nornir's."""

    def factory(_platform: str) -> Callable[..., MemoryDriver]:
        def make(**arguments: object) -> MemoryDriver:
            options = arguments["optional_args"]
            assert isinstance(options, dict)
            name = str(options["device_name"])
            return MemoryDriver(devices[name], name)

        return make

    monkeypatch.setattr("nornir_napalm.plugins.connections.get_network_driver", factory)

"""Progress as plain lines, and the choice between these and a live display; always on stderr."""

import sys
import threading
import time
import weakref
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from egovnet.playbooks.report.console.quiet import is_quiet
from egovnet.playbooks.report.text.visible import visible_lines
from egovnet.playbooks.results.progress_names import NETWORK

if TYPE_CHECKING:
    from egovnet.playbooks.report.console.terminal_progress import TerminalProgress


def print_line(line: str) -> None:
    """One line as it comes, such as the lab's."""
    print(visible_lines(line), file=sys.stderr, flush=True)


#: Seconds after which a device took long, and after which a stage that goes on is reported again.
_LONG, _EVERY = 30.0, 10.0
#: Seconds between two looks at what goes on.
_TICK = 1.0
#: Devices under way that are named.
_NAMED = 3
#: Lines of stages that are not repeated while a network is polled: its stages come in turn.
_TURN = 4


@dataclass
class _Stage:
    """How far a stage has come."""

    total: int
    ends: Counter[str] = field(default_factory=Counter)
    #: Device -> when it began, by time.monotonic.
    began: dict[str, float] = field(default_factory=dict)
    #: When it was last reported.
    reported: float = 0.0

    @property
    def ended(self) -> int:
        return self.ends.total()


class PlainProgress:
    """One line a stage, with counts, for logs; each line is written whole.

    A device gets a line of its own when it fails, once for the same reason, or when it took long.
    A stage that is polled, as in `verify` while a network converges, is reported again only when
    something else came of it.
    """

    def __init__(self) -> None:
        self._stages: dict[str, _Stage] = {}
        self._failures: set[str] = set()
        self._last: deque[str] = deque(maxlen=_TURN)
        self._lock = threading.Lock()
        self._ticking = False

    def stage(self, name: str, total: int) -> None:
        """A stage begins; it is reported when all its devices have ended it."""
        with self._lock:
            self._stages[name] = _Stage(total, reported=time.monotonic())
            if not self._ticking:
                self._ticking = True
                threading.Thread(target=_tick, args=(weakref.ref(self),), daemon=True).start()

    def device(self, stage: str, name: str, state: str, detail: str = "") -> None:
        """Count a device's end; report what is worth a line."""
        with self._lock:
            now = time.monotonic()
            entry = self._stages.setdefault(stage, _Stage(1, reported=now))
            if state == "begin":
                entry.began[name] = now
                return
            entry.ends[state] += 1
            seconds = now - entry.began.pop(name, now)
            self._report_device(f"{stage}: {name}: {state}", state, detail, seconds)
            if name == NETWORK:
                if state != "failed":
                    _line(f"{stage}: {state}")
            elif entry.ended >= entry.total:
                self._report_stage(stage, entry)

    def report(self) -> bool:
        """A line for each stage that goes on and was not reported lately; False: none goes on."""
        with self._lock:
            now = time.monotonic()
            for name, entry in self._stages.items():
                if entry.ended < entry.total and now - entry.reported >= _EVERY:
                    entry.reported = now
                    _line(f"{name}: {entry.ended:,} of {entry.total:,} devices{_busy(entry)}")
            self._ticking = bool(self._stages)
            return self._ticking

    def _report_device(self, line: str, state: str, detail: str, seconds: float) -> None:
        if state == "failed":
            line += f": {detail}" if detail else ""
            if line not in self._failures:
                _line(line)
            self._failures.add(line)
        elif seconds >= _LONG:
            _line(f"{line} after {seconds:.0f} s")

    def _report_stage(self, name: str, entry: _Stage) -> None:
        devices = "1 device" if entry.total == 1 else f"{entry.total:,} devices"
        counts = ", ".join(f"{number:,} {state}" for state, number in sorted(entry.ends.items()))
        line = f"{name}: {devices}: {counts}"
        if line not in self._last:
            _line(line)
        self._last.append(line)

    def say(self, line: str) -> None:
        """A line of its own."""
        _line(line)

    def finish(self) -> None:
        """What comes now is another verb's, or another run's."""
        with self._lock:
            self._stages.clear()
            self._last.clear()


def _busy(entry: _Stage) -> str:
    names = sorted(entry.began, key=lambda name: entry.began[name])
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"; under way: {', '.join(names[:_NAMED])}{more}" if names else ""


def _tick(progress: "weakref.ref[PlainProgress]") -> None:
    """Have it report while it is there and a stage goes on: hanging devices end nothing."""
    while True:
        time.sleep(_TICK)
        shown = progress()
        try:
            if shown is None or not shown.report():
                return
        except (OSError, ValueError):
            return  # nobody reads any more
        del shown


def _line(text: str) -> None:
    """In one write: print() makes two, and devices end side by side."""
    sys.stderr.write(f"{visible_lines(text)}\n")


class UnfailingProgress:
    """Another progress that may fail, and then nobody is told any more.

    It is called while routers are worked on, by the threads that do it: what goes wrong in a
    display is no reason for a router's task to fail.
    """

    def __init__(self, shown: "TerminalProgress | PlainProgress | None") -> None:
        self._shown: TerminalProgress | PlainProgress | None = shown

    def stage(self, name: str, total: int) -> None:
        """A stage begins."""
        self._call("stage", name, total)

    def device(self, stage: str, name: str, state: str, detail: str = "") -> None:
        """A device begins or ends a stage."""
        self._call("device", stage, name, state, detail)

    def say(self, line: str) -> None:
        """A line of its own."""
        self._call("say", line)

    def finish(self) -> None:
        """The last stage is over."""
        self._call("finish")

    def _call(self, method: str, *arguments: Any) -> None:
        if self._shown is None:
            return
        try:
            getattr(self._shown, method)(*arguments)
        except Exception as error:  # whatever it is, it is about the display only
            self._shown = None
            _line(f"progress is not shown any more: {type(error).__name__}: {error}")


def make_progress() -> UnfailingProgress:
    """Live where stderr is a terminal, plain lines elsewhere; nothing where nobody wants any."""
    if is_quiet():
        return UnfailingProgress(None)
    if not sys.stderr.isatty():
        return UnfailingProgress(PlainProgress())
    from egovnet.playbooks.report.console.terminal_progress import (  # noqa: PLC0415 -- slow
        TerminalProgress,
    )

    return UnfailingProgress(TerminalProgress())

"""Progress as plain lines, and the choice between these and a live display; always on stderr."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from egovnet.playbooks.report.console.terminal_progress import TerminalProgress


def tell(line: str) -> None:
    """One line as it comes, such as the lab's."""
    print(line, file=sys.stderr, flush=True)


class PlainProgress:
    """One line per device and stage that ended, for logs; each is written whole.

    A device that fails a stage as it did before, as in `verify` while a network converges, is not
    reported again, nor is a stage twice on end.
    """

    def __init__(self) -> None:
        self._failures: set[str] = set()
        self._last = ""

    def stage(self, name: str, total: int) -> None:
        """Report that a stage begins."""
        self._report(f"{name}: {total} {'device' if total == 1 else 'devices'}")

    def device(self, stage: str, name: str, state: str, detail: str = "") -> None:
        """Report how a device ended a stage."""
        if state != "begin":
            suffix = f": {detail}" if detail else ""
            line = f"{stage}: {name}: {state}{suffix}"
            if line not in self._failures:
                self._report(line)
            if state == "failed":
                self._failures.add(line)

    def _report(self, line: str) -> None:
        if line != self._last:
            self._last = line
            _line(line)

    def finish(self) -> None:
        """Nothing is held."""


def _line(text: str) -> None:
    """In one write: print() makes two, and devices end side by side."""
    sys.stderr.write(f"{text}\n")


def make_progress() -> "TerminalProgress | PlainProgress":
    """Live where stderr is a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty():
        return PlainProgress()
    from egovnet.playbooks.report.console.terminal_progress import (  # noqa: PLC0415 -- slow
        TerminalProgress,
    )

    return TerminalProgress()

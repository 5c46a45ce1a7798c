"""Live progress on a terminal, on stderr."""

import threading

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Column

from egovnet.playbooks.report.text.visible import visible_lines


class TerminalProgress:
    """One bar a stage; a failed device gets a line of its own above the bars."""

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<10}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            # a line stays one line: what does not fit is cut
            TextColumn("{task.fields[busy]}", table_column=Column(no_wrap=True, ratio=1)),
            console=Console(stderr=True),
            expand=True,
        )
        self._stages: dict[str, TaskID] = {}
        self._busy: dict[str, list[str]] = {}
        self._lock = threading.Lock()

    def stage(self, name: str, total: int) -> None:
        """A new bar, or the stage's own anew; the first one starts the display."""
        with self._lock:
            self._progress.start()
            self._busy[name] = []
            if name in self._stages:
                # polled, as when a network converges
                self._progress.reset(self._stages[name], total=total, busy="")
                return
            self._stages[name] = self._progress.add_task(name, total=total, busy="")

    def device(self, stage: str, name: str, state: str, detail: str = "") -> None:
        """Advance the stage's bar when a device ends; show who is under way."""
        with self._lock:
            busy = self._busy.get(stage)
            if busy is None:
                return
            if state == "begin":
                busy.append(name)
            else:
                if name in busy:
                    busy.remove(name)
                self._progress.advance(self._stages[stage])
            shown = ", ".join(busy[:4]) + (" ..." if len(busy) > 4 else "")
            self._progress.update(self._stages[stage], busy=shown)
            if state == "failed":
                self._progress.console.print(
                    visible_lines(f"{stage}: {name}: {detail}"),
                    style="red",
                    markup=False,
                    highlight=False,
                    emoji=False,
                )

    def say(self, line: str) -> None:
        """A line above the bars."""
        with self._lock:
            self._progress.console.print(line, style="bold", markup=False, highlight=False)

    def finish(self) -> None:
        """Leave the bars as they are and give the terminal back."""
        with self._lock:
            self._progress.stop()
            self._stages.clear()
            self._busy.clear()

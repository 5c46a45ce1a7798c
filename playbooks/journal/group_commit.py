"""Many threads' rows in one database transaction: a disk's sync is paid once for all that wait."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]


@dataclass
class _Waiting:
    rows: list[Row]
    done: bool = False
    error: BaseException | None = None


@dataclass
class GroupCommit:
    """`write(rows)` is called by one of the waiting threads for all of them."""

    write: Callable[[list[Row]], None]
    _condition: threading.Condition = field(default_factory=threading.Condition)
    _queue: list[_Waiting] = field(default_factory=list)
    _writing: bool = False

    def add(self, rows: list[Row]) -> None:
        """Returns when `rows` are written, in order; raises what writing them raised."""
        mine = _Waiting(rows)
        with self._condition:
            self._queue.append(mine)
            while self._writing and not mine.done:
                self._condition.wait()
            if not mine.done:
                self._writing = True
                batch, self._queue = self._queue, []
        if not mine.done:
            self._write(batch)
        if mine.error is not None:
            raise mine.error

    def _write(self, batch: list[_Waiting]) -> None:
        error: BaseException | None = None
        try:
            self.write([row for waiting in batch for row in waiting.rows])
        except BaseException as caught:
            error = caught
        with self._condition:
            self._writing = False
            for waiting in batch:
                waiting.done, waiting.error = True, error
            self._condition.notify_all()

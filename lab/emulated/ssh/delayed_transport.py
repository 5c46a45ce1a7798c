"""A connection's latency: what the server writes leaves later, in order, as over a long way."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any


class DelayedTransport(asyncio.Transport):
    """Between an SSH connection and its socket. `latency` in seconds may change while it is open.

    Without latency, what is written in one turn of the event loop leaves in one piece.
    """

    def __init__(self, inner: asyncio.Transport, latency: float) -> None:
        super().__init__()
        self._inner = inner
        self.latency = latency
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._timer: asyncio.Handle | None = None
        self._closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send after the latency."""
        due = self._loop.time() + self.latency if self.latency else 0.0
        self._waiting.append((due, bytes(data)))
        if self._timer is None:
            self._arm()

    def _arm(self) -> None:
        due = self._waiting[0][0]
        if due:
            self._timer = self._loop.call_at(due, self._send)
        else:
            self._timer = self._loop.call_soon(self._send)

    def _send(self) -> None:
        self._timer = None
        now = self._loop.time()
        ready = []
        while self._waiting and self._waiting[0][0] <= now:
            ready.append(self._waiting.popleft()[1])
        if not self._inner.is_closing():
            self._inner.write(b"".join(ready))
        if self._waiting:
            self._arm()
        elif self._closing:
            self._inner.close()

    def close(self) -> None:
        """Close when all is sent."""
        self._closing = True
        if not self._waiting:
            self._inner.close()

    def abort(self) -> None:
        """Break the connection; what was not sent is lost."""
        self._closing = True
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._inner.abort()

    def is_closing(self) -> bool:
        """Whether it is closed, or about to be."""
        return self._closing or self._inner.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 -- asyncio's
        """As the socket's transport knows it."""
        return self._inner.get_extra_info(name, default)

    def pause_reading(self) -> None:
        """As of the socket's transport."""
        self._inner.pause_reading()

    def resume_reading(self) -> None:
        """As of the socket's transport."""
        self._inner.resume_reading()

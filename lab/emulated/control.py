"""The control socket of a process of emulated routers: one JSON object a line, both ways.

A request is `{"do": ORDER, ...arguments}`, an answer `{"done": VALUE}` or `{"failed": TEXT}`.
"""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

from egovnet.lab.errors import GuestError, NodeError


class Control:
    """A client of the socket, for one thread at a time."""

    def __init__(self, path: Path, seconds: float = 120.0) -> None:
        self._path = path
        self._seconds = seconds
        self._socket: socket.socket | None = None
        self._rest = b""

    def do(self, order: str, **arguments: Any) -> Any:  # noqa: ANN401 -- plain data
        """Give an order and wait for its value; raises LabError."""
        request = json.dumps({"do": order, **arguments}).encode() + b"\n"
        try:
            answer = self._exchange(request)
        except OSError as error:
            self.close()
            raise GuestError(
                f"the emulated routers do not answer: {error}",
                where=str(self._path),
                next_step="see egovnet lab status; egovnet lab up starts them",
            ) from error
        if "failed" in answer:
            raise NodeError(str(answer["failed"]), where=f"emulated routers, {order}")
        return answer.get("done")

    def close(self) -> None:
        """Close the connection; the next order opens another."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._rest = None, b""

    def _exchange(self, request: bytes) -> dict[str, Any]:
        if self._socket is None:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(self._seconds)
            self._socket.connect(str(self._path))
        self._socket.sendall(request)
        blocks = [self._rest]
        while b"\n" not in blocks[-1]:
            block = self._socket.recv(1 << 20)
            if not block:
                raise ConnectionResetError("the process ended")
            blocks.append(block)
        line, _, self._rest = b"".join(blocks).partition(b"\n")
        value: dict[str, Any] = json.loads(line)
        return value

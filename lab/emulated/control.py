"""The control socket of a process of emulated routers: one JSON object a line, both ways.

A request is ``{"do": ORDER, ...arguments}``, an answer ``{"done": VALUE}`` or ``{"failed": TEXT}``.
"""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

from egovnet.lab.emulated.fleet import Fleet
from egovnet.lab.errors import LabError, LabNotRunningError, NodeError

LONGEST = 1 << 30
"""Octets of a line: thousands of whole texts fit."""


async def serve(fleet: Fleet, path: Path) -> asyncio.AbstractServer:
    """Answer on a Unix socket at ``path``, which only its owner may use."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(await _answer(fleet, line))
                await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()

    path.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(talk, path, limit=LONGEST)
    path.chmod(0o600)
    return server


async def _answer(fleet: Fleet, line: bytes) -> bytes:
    try:
        request = json.loads(line)
        order = request.pop("do")
        answer = {"done": await fleet.do(order, request)}
    except (LabError, ValueError, KeyError, TypeError, TimeoutError) as error:
        answer = {"failed": str(error) or type(error).__name__}
    return json.dumps(answer).encode() + b"\n"


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
            raise LabNotRunningError(
                f"the emulated routers do not answer: {error}",
                where=str(self._path),
                next_step="see lab status; lab up starts them",
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

"""The server's end of the control socket; `control` has the client's and the protocol."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from egovnet.lab.emulated.fleet import Fleet
from egovnet.lab.errors import LabError

LONGEST = 1 << 30
"""Octets of a line: thousands of whole texts fit."""


async def serve(fleet: Fleet, path: Path) -> asyncio.AbstractServer:
    """Answer on a Unix socket at `path`, which only its owner may use."""

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

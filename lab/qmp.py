"""Talk to a running QEMU: stop it, write its memory to a file, let it go on."""

from __future__ import annotations

import json
import os
import shlex
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from egovnet.lab.errors import GuestError

SOCKET = "qmp.sock"
"""Name of the socket in the lab's directory, which is QEMU's working directory."""
ANSWER_SECONDS = 30.0
POLL_SECONDS = 0.05


class Qmp:
    """One connection to QEMU's machine protocol."""

    def __init__(self, directory: Path) -> None:
        self._where = directory / SOCKET
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(ANSWER_SECONDS)
        # by way of the directory: the path of a socket may have 107 characters at most
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        deadline = time.monotonic() + ANSWER_SECONDS
        try:
            while True:
                try:
                    self._socket.connect(f"/proc/self/fd/{handle}/{SOCKET}")
                    break
                except (FileNotFoundError, ConnectionRefusedError) as error:
                    if time.monotonic() > deadline:
                        raise self._silent(error) from error
                    time.sleep(POLL_SECONDS)
        finally:
            os.close(handle)
        self._lines = self._socket.makefile("r", encoding="utf-8")
        self._lines.readline()  # its greeting
        self.do("qmp_capabilities")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lines.close()
        self._socket.close()

    def do(self, command: str, **arguments: object) -> Any:  # noqa: ANN401 -- QEMU's JSON
        """Run a command; returns what it answers, and raises GuestError when it refuses."""
        request = {"execute": command, "arguments": arguments}
        try:
            self._socket.sendall(json.dumps(request).encode() + b"\n")
            while line := self._lines.readline():
                answer = json.loads(line)
                if "return" in answer:
                    return answer["return"]
                if "error" in answer:
                    raise GuestError(
                        f"{command}: {answer['error'].get('desc')}",
                        where=str(self._where),
                        next_step="look at the lab's guest.log",
                    )
        except OSError as error:
            raise self._silent(error) from error
        raise self._silent(EOFError("it closed the connection"))

    def save(self, name: str) -> None:
        """Stop the machine while its state is written to ``name`` in its working directory."""
        self.do("migrate-set-parameters", **{"max-bandwidth": 1 << 40})
        self.do("stop")
        try:
            self.do("migrate", uri=f"exec:cat >{name}")
            deadline = time.monotonic() + 10 * ANSWER_SECONDS
            while (told := self.do("query-migrate"))["status"] != "completed":
                if told["status"] in ("failed", "cancelled") or time.monotonic() > deadline:
                    reason = told.get("error-desc", told["status"])
                    raise GuestError(
                        f"its memory could not be written: {reason}",
                        where=str(self._where),
                        next_step="check the free space",
                    )
                time.sleep(POLL_SECONDS)
        finally:
            self.do("cont")

    def go_on_with(self, memory: Path) -> None:
        """Let a machine that waits for it read ``memory``; returns when it goes on from there."""
        self.do("migrate-incoming", uri=f"exec:cat {shlex.quote(str(memory))}")
        deadline = time.monotonic() + 10 * ANSWER_SECONDS
        while (status := self.do("query-status")["status"]) == "inmigrate":
            if time.monotonic() > deadline:
                raise self._silent(TimeoutError("it is still reading its memory"))
            time.sleep(POLL_SECONDS)
        if status != "running":
            # stopped, as the machine was that wrote it
            self.do("cont")

    def _silent(self, error: Exception) -> GuestError:
        return GuestError(
            f"QEMU does not answer: {error}",
            where=str(self._where),
            next_step="look at the lab's guest.log",
        )

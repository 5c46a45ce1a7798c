"""Talk to the same program in the other machine, where the nodes of a lab live in two."""

import json
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any

import cables
import machine

PATIENCE_SECONDS = 60.0
"""How long the other machine's program is waited for, at the most."""


class OtherEndedError(Exception):
    """The program in the other machine ended before its time, or does not go on."""


class OtherMachine:
    """Lines of JSON to and from the program in the other machine.

    Both come by the same stages, in the same order: none goes on before the other one is there.
    """

    def __init__(self, port: int) -> None:
        own, other = machine.MACHINES.read_text().split()
        self.socket = cables.met(own, other, port)
        self.socket.settimeout(PATIENCE_SECONDS)
        self._rest = b""
        self._stages: set[tuple[Any, ...]] = set()

    def tell(self, **words: object) -> None:
        """Send one line."""
        try:
            self.socket.sendall(json.dumps(words).encode() + b"\n")
        except OSError as error:
            raise OtherEndedError(str(error)) from error

    def hear(self) -> list[dict[str, Any]]:
        """What has come, but for stages, which are remembered."""
        try:
            data = self.socket.recv(1 << 16, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return []
        except OSError as error:
            raise OtherEndedError(str(error)) from error
        if not data:
            raise OtherEndedError("the program in the other machine ended")
        *lines, self._rest = (self._rest + data).split(b"\n")
        heard = [json.loads(line) for line in lines]
        self._stages |= {tuple(words["stage"]) for words in heard if "stage" in words}
        return [words for words in heard if "stage" not in words]

    def meet(self, stage: Sequence[object], serve: Callable[[], None]) -> None:
        """Say that we are at ``stage`` and ``serve`` until the other one is, too."""
        self.tell(stage=list(stage))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while tuple(stage) not in self._stages:
            serve()
            if time.monotonic() > deadline:
                raise OtherEndedError("the program in the other machine does not go on")

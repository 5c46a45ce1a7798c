"""Packets through the kernel's own nf_tables: a router in namespaces of this machine."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.oracle.frr_root import chroot_command

_INSIDE = Path(__file__).with_name("inside_router.py")
#: A request a line, each in namespaces of its own, so that no connection is known before.
_LOOP = """\
IFS= read -r -d "" script; printf %s "$script" >/tmp/inside.py
while IFS= read -r line; do
  printf %s "$line" | unshare -n python3 /tmp/inside.py 2>/tmp/said || tr '\\n' ' ' </tmp/said
  echo
done"""


class NftRouter:
    """A place where packets are sent; a context manager."""

    def __enter__(self) -> "NftRouter":
        self._process = subprocess.Popen(
            chroot_command(_LOOP), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdin
        self._process.stdin.write(_INSIDE.read_text(encoding="utf-8") + "\0")
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def passed(self, text: str, rounds: list[list[Any]]) -> list[list[bool]]:
        """Which packets of each round come out of a router that has loaded `text`."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"text": text, "rounds": rounds}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        while not answer.strip():
            assert answer, "the router's process ended"
            answer = self._process.stdout.readline()
        assert answer.startswith("["), answer
        found: list[list[bool]] = json.loads(answer)
        return found

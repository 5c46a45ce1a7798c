"""Debian's nft over this machine's own nf_tables, in a network namespace: what a text becomes."""

import contextlib
import subprocess
from collections.abc import Iterator
from typing import IO

from tests.oracle.frr_root import chroot_command

#: A text up to a NUL octet, and the answer up to one.
_LOOP = """\
while IFS= read -r -d "" text; do
  nft flush ruleset
  printf %s "$text" >/tmp/text
  if nft -f /tmp/text 2>/tmp/said; then nft -s list ruleset
  else printf "refused\\n"; cat /tmp/said; fi
  printf "\\0"
done"""


class RefusedTextError(Exception):
    """What nft said."""


class Nft:
    """A process that loads one text after another."""

    def __init__(self, taken: IO[bytes], given: IO[bytes]) -> None:
        self._taken = taken
        self._given = given

    def listed(self, text: str) -> str:
        """What nft prints when `text` alone is loaded. Raises RefusedTextError."""
        self._taken.write(text.encode() + b"\0")
        self._taken.flush()
        said = bytearray()
        while not said.endswith(b"\0"):
            octet = self._given.read(1)
            assert octet, "nft's process ended"
            said += octet
        answer = said[:-1].decode()
        if answer.startswith("refused\n"):
            raise RefusedTextError(answer.removeprefix("refused\n"))
        return answer


@contextlib.contextmanager
def running_nft() -> Iterator[Nft]:
    """An nft that is there while the block lasts."""
    with subprocess.Popen(
        chroot_command(_LOOP), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Nft(process.stdin, process.stdout)
        process.stdin.close()

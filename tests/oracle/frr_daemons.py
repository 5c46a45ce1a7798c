"""The reader's oracle: real zebra, bgpd, staticd, isisd, ospfd and ospf6d, given a text and asked
what they run.

No lab and no root: the daemons run in namespaces of their own (user, mount, network, process), in
a directory with Debian's packages. Each text meets freshly started daemons, so that nothing of
the one before is left.
"""

import subprocess
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from tests.oracle.frr_root import chroot_command

_SERVER = r"""
cd /
while IFS= read -r -d '' text; do
    rm -rf /run/frr; mkdir /run/frr
    printf '%s' "$text" > /tmp/text
    # since FRR 10 mgmtd has staticd's part and some of zebra's, and neither takes a file
    others=; with=staticd
    if test -x /usr/lib/frr/mgmtd; then others="mgmtd staticd"; with=; fi
    : > /tmp/start
    for daemon in $others; do
        /usr/lib/frr/$daemon -d -u root -g root -P 0 >> /tmp/start 2>&1
    done
    for daemon in zebra "bgpd -p 0" $with isisd ospfd ospf6d; do
        /usr/lib/frr/$daemon -d -u root -g root -P 0 -f /dev/null >> /tmp/start 2>&1
    done
    timeout 20 vtysh -f /tmp/text > /tmp/said 2>&1
    timeout 20 vtysh -c 'show running-config' > /tmp/running 2>&1
    kill -9 $(cat /run/frr/*.pid)
    cat /tmp/start /tmp/said; printf '\0'; cat /tmp/running; printf '\0'
done
"""


@dataclass(frozen=True)
class Run:
    """What became of a text."""

    #: What vtysh and the daemons said while they read it.
    said: str
    #: `show running-config` afterwards.
    running: str


class FrrDaemons:
    """A place where texts are tried one after another; a context manager."""

    def __init__(self, release: str = "") -> None:
        """`release` is Debian's, such as "trixie"; "" this machine's own."""
        self._process = subprocess.Popen(
            chroot_command(_SERVER, release),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the daemons' place."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def read(self, text: str) -> Run:
        """Give `text` (frr.conf's part) to fresh daemons."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(text.encode() + b"\0")
        self._process.stdin.flush()
        said, running = self._until_nul(), self._until_nul()
        start = running.find("frr version")
        assert start >= 0, f"no running configuration: {running}\n{said}"
        return Run(said, running[start:].removesuffix("end\n"))

    def _until_nul(self) -> str:
        assert self._process.stdout and self._process.stderr
        answer = bytearray()
        while byte := self._process.stdout.read(1):
            if byte == b"\0":
                return answer.decode(errors="replace")
            answer += byte
        raise AssertionError(f"the daemons' place ended: {self._process.stderr.read().decode()}")

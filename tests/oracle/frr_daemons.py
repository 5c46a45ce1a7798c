"""The reader's oracle: real daemons (zebra, bgpd, staticd, isisd, ospfd, ospf6d, bfdd), asked what
they run of a text.

No lab and no root: the daemons run in namespaces of their own (user, mount, network, process), in
a directory with Debian's packages. Each text meets freshly started daemons, so that nothing of
the one before is left.
"""

import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from tests.oracle.copies import preloaded
from tests.oracle.frr_root import chroot_command, frr_root

_SERVER = r"""
cd /
mkdir /run/frr
# Debian's zebra reads what the kernel has before it forks: it is started anew for each text.
# Since FRR 10 mgmtd has staticd's part and some of zebra's, and neither takes a file.
first=; then="bgpd staticd isisd ospfd ospf6d bfdd"
if test -x /usr/lib/frr/mgmtd; then first="mgmtd staticd"; then="bgpd isisd ospfd ospf6d bfdd"; fi
arguments() {
    set -- "$1" -d -u root -g root -P 0
    if test "$1" = bgpd; then set -- "$@" -p 0; fi
    case " $first " in *" $1 "*) ;; *) set -- "$@" -f /dev/null ;; esac
    shift
    echo "$@"
}
declare -A ask there
# a program that stays, and of which copies are asked for
stays() {
    local name=$1; shift
    mkfifo /tmp/$name.ask /tmp/$name.there
    exec {asking}<>/tmp/$name.ask {answer}<>/tmp/$name.there
    ask[$name]=$asking; there[$name]=$answer
    COPIES_OF=/tmp/$name LD_PRELOAD=$COPIES "$@" >> /tmp/stays 2>&1 < /dev/null &
}
copy() {
    printf . >&${ask[$1]}
    read -r -N 1 -t 60 -u ${there[$1]}
}
start() { /usr/lib/frr/$1 $(arguments $1) >> /tmp/start 2>&1; }
if test -n "$COPIES"; then
    for daemon in $first $then; do
        stays $daemon /usr/lib/frr/$daemon $(arguments $daemon)
    done
    COPIES_SAY=/tmp/said stays write vtysh -f /tmp/text
    COPIES_SAY=/tmp/running stays show vtysh "${ASKED[@]}"
fi
while IFS= read -r -d '' text; do
    rm -rf /run/frr; mkdir /run/frr
    printf '%s' "$text" > /tmp/text
    : > /tmp/start; : > /tmp/said; : > /tmp/running
    if test -n "$COPIES"; then
        for daemon in $first; do copy $daemon; done
        start zebra
        for daemon in $then; do copy $daemon; done
        copy write
        test $SETTLE = 0 || sleep $SETTLE
        copy show
    else
        for daemon in $first zebra $then; do start $daemon; done
        timeout 20 vtysh -f /tmp/text > /tmp/said 2>&1
        test $SETTLE = 0 || sleep $SETTLE
        timeout 20 vtysh "${ASKED[@]}" > /tmp/running 2>&1
    fi
    pids=; for file in /run/frr/*.pid; do read -r pid < $file; pids+=" $pid"; done
    kill -9 $pids
    printf '%s\n%s\n\0%s\n\0' "$(< /tmp/start)" "$(< /tmp/said)" "$(< /tmp/running)"
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

    def __init__(self, release: str = "", asked: Sequence[str] = (), settle: float = 0) -> None:
        """`release` is Debian's, such as "trixie"; "" this machine's own. `asked`: commands whose
        answers stand after the running configuration; they are asked after `settle` seconds."""
        self.release = release
        copies = preloaded(frr_root(release))
        options = [f"-c {shlex.quote(command)}" for command in ("show running-config", *asked)]
        shown = f"ASKED=({' '.join(options)})"
        self._process = subprocess.Popen(
            chroot_command(f"COPIES={copies} SETTLE={settle}\n{shown}\n{_SERVER}", release),
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

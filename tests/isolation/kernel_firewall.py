"""This machine's own kernel as a firewall, in a namespace: a text of nftables, and real packets.

Behind each interface is a host. The routes lead wherever a packet is to go, so that the filter
alone decides.
"""

import contextlib
import dataclasses
import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from egovnet.isolation.algebra.packet_sets import Packet
from tests.oracle.frr_root import chroot_command

_PROGRAM = Path(__file__).with_name("kernel_firewall_guest.py")
_BEGIN = 'exec python3 -u -c "import sys, json; exec(json.loads(sys.stdin.readline()))"'
#: Seconds until a packet counts as dropped. One that passes is there within a millisecond.
_PATIENCE = 0.25


#: Address and port of who sends, and of who receives.
Ends = tuple[tuple[str, int], tuple[str, int]]


@dataclasses.dataclass(frozen=True)
class IcmpError:
    """Type and code of an error, whose it is, where it goes, and what packet it is about."""

    kind: tuple[int, int]
    source: str
    target: str
    about: Ends


class KernelFirewall:
    """The namespace: one text is loaded at a time."""

    def __init__(self, taken: IO[str], given: IO[str]) -> None:
        self._taken, self._given = taken, given

    def ask(self, request: object) -> object:
        """A line there, and one back."""
        self._taken.write(json.dumps(request) + "\n")
        self._taken.flush()
        answer = self._given.readline()
        assert answer, "the firewall's process ended"
        return json.loads(answer)

    def load(self, text: str) -> None:
        """Filter by `text` from now on."""
        said = self.ask({"load": text})
        assert not said, said

    def passes(self, packet: Packet, source: str, target: str) -> bool:
        """Whether a packet that comes in by `source` arrives at the host behind `target`."""
        request = {
            "protocol": {6: "tcp", 17: "udp"}[packet.protocol],
            "ways": (source, target),
            "source": (str(packet.source), packet.source_port),
            "target": (str(packet.target), packet.target_port),
            "seconds": _PATIENCE,
        }
        return bool(self.ask(request))

    def error_passes(
        self, opened: Ends, ways: tuple[str, str], error: IcmpError, back: tuple[str, str]
    ) -> bool:
        """Whether an error that comes in by the first of `back` arrives behind the second one.

        Before it a packet of UDP between the ends `opened` is sent, by the first of `ways`.
        """
        request = {
            "opened": opened,
            "ways": ways,
            "error": dataclasses.asdict(error),
            "back": back,
            "seconds": _PATIENCE,
        }
        return bool(self.ask(request))


@contextlib.contextmanager
def kernel_firewall(links: Mapping[str, tuple[str, str]]) -> Iterator[KernelFirewall]:
    """A firewall with `links`: interface -> its own address and its host's, with lengths."""
    program = _PROGRAM.read_text(encoding="utf-8")
    with subprocess.Popen(
        chroot_command(_BEGIN), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(f"{program}\nfirewall({program!r})") + "\n")
        one = KernelFirewall(process.stdin, process.stdout)
        assert one.ask({"links": links}) == "ready"
        yield one
        process.stdin.close()

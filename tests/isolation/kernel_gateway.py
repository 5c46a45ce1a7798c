"""This machine's own kernel as an Internet gateway, in a namespace: real filters, translation and
sockets. The lab's User Mode Linux has no translation; this kernel has.
"""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from egovnet.templates.model.device import Device
from tests.oracle.frr_root import chroot_command

_PROGRAM = Path(__file__).with_name("kernel_gateway_guest.py")
_BEGIN = 'exec python3 -u -c "import sys, json; exec(json.loads(sys.stdin.readline()))"'
#: Seconds until an answer counts as missing: one that is expected may be late on a busy machine.
_PATIENCE = {True: 10.0, False: 0.3}
#: On which side a host is.
ZONE, INTERNET = "zone", "internet"


class KernelGateway:
    """The namespace: one text is loaded at a time."""

    def __init__(self, taken: IO[str], given: IO[str], sides: dict[str, str]) -> None:
        self._taken, self._given, self._sides = taken, given, sides

    def _ask(self, **request: object) -> object:
        self._taken.write(json.dumps(request) + "\n")
        self._taken.flush()
        answer = self._given.readline()
        assert answer, "the gateway's process ended"
        return json.loads(answer)

    def begin(self, device: Device, commands: dict[str, list[str]]) -> None:
        """Ports, addresses and routes of `device`, and what each side has."""
        assert device.firewall is not None
        assert self._ask(links=list(self._sides.values())) == "ready"
        own = []
        for port in device.interfaces:
            own += [f"ip address add {one} dev {port.name}{_nodad(one)}" for one in port.addresses]
            own.append(f"ip link set {port.name} up")
        for side, port in self._sides.items():
            self._ask(host=port, commands=["ip link set port0 up", *commands[side]])
        own += [f"ip route replace {r.prefix} via {r.next_hop}" for r in device.firewall.routes]
        self._ask(commands=own)

    def load(self, text: str) -> None:
        """Filter and translate by `text` from now on."""
        said = self._ask(load=text)
        assert not said, said

    def listed(self) -> str:
        """What nft prints."""
        return str(self._ask(list="-s"))

    def recorded(self) -> str:
        """What nft prints as JSON, with what packets put into sets."""
        return str(self._ask(list="-j"))

    def serve(self, side: str, *ends: tuple[str, str, int]) -> None:
        """Serve on these protocols, addresses and ports."""
        self._ask(host=self._sides[side], serve=ends)

    def asks(self, side: str, protocol: str, source: str, target: str, port: int) -> str:
        """The address by which the server sees the client; "": no answer came."""
        return self.seen_as(side, protocol, source, target, port)[0]

    def seen_as(
        self, side: str, protocol: str, source: str, target: str, port: int
    ) -> tuple[str, int]:
        """Address and port by which the server sees the client; ("", 0): no answer came."""
        said = self._asks(side, (protocol, source, target, port, _PATIENCE[True]))
        address, _, its = said.partition(" ")
        return address, int(its or 0)

    def is_silent(self, side: str, protocol: str, source: str, target: str, port: int) -> bool:
        """Whether no answer comes, where none should."""
        return not self._asks(side, (protocol, source, target, port, _PATIENCE[False]))

    def _asks(self, side: str, request: tuple[str, str, str, int, float]) -> str:
        return str(self._ask(host=self._sides[side], asks=request))

    def seen(self, side: str) -> list[str]:
        """Who came to the servers of a side since it was asked last."""
        found = self._ask(host=self._sides[side], seen=1)
        assert isinstance(found, list)
        return found


def _nodad(address: object) -> str:
    return " nodad" if ":" in str(address) else ""


@contextlib.contextmanager
def kernel_gateway(zone_port: str, uplink: str) -> Iterator[KernelGateway]:
    """A gateway with a host on each side."""
    program = _PROGRAM.read_text(encoding="utf-8")
    with subprocess.Popen(
        chroot_command(_BEGIN), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(f"{program}\ngateway({program!r})") + "\n")
        sides = {ZONE: zone_port, INTERNET: uplink}
        yield KernelGateway(process.stdin, process.stdout, sides)
        process.stdin.close()

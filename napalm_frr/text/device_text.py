"""A device's whole text: its name, what Linux applies and what FRR applies, in one file.

The order is the one Batfish knows as Cumulus concatenated: line 1 is the host's name, then
ifupdown2's `/etc/network/interfaces`, then a line `# ports.conf --`, then FRR's configuration from
its line `frr version`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from napalm_frr.errors import DeviceTextError

INTERFACES_MARK = "# This file describes the network interfaces"
PORTS_MARK = "# ports.conf --"
_HOSTNAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$")
_FRR_NOISE = re.compile(r"(Building configuration\.\.\.|Current configuration:|end)\s*$")


@dataclass(frozen=True)
class DeviceText:
    """The parts of a device's text; each part ends in a newline unless it is empty."""

    #: Empty in a fragment that does not name the device.
    hostname: str
    interfaces: str
    frr: str
    #: The number, in the whole text, of the interfaces part's first line.
    interfaces_line: int = 1
    #: The number, in the whole text, of the FRR part's first line.
    frr_line: int = 1

    def joined(self) -> str:
        """The whole text; `split(text.joined())` has the same parts."""
        return f"{self.hostname}\n{INTERFACES_MARK}\n{self.interfaces}{PORTS_MARK}\n{self.frr}"


def split(text: str) -> DeviceText:
    """Take a whole text apart.

    Raises:
        DeviceTextError: the name or one of the marks is missing; has the line's number.
    """
    lines = text.splitlines()
    hostname = lines[0].strip() if lines else ""
    if not _HOSTNAME.match(hostname):
        raise DeviceTextError(
            f"{hostname!r} is not a host name; a device's text starts with a line that is only "
            "its name",
            1,
        )
    ports = _find(lines, PORTS_MARK)
    if ports is None:
        raise DeviceTextError(f"no line {PORTS_MARK!r} ends the interfaces part")
    start = next((i for i in range(ports, len(lines)) if lines[i].startswith("frr version")), None)
    if start is None:
        raise DeviceTextError(
            f"no line 'frr version ...' starts the FRR part after line {ports + 1}"
        )
    begin = 2 if len(lines) > 1 and lines[1].strip() == INTERFACES_MARK else 1
    return DeviceText(
        hostname, _text(lines[begin:ports]), _text(lines[start:]), begin + 1, start + 1
    )


def split_fragment(text: str) -> DeviceText:
    """Take apart a text to be merged: any of the parts may be missing.

    Without marks all of it is FRR's; what follows `# This file describes the network interfaces` is
    Linux's up to `# ports.conf --`. The name is line 1 of a whole text, or FRR's `hostname` line.
    """
    lines = text.splitlines()
    begin = _find(lines, INTERFACES_MARK)
    ports = _find(lines, PORTS_MARK)
    if begin is None and ports is None:
        return DeviceText("", "", _text(lines))
    first = 0 if begin is None else begin + 1
    last = len(lines) if ports is None else ports
    before = [line.strip() for line in lines[: begin or 0] if line.strip()]
    if len(before) > 1 or (before and not _HOSTNAME.match(before[0])):
        raise DeviceTextError(f"{before[-1]!r} stands before {INTERFACES_MARK!r}", 1)
    return DeviceText(
        before[0] if before else "",
        _text(lines[first:last]),
        _text(lines[last + 1 :]),
        first + 1,
        last + 2,
    )


_SAYS_NOTHING = re.compile(r"^(?:interface|vrf) \S+\n(?:exit|exit-vrf)\n(?:!\n)?", re.MULTILINE)


def as_read(hostname: str, interfaces: str, frr: str) -> DeviceText:
    """A text from what is on a router: files, or what `show running-config` prints."""
    own = interfaces.removeprefix(f"{INTERFACES_MARK}\n")
    return DeviceText(hostname.strip(), own, without_noise(frr))


def without_noise(running: str) -> str:
    """The output of `show running-config` without what vtysh says around it, and without interfaces
    and VRFs of which it says nothing: FRR shows those sometimes, and sometimes not.
    """
    running = _SAYS_NOTHING.sub("", running)
    lines = [line.rstrip() for line in running.splitlines() if not _FRR_NOISE.match(line)]
    while lines and lines[0] in ("", "!"):
        del lines[0]
    while lines and not lines[-1]:
        del lines[-1]
    return _text(lines)


def _find(lines: list[str], mark: str) -> int | None:
    return next((i for i, line in enumerate(lines) if line.strip() == mark), None)


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)

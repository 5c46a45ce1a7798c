"""A device's whole text: its name, what Linux applies and what FRR applies, in one file.

The order is the one Batfish knows as Cumulus concatenated: line 1 is the host's name, then
ifupdown2's `/etc/network/interfaces`, then a line `# ports.conf --`, then FRR's configuration from
its line `frr version`. A device that filters packets has, before FRR's, a line `# nftables.conf --`
and its ruleset as `nft -s list ruleset` prints it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from napalm_frr.errors import DeviceTextError

INTERFACES_MARK = "# This file describes the network interfaces"
PORTS_MARK = "# ports.conf --"
FILTER_MARK = "# nftables.conf --"
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
    #: nftables' ruleset; empty for a device that filters no packets.
    filter: str = ""
    #: The number, in the whole text, of the ruleset's first line.
    filter_line: int = 1

    def joined(self) -> str:
        """The whole text; `split(text.joined())` has the same parts."""
        ruleset = f"{FILTER_MARK}\n{self.filter}" if self.filter else ""
        linux = f"{INTERFACES_MARK}\n{self.interfaces}{PORTS_MARK}\n"
        return f"{self.hostname}\n{linux}{ruleset}{self.frr}"


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
    ruleset, line = _filter(lines[:start], ports + 1)
    return DeviceText(
        hostname,
        _text(lines[begin:ports]),
        _text(lines[start:]),
        begin + 1,
        start + 1,
        ruleset,
        line,
    )


def split_fragment(text: str) -> DeviceText:
    """Take apart a text to be merged: any of the parts may be missing.

    Without marks all of it is FRR's; what follows `# This file describes the network interfaces` is
    Linux's up to `# ports.conf --`, and nftables' after `# nftables.conf --` up to `frr version` or
    the end. The name is line 1 of a whole text, or FRR's `hostname` line.
    """
    lines = text.splitlines()
    begin = _find(lines, INTERFACES_MARK)
    ports = _find(lines, PORTS_MARK)
    filtered = _find(lines, FILTER_MARK)
    if begin is None and ports is None and filtered is None:
        return DeviceText("", "", _text(lines))
    first = 0 if begin is None else begin + 1
    last = len(lines) if ports is None else ports
    if ports is None and filtered is not None:
        last = filtered
    ruleset, line = "", 1
    after = last if filtered == last else last + 1
    if filtered is not None:
        after = next(
            (i for i in range(filtered, len(lines)) if lines[i].startswith("frr version")),
            len(lines),
        )
        ruleset, line = _filter(lines[:after], last + 1 if ports is not None else last)
    before = [line.strip() for line in lines[: begin or 0] if line.strip()]
    if len(before) > 1 or (before and not _HOSTNAME.match(before[0])):
        raise DeviceTextError(f"{before[-1]!r} stands before {INTERFACES_MARK!r}", 1)
    return DeviceText(
        before[0] if before else "",
        _text(lines[first:last] if begin is not None or ports is not None else []),
        _text(lines[after:]),
        first + 1,
        after + 1,
        ruleset,
        line,
    )


_SAYS_NOTHING = re.compile(r"^(?:interface|vrf) \S+\n(?:exit|exit-vrf)\n(?:!\n)?", re.MULTILINE)


def as_read(hostname: str, interfaces: str, frr: str, ruleset: str = "") -> DeviceText:
    """A text from what is on a router: files, or what `show running-config` and nft print."""
    own = interfaces.removeprefix(f"{INTERFACES_MARK}\n")
    return DeviceText(hostname.strip(), own, without_noise(frr), filter=ruleset)


def ruleset_of(file: str) -> str:
    """What `/etc/nftables.conf`, as the agent writes it, loads in place of the kernel's."""
    return file.partition("flush ruleset\n")[2]


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


def _filter(lines: list[str], begin: int) -> tuple[str, int]:
    """The ruleset between the interfaces part and FRR's, and the number of its first line."""
    between = lines[begin:]
    mark = _find(between, FILTER_MARK)
    other = next((n for n, line in enumerate(between[:mark]) if _says(line)), None)
    if mark is None or other is not None:
        return "", begin + 1  # as before: what stands there is nobody's
    return _text(between[mark + 1 :]), begin + mark + 2


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.startswith(("#", "!"))


def _find(lines: list[str], mark: str) -> int | None:
    return next((i for i, line in enumerate(lines) if line.strip() == mark), None)


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)

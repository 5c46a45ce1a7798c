"""Split a device's whole text into the part that Linux applies and the part that FRR applies."""

from __future__ import annotations

import re
from typing import NamedTuple

from egovnet.lab.errors import DeviceTextError

PORTS_LINE = "# ports.conf --"
FILTER_LINE = "# nftables.conf --"
FILTER_HEAD = "# What egovnet's agent loads, and nftables.service at the start."
"""The first line of /etc/nftables.conf as the driver's agent writes it."""
_FRR_START = re.compile(r"^frr version .*$", re.MULTILINE)


class DeviceText(NamedTuple):
    """The parts of a device's text, each ending in a newline unless it is empty."""

    hostname: str
    interfaces: str
    """What goes into /etc/network/interfaces."""
    frr: str
    """What goes into /etc/frr/frr.conf."""
    filter: str = ""
    """What goes into /etc/nftables.conf; empty without a packet filter."""


def split_device_text(text: str) -> DeviceText:
    """Take apart the order Batfish calls "Cumulus concatenated".

    Line 1 is the host's name; the interfaces part ends at the line ``# ports.conf --``; the FRR
    part starts at the line ``frr version``, and a packet filter stands before it, after the line
    ``# nftables.conf --``. Raises DeviceTextError when a mark is missing.
    """
    hostname, _, rest = text.partition("\n")
    hostname = hostname.strip()
    if not hostname or " " in hostname or hostname.startswith("#"):
        raise DeviceTextError(
            f"line 1 is {hostname!r}, not a host name",
            where="device text",
            next_step="start the text with a line that is only the host's name",
        )
    interfaces, mark, after = rest.partition(PORTS_LINE + "\n")
    if not mark:
        raise DeviceTextError(
            f"there is no line {PORTS_LINE!r}",
            where=hostname,
            next_step="end the interfaces part with that line",
        )
    start = _FRR_START.search(after)
    if start is None:
        raise DeviceTextError(
            f"no line starts with 'frr version' after {PORTS_LINE!r}",
            where=hostname,
            next_step="start the FRR part with the line that show running-config prints first",
        )
    _, marked, ruleset = after[: start.start()].partition(FILTER_LINE + "\n")
    return DeviceText(hostname, interfaces, after[start.start() :], ruleset if marked else "")

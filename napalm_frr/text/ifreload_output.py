"""What ifupdown2 says that it could not do, and of which line of the device's text; pure.

ifupdown2 3.0 names the line of `/etc/network/interfaces` of what it cannot read, and the interface
of what it cannot do: `error: blue: cannot change vrf table id, ...`.
"""

from __future__ import annotations

import re

from napalm_frr.text.device_text import DeviceText

_SAID = re.compile(r"(?P<level>error|warning): (?P<words>.*)", re.IGNORECASE)
_OF_LINE = re.compile(r"\S*/interfaces: line ?(\d+): (.*)")
_OF_INTERFACE = re.compile(r"([^\s:]+): ")
_TABLE = re.compile(r"cannot change vrf table id,\s*running table id (\d+) .* config id (\d+)")
_MOST = 5


def complaints(output: str, text: DeviceText) -> list[str]:
    """The first five sentences of `ifreload -a` about what failed, errors before warnings; each
    with the number and the words of the line of `text` that it is about, where that can be told.
    """
    said: dict[str, list[str]] = {"error": [], "warning": [], "": []}
    for line in map(str.strip, output.splitlines()):
        match = _SAID.match(line)
        if match is not None:
            said[match["level"].lower()].append(_with_line(match["words"], text))
        elif "error" in line.lower() or "fail" in line.lower():
            said[""].append(line)
    found = [sentence for sentences in said.values() for sentence in sentences]
    return list(dict.fromkeys(found))[:_MOST]


def _with_line(words: str, text: DeviceText) -> str:
    lines = text.interfaces.splitlines()
    of_line = _OF_LINE.match(words)
    if of_line is not None:
        number, words = int(of_line[1]), of_line[2]
    else:
        of_interface = _OF_INTERFACE.match(words)
        number = _stanza(lines, of_interface[1]) if of_interface else 0
        table = _TABLE.search(words)
        if table is not None:
            wanted = ["vrf-table", table[2]]
            rest = enumerate(lines[number:], start=number + 1)
            number = next((n for n, line in rest if line.split() == wanted), number)
    if not 0 < number <= len(lines):
        return words
    return f"{words} (line {number + text.interfaces_line - 1}: {lines[number - 1].strip()!r})"


def _stanza(lines: list[str], name: str) -> int:
    """The number of the line that begins an interface's stanza; 0 without one."""
    for number, line in enumerate(lines, start=1):
        if line.split()[:2] == ["iface", name]:
            return number
    return 0

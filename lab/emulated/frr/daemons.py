"""FRR's daemons that can be killed on an emulated router, and what vtysh prints without them."""

from __future__ import annotations

import re
from collections.abc import Collection

DAEMONS = ("zebra", "staticd", "bgpd", "isisd", "ldpd", "bfdd")
KILLABLE = ("bgpd", "isisd", "ldpd", "bfdd")
_BLOCKS = {"bgpd": "router bgp ", "isisd": "router isis ", "ldpd": "mpls ldp", "bfdd": "bfd"}
_LINES = {
    "bgpd": re.compile(r"bgp "),
    "isisd": re.compile(r" (ip |ipv6 )?(router isis|isis) "),
    "ldpd": re.compile(r"(?!)"),
    "bfdd": re.compile(r"(?!)"),
}
_KEPT_OF_MAPS = re.compile(r" (match (interface|ip|ipv6|tag|source-)|set src|call|on-match|descr)")
"""Lines of route-maps that zebra has too; bgpd alone knows the others."""


def without_daemons(text: str, dead: Collection[str]) -> str:
    """FRR's configuration as vtysh prints it while these daemons do not run."""
    gone = [daemon for daemon in KILLABLE if daemon in dead]
    if not gone:
        return text
    kept: list[str] = []
    inside = ""
    skipping = False
    for line in text.splitlines(keepends=True):
        if not line.startswith((" ", "!", "exit")):
            inside = line
            skipping = any(line.startswith(_BLOCKS[daemon]) for daemon in gone)
        alien = any(_LINES[daemon].match(line) for daemon in gone)
        of_map = inside.startswith("route-map ") and line.startswith(" ") and "bgpd" in gone
        if not (skipping or alien or (of_map and not _KEPT_OF_MAPS.match(line))):
            kept.append(line)
        if line.startswith("exit"):
            inside, skipping = "", False
    return re.sub(r"!\n(!\n)+", "!\n", "".join(kept))

"""Which of FRR's daemons a configuration needs; pure."""

from __future__ import annotations

import re

from napalm_frr.text.frr_tree import Contexts

#: Beginnings of outermost lines, and whose they are.
_OUTERMOST = {
    "router bgp ": "bgpd",
    "router isis ": "isisd",
    "router ospf": "ospfd",
    "router ospf6": "ospf6d",
    "router rip": "ripd",
    "router ripng": "ripngd",
    "mpls ldp": "ldpd",
    "bfd": "bfdd",
}
_STATIC = re.compile(r"(ip|ipv6) route ")


def daemons_for(frr: Contexts) -> frozenset[str]:
    """The daemons without which these contexts are not configured; zebra always.

    >>> sorted(daemons_for({(): ["ip route 10.0.0.0/8 Null0"], ("router bgp 65000",): []}))
    ['bgpd', 'staticd', 'zebra']
    """
    needed = {"zebra"}
    for path, lines in frr.items():
        if not path:
            if any(map(_STATIC.match, lines)):
                needed.add("staticd")
            continue
        if path[0].startswith("vrf ") and any(map(_STATIC.match, lines)):
            needed.add("staticd")
        words = path[0].split()
        for beginning, daemon in _OUTERMOST.items():
            if words[: len(own := beginning.split())] == own:
                needed.add(daemon)
    return frozenset(needed)

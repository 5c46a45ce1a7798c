"""FRR's releases whose texts are read, and in what each differs from the first.

The rules of the reader were tried on the daemons of 8.4.4. Another release has a table of commands
of its own, taken from its parser; a line is read where both have it, so that nothing which is new
there is read by rules that nobody tried. What means something else is a field of `Release`, and was
tried on that release's daemons (`python -m tests.oracle.fuzz --release trixie`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_STATED = re.compile(r"\s*frr version (\S+)")
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, eq=False)
class Release:
    """What the reader must know of a release; there is one of each."""

    #: As `frr version` begins in its texts.
    version: str
    #: The table of its commands: `frr-TABLE.commands`.
    table: str
    #: `1.1:7` is of AS 65537; else of the address 1.0.0.1.
    dotted_as: bool = False
    #: A prefix list takes an equal rule again, under a number of its own; else it is dropped.
    equal_prefix_rules: bool = False
    #: `no label vpn export L` is refused where L is not what was said; else it undoes any.
    undoes_own_label: bool = False
    #: `set evpn gateway-ip` is refused for addresses that are nobody's.
    tests_gateways: bool = False
    #: `no network P rd RD label L` does nothing.
    keeps_vpn_networks: bool = False
    #: mgmtd takes static routes, addresses of ports and `ipv6 nd` at once, or nothing of them.
    all_or_nothing: bool = False
    #: `no neighbor X bfd profile P` where there is no session makes none.
    keeps_no_bfd: bool = False
    #: `quit` at the top level drops what mgmtd has read: static routes, addresses of ports.
    quit_drops: bool = False
    #: (block, command) that is new -> the command of the first release that means the same.
    renamed: Mapping[tuple[str, str], str] = field(default_factory=dict)


FIRST = Release("8.4", "8.4.4")
_TEN = Release(
    "10.3",
    "10.3",
    dotted_as=True,
    equal_prefix_rules=True,
    undoes_own_label=True,
    tests_gateways=True,
    keeps_vpn_networks=True,
    all_or_nothing=True,
    keeps_no_bfd=True,
    quit_drops=True,
    renamed={
        ("interface", "multicast enable"): "multicast",
        ("interface", "multicast disable"): "no multicast",
    },
)
RELEASES = {each.version: each for each in (FIRST, _TEN)}


def in_words() -> str:
    """All that are known."""
    return ", ".join(f"FRR {version}" for version in RELEASES)


def release_of(stated: str) -> Release | None:
    """The release of `frr version STATED`; None of one that is not known."""
    return RELEASES.get(".".join(_NUMBERS.findall(stated)[:2]))


def stated_release(lines: Iterable[str]) -> Release:
    """The release that a text says it is of: the first that is known; where it says none, FIRST."""
    for line in lines:
        if (found := _STATED.match(line)) and (release := release_of(found[1])) is not None:
            return release
    return FIRST

"""nftables on an emulated router: a ruleset is held and listed back, and no packet is filtered."""

from __future__ import annotations

import re

_TABLE = re.compile(r"^(table (?:inet|ip6?|arp|bridge|netdev) [A-Za-z_][\w./-]*) \{$", re.MULTILINE)
_QUOTED = re.compile(r'"[^"]*"')
_TYPE = re.compile(r"type (filter|nat|route) hook \S+ priority [^;]+;( policy (accept|drop);)?$")


def refusal(ruleset: str) -> tuple[int, str]:
    """The number and the words of the first line that nft cannot take; (0, "") for none.

    Tables, blocks and base chains are looked at, and of rules the braces.
    """
    depth = 0
    for number, raw in enumerate(ruleset.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if depth == 0 and not _TABLE.match(line):
            return number, "nft does not take it: syntax error, unexpected string"
        if line.startswith("type ") and " hook " in line and not _TYPE.match(line):
            return number, "nft does not take it: syntax error, unexpected string"
        bare = _QUOTED.sub("", line)
        depth += bare.count("{") - bare.count("}")
        if depth < 0 or '"' in bare:
            return number, "nft does not take it: syntax error, unexpected junk"
    if depth:
        return len(
            ruleset.splitlines()
        ), "nft does not take it: syntax error, unexpected end of file"
    return 0, ""


def both(before: str, after: str) -> str:
    """What the agent loads between two filters: the kernel asks the chains of both."""
    return before + _TABLE.sub(r"\1-next {", after)

"""Tables beside egovnet's own that decide nothing: they only accept, count, or are never come to.

What a base chain accepts goes on to the others at that hook, and the other hooks: the packet is let
through where all of them do (nft(8), "accept"; tried on the kernel in `tests/oracle`). A table with
anything else, or in words that nft may refuse, is left to a person: with one line that nft does not
take, it takes none of the file.
"""

import re
from collections.abc import Sequence

from egovnet.templates.frr.config.draft import Unclear
from egovnet.templates.frr.config.nftables_rule import GOES_ON, read_rule
from egovnet.templates.frr.config.nftables_sets import NamedSet, read_set
from egovnet.templates.frr.config.nftables_values import is_name

_Line = tuple[int, str]
_TABLE = re.compile(r"table (?:(inet|ip|ip6) )?(\S+)")
_BASE = re.compile(
    r"type filter hook (prerouting|input|forward|output|postrouting)"
    r" priority (?:filter|mangle|raw|security|-?\d{1,4}); policy accept;"
)
#: Words of the other family, which nft refuses in a table of one.
_OTHERS = {
    "inet": re.compile(r"(?!)"),
    "ip": re.compile(r"\b(?:ip6|icmpv6|nfproto|ipv6\w*)\b|::"),
    "ip6": re.compile(r"\b(?:ip|icmp|nfproto|ipv4\w*)\b"),
}
#: A word of nft that is a table's name as well: Debian's own ruleset has it.
_NAMES = frozenset(("filter",))
_NOT_THERE = {
    "oifname": ("prerouting", "input"),
    "iifname": ("output", "postrouting"),
}


def only_accepts(
    header: str, lines: Sequence[_Line], blocks: Sequence[tuple[str, Sequence[_Line]]]
) -> bool:
    """Whether a table, of sets and chains each with its header, decides about no packet."""
    table = _TABLE.fullmatch(header)
    headers = [inner for inner, _ in blocks]
    named = table is not None and (is_name(table[2]) or table[2] in _NAMES)
    if table is None or lines or not named or len(set(headers)) < len(headers):
        return False
    try:
        sets = {
            inner.removeprefix("set "): read_set(list(said))
            for inner, said in blocks
            if inner.startswith("set ")
        }
        return all(
            inner.startswith("set ")
            or (inner.startswith("chain ") and _accepts(table[1] or "ip", said, sets))
            for inner, said in blocks
        ) and all(is_name(inner.split(" ", 1)[1]) for inner in headers)
    except (Unclear, ValueError, IndexError):
        return False


def _accepts(family: str, said: Sequence[_Line], sets: dict[str, NamedSet]) -> bool:
    texts = [text for _, text in said]
    base = _BASE.fullmatch(texts[0]) if texts and texts[0].startswith("type ") else None
    if base is None:
        return not texts  # what may be jumped to from elsewhere is not looked for
    for text in texts[1:]:
        if _OTHERS[family].search(text):
            return False
        if any(word in text and base[1] in hooks for word, hooks in _NOT_THERE.items()):
            return False
        rule = read_rule(text, sets)
        if rule.verdicts or rule.verdict not in (GOES_ON, ("accept", "")):
            return False
    return True

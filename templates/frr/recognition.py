"""Texts of unknown origin: whether one is FRRouting's on Linux, and whose it says it is."""

import re

from egovnet.templates.platform import Recognition

#: What FRR prints at the head of every configuration, the marks of the parts before it, and how
#: nftables' rulesets begin.
_SAYS_SO = re.compile(
    r"^frr (?:version|defaults) |^# This file describes the network interf|^# nftables.conf --"
    r"|\A#! ?/\S*(?:/| )nft\b|^(?:flush ruleset\b|(?:add )?table (?:ip6?|inet|arp|bridge|netdev) )",
    re.M,
)
#: First words of FRR's and ifupdown2's lines, which other platforms have some of.
_WORDS = re.compile(
    r"^[ \t]*(?:hostname|interface|router|vrf|ip|ipv6|route-map|bgp|neighbor|address-family|mpls"
    r"|log|service|password|enable|line|debug|no|access-list|key|pbr-map|auto|iface|source|end"
    r"|exit|!|Building configuration|Current configuration)\b|^[ \t]*!",
    re.M,
)
_NAME = re.compile(r"^[ \t]*hostname[ \t]+\"?([^\s\";]+)", re.M)
#: A rendered text begins with the router's name and then the Linux part.
_HEADED = re.compile(r"\A(\S+)\r?\n# This file describes the network interfaces")


def recognises(text: str) -> Recognition:
    """Certain where FRR's own head is in it, whatever else stands there."""
    if _SAYS_SO.search(text):
        return Recognition.CERTAIN
    return Recognition.POSSIBLE if _WORDS.search(text) else Recognition.NO


def stated_name(text: str) -> tuple[str, int] | None:
    """The name that a text says is its router's, and the line."""
    headed = _HEADED.match(text)
    if headed:
        return headed.group(1), 1
    named = _NAME.search(text)
    if named is None:
        return None
    return named.group(1), text.count("\n", 0, named.start(1)) + 1

"""FRR's text as contexts and their lines, in a form where equal means the same to the router.

A configuration is `{path: [line, ...]}` in the text's order. A path is the headers from the outside
in, `("router bgp 65000 vrf a", "address-family ipv4 unicast")`; the top level is `()`. Comments,
blank lines, `exit` lines and what vtysh prints about itself are gone; addresses and route targets
are written one way.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Iterator
from typing import TypeAlias

from napalm_frr.text.frr_grammar import CONTEXTS, IGNORED, LEFT_OUT_WHEN_EMPTY, Keywords

Path: TypeAlias = tuple[str, ...]
Contexts: TypeAlias = dict[Path, list[str]]

_EXIT = re.compile(r"exit(-\S+)?$|end$|quit$")
_FAMILIES = {
    "address-family ipv4": "address-family ipv4 unicast",
    "address-family ipv6": "address-family ipv6 unicast",
    "address-family vpnv4": "address-family ipv4 vpn",
    "address-family vpnv6": "address-family ipv6 vpn",
    "address-family vpnv4 unicast": "address-family ipv4 vpn",
    "address-family vpnv6 unicast": "address-family ipv6 vpn",
}
_FREE_TEXT = re.compile(r"(.* )?(description|password|banner|message-digest-key|key-string)( |$)")
_PREFIX_COMMAND = re.compile(r"(no )?(ip|ipv6) (route|prefix-list) |(no )?network ")


def parse(text: str) -> Contexts:
    """Read FRR's text, indented as `show running-config` prints it.

    Never fails: what is not a context of FRR's is a line of the context it stands in, and whether
    it is valid is for `vtysh -C` to say.
    """
    # dictionaries keep the order and find a line at once, in a reflector of thousands too
    contexts: dict[Path, dict[str, None]] = {(): {}}
    for _, path, line in numbered(text):
        lines = contexts.setdefault(path, {})
        if line is not None:
            lines.update(dict.fromkeys(split_route_targets(line)))
    return drop_empty({path: list(lines) for path, lines in contexts.items()})


def numbered(text: str) -> Iterator[tuple[int, Path, str | None]]:
    """Each meaningful line as (number from 1, its context's path, canonical line).

    The line is None where it is the context's own header.
    """
    stack: list[tuple[int, str, Keywords]] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = " ".join(raw.split())
        if not line or line[0] in "!#":
            continue
        if _EXIT.match(line):
            if line == "end":
                stack.clear()
            elif stack:
                stack.pop()
            continue
        spaced = raw.expandtabs()
        indent = len(spaced) - len(spaced.lstrip())
        while stack and stack[-1][0] >= indent:
            stack.pop()
        if not stack and IGNORED.match(line):
            continue
        keywords = stack[-1][2] if stack else CONTEXTS
        path = tuple(header for _, header, _ in stack)
        inner = next((key for key in keywords if _opens(key, line)), None)
        if inner is None:
            yield number, path, canonical_line(line)
        else:
            header = canonical_line(line)
            if path and path[0].startswith("router bgp "):
                header = _FAMILIES.get(header, header)
            stack.append((indent, header, keywords[inner]))
            yield number, (*path, header), None


def hostname_of(text: str) -> str | None:
    """The name given by the `hostname` line of FRR's text, or None."""
    match = re.search(r"^hostname (\S+)\s*$", text, re.MULTILINE)
    return match.group(1) if match else None


# The texts of one router, and of its neighbours, have most of their lines in common.
@functools.lru_cache(maxsize=65536)
def canonical_line(line: str) -> str:
    """One spelling for IPv6 addresses and for prefixes with host bits; free text is left alone."""
    if _FREE_TEXT.match(line):
        return line
    prefixes = bool(_PREFIX_COMMAND.match(line))
    return " ".join(_canonical_word(word, prefixes) for word in line.split())


def drop_empty(contexts: Contexts) -> Contexts:
    """Without the contexts that `show running-config` does not print when nothing is in them."""
    outer = {path[:depth] for path in contexts for depth in range(1, len(path))}
    kept: Contexts = {}
    for path, lines in contexts.items():
        vanishes = path and not lines and LEFT_OUT_WHEN_EMPTY.match(" > ".join(path))
        if not vanishes or path in outer:
            kept[path] = lines
    return kept


def children_of(contexts: Contexts, path: Path) -> list[Path]:
    """All contexts inside one, at any depth."""
    return [other for other in contexts if len(other) > len(path) and other[: len(path)] == path]


def same(one: Contexts, other: Contexts) -> bool:
    """Whether two configurations mean the same; order within a context does not matter to FRR 8.4.

    Where order matters (route-maps, prefix-lists, community-lists) FRR numbers the entries, so it
    is part of the lines.
    """
    return _as_sets(one) == _as_sets(other)


def _as_sets(contexts: Contexts) -> dict[Path, set[str]]:
    return {path: set(lines) for path, lines in contexts.items() if path or lines}


def _opens(keyword: str, line: str) -> bool:
    if keyword.endswith(" "):
        return line.startswith(keyword) and len(line) > len(keyword)
    return line == keyword or line.startswith(keyword + " ")


def split_route_targets(line: str) -> list[str]:
    """`rt vpn both A` is how FRR prints an import and an export list that are equal."""
    match = re.fullmatch(r"rt vpn (both|import|export) (.+)", line)
    if match is None:
        return [line]
    targets = " ".join(sorted(match.group(2).split()))
    ways = ("import", "export") if match.group(1) == "both" else (match.group(1),)
    return [f"rt vpn {way} {targets}" for way in ways]


def _canonical_word(word: str, prefixes: bool) -> str:
    if ":" not in word and not (prefixes and "/" in word):
        return word
    try:
        if "/" not in word:
            return str(ipaddress.IPv6Address(word))
        if prefixes:
            return str(ipaddress.ip_network(word, strict=False))
        return str(ipaddress.ip_interface(word))
    except ValueError:
        return word

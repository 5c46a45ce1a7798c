"""nftables' part of a text as parts: whose packets each line is about, by the interface.

The order of a chain's rules counts, so each statement has its number; a comment is words only.
"""

import re
from collections.abc import Iterator

from egovnet.templates.frr.packet_filter_words import (
    BASE_CHAINS,
    FILTER_MARK,
    TABLE,
    TRANSLATE,
    ZONES,
)
from egovnet.templates.model.parts import Part, PartKind

#: The part of a text: from its mark to the line that FRR prints first.
_PART = re.compile(
    rf"^{re.escape(FILTER_MARK)}\n(?P<text>.*?)(?=^frr (?:version|defaults) |\Z)",
    re.MULTILINE | re.DOTALL,
)
_COMMENT = re.compile(r' comment "([^"]*)"$')
_ELEMENT = re.compile(r'"([^"]+)" : ([^,}]+?)(?= ?[,}])')
_WAY_OUT = re.compile(r'oifname "([^"]+)"')
_OWN_CHAIN = re.compile(rf"(?:{'|'.join(BASE_CHAINS)})-(?P<interface>[^/]+)(?:/\d+)?")
#: Lines whose elements are an interface's each.
_BY_INTERFACE = ("iifname vmap {", *(f"{words} {{" for words in ZONES.values()))
_OTHER = Part(PartKind.OTHER)


def split_filter(text: str) -> tuple[str, str]:
    """(the text without nftables' part, that part without its mark)."""
    found = _PART.search(text)
    if found is None:
        return text, ""
    return text[: found.start()] + text[found.end() :], found["text"]


def filter_parts(text: str) -> Iterator[tuple[Part, str]]:
    """Every statement of nftables' part; linear, and never fails."""
    path: list[str] = []
    index = 0
    for raw in text.splitlines():
        line = " ".join(raw.split())
        if line == "}":
            path = path[:-1]
        elif line.endswith("{") and "}" not in line and not line.startswith("elements"):
            path.append(line.removesuffix("{").strip())
            index = 0
            yield _of_block(path, line)
        elif line and not line.startswith("#"):
            index += 1
            yield from _line(path, index, line)


def _of_block(path: list[str], line: str) -> tuple[Part, str]:
    return _part(path), " > ".join((*path[:-1], line))


def interface_of(path: tuple[str, ...] | list[str]) -> str | None:
    """The interface whose packets come to a chain of egovnet's, "" where they all do.

    None: it is none of egovnet's.
    """
    if not path or path[0] != f"table {TABLE}":
        return None
    own = _OWN_CHAIN.fullmatch(path[1].removeprefix("chain ")) if len(path) > 1 else None
    return own["interface"] if own else ""


def _part(path: list[str]) -> Part:
    interface = interface_of(path)
    return _OTHER if interface is None else Part(PartKind.PACKET_FILTER, name=interface)


def _line(path: list[str], index: int, line: str) -> Iterator[tuple[Part, str]]:
    part, where = _part(path), " > ".join(path)
    said = _COMMENT.search(line)
    if said is not None:
        yield Part(PartKind.WORDS, name=part.name), f"{where} {index} {said[1]}"
        line = line[: said.start()]
    if part.kind is PartKind.PACKET_FILTER and line.startswith(_BY_INTERFACE):
        for interface, verdict in _ELEMENT.findall(line):
            yield Part(PartKind.PACKET_FILTER, name=interface), f"{where} {index} {verdict}"
        return
    way_out = _WAY_OUT.match(line)
    if part.kind is PartKind.PACKET_FILTER and path[1:] == [f"chain {TRANSLATE}"] and way_out:
        part = Part(PartKind.PACKET_FILTER, name=way_out[1])
    yield part, f"{where} {index} {line}"

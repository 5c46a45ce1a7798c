"""Keys of sessions in frr.conf's text: which session has one, and which of egovnet's it is.

By the lines as FRR 8.4 prints them, their values taken out before (`secrets.redaction`): what
stands for a key of egovnet's is still there.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from secrets import token_bytes

from egovnet.inventory.model.keys import KeyPurpose, references_in
from egovnet.templates.model.facts import SessionKey

_HEADER = re.compile(r"(?:interface|vrf|route-map|router|key chain) \S|mpls ldp$")
_HINTS = ("password",)
_ISIS = re.compile(r"(?:isis |(domain)-)password (?:clear|md5)(.*)")
_NEIGHBOR = re.compile(r"neighbor (\S+) password(.*)")


#: Of this run of the program: what is made with it says nothing of a key to anybody else.
_OWN = token_bytes(32)


def key_marks(lines: Sequence[str]) -> dict[int, bytes]:
    """Of lines with their values still in them, by number: what tells two keys apart."""
    return {
        number: blake2b(line.split()[-1].encode("utf-8", "replace"), key=_OWN).digest()
        for number, line in enumerate(lines, 1)
        if any(hint in line for hint in _HINTS)
    }


def session_keys(
    lines: Sequence[str], first: int, marks: Mapping[int, bytes]
) -> dict[tuple[str, str], SessionKey]:
    """Of the lines of frr.conf, by protocol and place; `first` is the number of the first line,
    `marks` are of `key_marks`."""
    found: dict[tuple[str, str], SessionKey] = {}
    for number, head, line in _keyed(lines, first):
        off = line.startswith("no ")
        for purpose, at, rest in _read(head, line.removeprefix("no ")):
            if off:
                found.pop((purpose, at), None)
            else:
                reference = next(references_in(rest), None)
                found[purpose, at] = SessionKey(
                    purpose, at, reference, number, marks.get(number, b"")
                )
    return dict(sorted(found.items()))


def _keyed(lines: Sequence[str], first: int) -> Iterator[tuple[int, str, str]]:
    """(number, header of the context, line) of lines that may set a key."""
    head, family_of_labels = "", False
    for number, raw in enumerate(lines, first):
        line = " ".join(raw.split())
        if line.startswith(("address-family ", "exit-address-family")):
            family_of_labels = head == "mpls ldp" and line[0] == "a"
        elif _HEADER.match(line) and not (family_of_labels and line.startswith("interface ")):
            head, family_of_labels = line, False
        elif any(hint in line for hint in _HINTS):
            yield number, head, line


def _read(head: str, line: str) -> Iterator[tuple[KeyPurpose, str, str]]:
    """(purpose, place, what follows) of a line that sets a key."""
    words = head.split()
    of_isis, of_neighbor = _ISIS.match(line), _NEIGHBOR.match(line)
    if of_isis and of_isis[1] and words[:2] == ["router", "isis"]:
        yield KeyPurpose.DOMAIN, "", of_isis[2]
    elif of_isis and not of_isis[1] and words[:1] == ["interface"]:
        yield KeyPurpose.HELLO, words[1], of_isis[2]
    elif of_neighbor and head == "mpls ldp":
        yield KeyPurpose.LDP, of_neighbor[1], of_neighbor[2]
    elif of_neighbor and words[:2] == ["router", "bgp"]:
        if words[3:] == ["vrf"]:
            return  # FRR refuses the header: whose session it is, is not known
        vrf = f" in VRF {words[4]}" if words[3:4] == ["vrf"] else ""
        yield KeyPurpose.BGP, f"{of_neighbor[1]}{vrf}", of_neighbor[2]

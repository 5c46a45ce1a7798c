"""Keys of sessions that somebody set by hand: kept in a text that would take them away.

A neighbor's password that egovnet does not know is the session's both ends' business: to push a
text without it would end the session, or open it to anybody. Where a key of egovnet's own takes
its place it goes, and so does a password of the router's own login; both are named.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from egovnet.templates.frr.secrets.key_lines import HINTS, hide_keys, is_key_line
from egovnet.templates.frr.secrets.redaction import REDACTED, stands_for_a_key
from egovnet.templates.platform import KeptKeys

_NEIGHBOR = re.compile(r"neighbor (\S+) ")
_END = re.compile(r"exit(-\S+)?$|!$|end$")
#: The first line of FRR's part; what stands before it is the name and Linux' interfaces.
_FRR = re.compile(r"^frr version .*$", re.MULTILINE)


@dataclass
class _Tree:
    """FRR's part of a text: where each line stands, by its context."""

    lines: list[str]
    #: (context, line) -> its index, of the first one.
    places: dict[tuple[tuple[str, ...], str], int] = field(default_factory=dict)


def keep_keys(running: str, intended: str) -> KeptKeys:
    """`intended` with the keys that `running` has and it lacks, where their object stays.

    A key goes with its object, such as a neighbor that goes: those are named, not kept.
    """
    if not any(hint in running for hint in HINTS):
        return KeptKeys(intended)
    old, new = _tree(running), _tree(intended)
    missing = [place for place in old.places if _is_key(place[1]) and place not in new.places]
    kept: list[str] = []
    gone: list[str] = []
    inserted: dict[int, list[str]] = {}
    for path, line in missing:
        at = None if _has_own(new, path, line) else _anchor(new, path, line)
        name = hide_keys(" > ".join((*path, line)))
        if at is None:
            gone.append(name)
        else:
            kept.append(name)
            inserted.setdefault(at, []).append(old.lines[old.places[path, line]])
    text = intended
    if inserted:
        whole = [
            each for index, own in enumerate(new.lines) for each in (own, *inserted.get(index, ()))
        ]
        text = "\n".join(whole)
    return KeptKeys(text, tuple(kept), tuple(gone))


def _is_key(line: str) -> bool:
    # somebody may have pasted what was printed: then the session's key is these letters
    return is_key_line(line.replace(REDACTED, "key")) and not line.startswith("no ")


def _has_own(tree: _Tree, path: tuple[str, ...], line: str) -> bool:
    """Whether egovnet has a key of its own where a line sets one."""
    for own, text in tree.places:
        if own == path and stands_for_a_key(text):
            setting = text[: text.index("<")].removesuffix("md5 ")
            if line.startswith(setting):
                return True
    return False


def _anchor(tree: _Tree, path: tuple[str, ...], line: str) -> int | None:
    """Index of the line after which a key belongs; None: what it is of is not there."""
    if not path:
        return None  # the router's own login is no session: it is as the inventory says
    context = tree.places.get((path[:-1], path[-1]))
    neighbor = _NEIGHBOR.match(line)
    if context is None or neighbor is None or not path[0].startswith("router bgp"):
        return context
    # FRR takes a neighbor's password only where it knows its AS
    of_it = f"neighbor {neighbor[1]} remote-as "
    return next(
        (at for (own, text), at in tree.places.items() if own == path and text.startswith(of_it)),
        None,
    )


def _tree(text: str) -> _Tree:
    tree = _Tree(text.split("\n"))
    for index, path, line in _walk(text, tree.lines):
        tree.places.setdefault((path, line), index)
    return tree


def _walk(text: str, lines: list[str]) -> Iterator[tuple[int, tuple[str, ...], str]]:
    """(index, context, line) of each line of FRR's part, by its indentation."""
    start = _FRR.search(text)
    first = text.count("\n", 0, start.start()) if start else 0
    stack: list[tuple[int, str]] = []
    for index in range(first, len(lines)):
        line = lines[index].strip()
        indent = len(lines[index]) - len(lines[index].lstrip())
        while stack and stack[-1][0] >= indent:
            stack.pop()
        if not line or _END.match(line):
            continue
        yield index, tuple(text for _, text in stack), line
        stack.append((indent, line))

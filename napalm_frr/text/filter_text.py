"""nftables' ruleset as contexts, as `nft -s list ruleset` prints it; pure.

A table is a context, and so is a chain, a set or a map in it: `{("table inet t", "chain c"): [rule,
...]}`. The order of lines means something: the first rule that matches decides.
"""

from __future__ import annotations

import re

from napalm_frr.errors import DeviceTextError
from napalm_frr.text.frr_tree import Contexts, Path

_TABLE = re.compile(r"table (?:inet|ip6?|arp|bridge|netdev) [A-Za-z_][\w./-]* \{$")
_BLOCK = re.compile(r"(?:chain|set|map|flowtable|counter|quota|limit|ct helper|synproxy) \S+ \{$")
_FOREIGN = re.compile(r"(?:^|[\s;{}])(include|define|redefine|undefine)(?:\s|$)")
_QUOTED = re.compile(r'"[^"]*"')


def parse(text: str) -> Contexts:
    """Read a ruleset leniently; what stands outside tables are lines of the path `()`."""
    contexts: Contexts = {}
    path: Path = ()
    rest = ""
    for raw in text.splitlines():
        line = " ".join(f"{rest} {raw}".split())
        rest = ""
        if not line or line.startswith("#"):
            continue
        if line == "}":
            path = path[:-1]
        elif line.endswith("{") and (_TABLE.match(line) or _BLOCK.match(line)):
            path = (*path, line.removesuffix(" {"))
            contexts.setdefault(path, [])
        elif _depth(line) > 0:  # elements of a set go on in the next line
            rest = line
        else:
            contexts.setdefault(path, []).append(line)
    if rest:
        contexts.setdefault(path, []).append(rest)
    return contexts


def check(text: str) -> None:
    """Raise DeviceTextError with the line for what is no ruleset in tables, or reads other files.

    Whether nft takes its rules is said by the router's own nft.
    """
    depth = 0
    for number, raw in enumerate(text.splitlines(), start=1):
        line = " ".join(raw.split())
        if not line or line.startswith("#"):
            continue
        foreign = _FOREIGN.search(_QUOTED.sub(" ", line))
        if foreign:
            raise DeviceTextError(
                f"{foreign[1]!r}: a packet filter's text is whole, without other files and words "
                "for values",
                number,
            )
        if depth == 0 and not _TABLE.match(line):
            raise DeviceTextError(f"{line!r} is not 'table FAMILY NAME {{'", number)
        depth += _depth(line)
        if depth < 0:
            raise DeviceTextError("'}' ends nothing", number)
    if depth:
        raise DeviceTextError("a '{' of the packet filter has no '}'", len(text.splitlines()) or 1)


def same(one: Contexts, other: Contexts) -> bool:
    """Whether two rulesets are the same, rule by rule; tables may stand in any order."""
    return one == other


def merge(running: str, fragment: str) -> str:
    """A ruleset with the tables of a fragment in place of those of the same names."""
    tables = _tables(running) | _tables(fragment)
    return "\n".join(tables.values())


def render(contexts: Contexts) -> str:
    """A ruleset's text of its contexts; `parse(render(c)) == c` for what `parse` returns."""
    blocks = []
    for table in (path for path in contexts if len(path) == 1):
        inner = ["".join(f"\t{line}\n" for line in contexts[table])]
        for path, lines in contexts.items():
            if len(path) == 2 and path[:1] == table:  # a block of this table
                body = "".join(f"\t\t{line}\n" for line in lines)
                inner.append(f"\t{path[1]} {{\n{body}\t}}\n")
        blocks.append(f"{table[0]} {{\n" + "\n".join(filter(None, inner)) + "}\n")
    return "\n".join(blocks)


def _tables(text: str) -> dict[str, str]:
    """Each table's own text by its header."""
    contexts = parse(text)
    return {
        path[0]: render({inner: contexts[inner] for inner in contexts if inner[:1] == path})
        for path in contexts
        if len(path) == 1
    }


def _depth(line: str) -> int:
    bare = _QUOTED.sub('""', line)
    return bare.count("{") - bare.count("}")

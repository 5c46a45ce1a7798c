"""Random lines from FRR's own command table: every argument and every `no` form there is."""

import random
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from tests.oracle.frr_commands import DATA

_ANY = "a b M N L K G H 192.0.2.1 192.0.2.2 eth1 lo 65000:1 10.1.0.0/16 default"
#: What the values called so are drawn from; others are drawn from all names of a text.
_NAMED = {
    "ACCESSLIST4_NAME": "L K",
    "ACCESSLIST6_NAME": "L K",
    "ACCESSLIST_NAME": "L K",
    "AS_PATH_FILTER_NAME": "L K",
    "ASN:NN_OR_IP-ADDRESS:NN": "65000:1 1.1.1.1:5 65536:9",
    "COMMUNITY_LIST_NAME": "L K",
    "EXTCOMMUNITY_LIST_NAME": "L K",
    "IFNAME": "eth1 eth2 lo",
    "INTERFACE": "eth1 eth2",
    "LCOMMUNITY_LIST_NAME": "L K",
    "LINE": "text",
    "NAME": "a b",
    "PGNAME": "G H",
    "PREFIXLIST_NAME": "L K",
    "RMAP": "M N",
    "RMAP_NAME": "M N",
    "ROUTE-MAP": "M N",
    "ROUTEMAP_NAME": "M N",
    "RT": "65000:1 65000:2",
    "RTLIST": "65000:1 65000:2",
    "VIEWVRFNAME": "a b",
}
_KINDS = {
    "ipv4": "192.0.2.1 192.0.2.2 255.255.0.0",
    "ipv4/m": "10.1.0.0/16 10.2.0.0/16 0.0.0.0/0 10.1.0.1/16",
    "ipv6": "2001:db8::1 2001:db8::2",
    "ipv6/m": "2001:db8:1::/48 ::/0",
    "mac": "00:00:00:00:00:01",
    "mac/m": "00:00:00:00:00:01/48",
}
_NUMBERS = (0, 1, 2, 5, 10, 20, 24, 100, 255, 64512, 65000)
#: First words that are left out: they do nothing to what runs, or end the daemons.
_LEFT_OUT = """
    show list find do output exit quit end XFRR_start_configuration XFRR_end_configuration write
    log debug password enable service hostname domainname banner username allow-external
"""


@cache
def _table() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    blocks, rows = {}, {}
    for line in DATA.read_text(encoding="utf-8").splitlines():
        if line[0] != "#":
            name, *row = line.split("\t")
            if name == "block":
                blocks[row[0]] = row[1].split()
            else:
                rows[name] = row
    return blocks, rows


def walk(rng: random.Random, block: str, *first: str) -> str:
    """A line that FRR's parser knows in `block`, beginning with one of `first` if there are any."""
    blocks, rows = _table()
    starts = [each for each in blocks[block] if rows[each][1] not in _LEFT_OUT.split()]
    if first:
        starts = [each for each in starts if rows[each][1] in first]
    words: list[str] = []
    onward = starts
    while onward:
        chosen = rng.choice(onward)
        if chosen == "." or len(words) > 12:
            break
        kind, text, after = rows[chosen]
        words.append(_word(rng, kind, text))
        onward = after.split()
    return " ".join(words)


def transitions(block: str, tries: int = 1) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(form, lines of it with `tries` choices of values), of as few forms as take each step that
    FRR's parser can take in `block`.

    A step is two words one after the other: every option of every command is among them.
    """
    rng = random.Random(block)  # noqa: S311 -- to be repeated, not secret
    blocks, rows = _table()
    onward = {name: row[2].split() for name, row in rows.items()}
    starts = [each for each in blocks[block] if rows[each][1] not in _LEFT_OUT.split()]
    before: dict[str, tuple[str, ...]] = {}
    waiting = deque((start, (start,)) for start in starts)
    while waiting:
        name, path = waiting.popleft()
        if name in before:
            continue
        before[name] = path
        waiting.extend((each, (*path, each)) for each in onward[name] if each != ".")
    behind = _endings(onward, before)
    seen: set[str] = set()
    for name, path in before.items():
        for each in onward[name]:
            step = path if each == "." else (*path, each, *behind[each])
            form = " ".join(rows[token][1] for token in step)
            if form not in seen:
                seen.add(form)
                words = [[_word(rng, *rows[token][:2]) for token in step] for _ in range(tries)]
                yield form, tuple(dict.fromkeys(map(" ".join, words)))


def _endings(onward: Mapping[str, list[str]], among: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The fewest words behind each token with which a line may end."""
    found: dict[str, tuple[str, ...]] = {name: () for name in among if "." in onward[name]}
    left = [name for name in among if name not in found]
    while left:
        new = {
            name: (each, *found[each])
            for name in left
            if (each := next((each for each in onward[name] if each in found), None))
        }
        assert new, left
        found |= new
        left = [name for name in left if name not in found]
    return found


def _word(rng: random.Random, kind: str, text: str) -> str:
    if kind == "word":
        return text
    if kind == "range":
        low, high = (int(each) for each in text.strip("()").rsplit("-", 1))
        return str(rng.choice([n for n in (*_NUMBERS, low, high) if low <= n <= high]))
    if kind in _KINDS:
        return rng.choice(_KINDS[kind].split())
    return rng.choice(_NAMED[text].split() if text in _NAMED else _ANY.split())

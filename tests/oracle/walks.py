"""Random lines from FRR's own command table: every argument and every `no` form there is."""

import random
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
    return walk_with_form(rng, block, *first)[0]


def walk_with_form(rng: random.Random, block: str, *first: str) -> tuple[str, str]:
    """The line, and its form: the same with its values as FRR's table calls them."""
    blocks, rows = _table()
    starts = [each for each in blocks[block] if rows[each][1] not in _LEFT_OUT.split()]
    if first:
        starts = [each for each in starts if rows[each][1] in first]
    words: list[str] = []
    form: list[str] = []
    onward = starts
    while onward:
        chosen = rng.choice(onward)
        if chosen == "." or len(words) > 12:
            break
        kind, text, after = rows[chosen]
        words.append(_word(rng, kind, text))
        form.append(text)
        onward = after.split()
    return " ".join(words), " ".join(form)


def _word(rng: random.Random, kind: str, text: str) -> str:
    if kind == "word":
        return text
    if kind == "range":
        low, high = (int(each) for each in text.strip("()").rsplit("-", 1))
        return str(rng.choice([n for n in (*_NUMBERS, low, high) if low <= n <= high]))
    if kind in _KINDS:
        return rng.choice(_KINDS[kind].split())
    return rng.choice(_NAMED[text].split() if text in _NAMED else _ANY.split())

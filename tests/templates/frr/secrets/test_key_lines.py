"""The table of lines with keys is whole: FRR's own grammar is walked for every one."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.templates.frr.config import frr_grammar
from egovnet.templates.frr.secrets.key_lines import hide_keys
from napalm_frr.text.sanitize import hide_secrets

SECRET = "Hunter2-xyzzy"
TABLE = Path(frr_grammar.__file__).with_name("frr-8.4.4.commands")
#: Keywords after which a free word is a key, or may be.
_ABOUT = re.compile(r"passw|key|md5|secret|auth|clear|community$|string|^8")
#: Commands whose free word after such a keyword is a name that somebody chose.
_NAMES = re.compile(
    r"key-chain|key chain|keychain|authentication-restrict|extcommunity|community-list"
    r"|large-community|^(?:match|set|no) |community |send-community|nopassword"
)
_SAMPLES = {"ipv4": "10.0.0.1", "ipv6": "fde9::1", "ipv4/m": "10.0.0.0/8", "ipv6/m": "fde9::/64"}


def _tokens() -> tuple[dict[int, list[str]], dict[str, list[int]]]:
    rows: dict[int, list[str]] = {}
    blocks: dict[str, list[int]] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        name, *row = line.split("\t")
        if name == "block":
            blocks[row[0]] = [int(each) for each in row[1].split()]
        elif not name.startswith("#"):
            rows[int(name)] = row
    return rows, blocks


ROWS, BLOCKS = _tokens()


def _spelled(number: int) -> str:
    kind, text, _ = ROWS[number]
    if kind == "word":
        return text
    if kind == "range":
        return re.findall(r"[0-9]+", text)[0]
    return _SAMPLES.get(kind, "NAME")


def _onward(number: int) -> list[int]:
    return [int(each) for each in ROWS[number][2].split() if each != "."]


def _before() -> dict[int, list[int]]:
    before: dict[int, list[int]] = defaultdict(list)
    for number in ROWS:
        for after in _onward(number):
            before[after].append(number)
    return before


def key_lines() -> Iterator[tuple[str, str]]:
    """(block, line with SECRET) of each way by which a free word follows such a keyword."""
    for block, firsts in BLOCKS.items():
        #: state -> the shortest way there
        ways: dict[int, tuple[int, ...]] = {first: (first,) for first in firsts}
        waiting = list(firsts)
        while waiting:
            number = waiting.pop(0)
            way = ways[number]
            for after in _onward(number):
                kind = ROWS[after][0]
                if kind == "any" and _ABOUT.search(_spelled(number)):
                    yield block, " ".join([*map(_spelled, way), SECRET])
                if after not in ways and len(way) < 12:
                    ways[after] = (*way, after)
                    waiting.append(after)


#: What another way through the grammar has shadowed, and what FRR takes besides.
MORE = [
    ("top", f"enable password {SECRET}"),
    ("top", f"enable password 8 {SECRET}"),
    ("top", f"username li password {SECRET}"),
    ("interface", f"ip ospf authentication-key {SECRET}"),
    ("bgp", f"neighbor 10.0.0.1 password two {SECRET} words"),
]
LINES = [*sorted({(b, line) for b, line in key_lines() if not _NAMES.search(line)}), *MORE]


def test_the_walk_finds_what_everybody_knows() -> None:
    known = ["authentication-key", "key-string", "isis password", "-password", "neighbor"]
    assert all(any(words in line for _, line in LINES) for words in known)


@pytest.mark.parametrize(("block", "line"), LINES)
def test_no_key_of_the_grammar_is_left(block: str, line: str) -> None:
    for text in (f" {line}", f"-  {line}", f"r1 refused:\n+ {line} {SECRET}\nnext"):
        assert SECRET not in hide_keys(text), block
        assert SECRET not in hide_secrets(text), block


@pytest.mark.parametrize(
    "words",
    [
        "password authentication failed for li",
        "set EGOVNET_USERNAME and EGOVNET_PASSWORD or EGOVNET_SSH_KEY",
        "key chain rip-keys is unmanaged",
        "no such file: /etc/keys/id_ed25519",
        "ip ospf authentication message-digest",
        "set community 65000:1 additive",
        "neighbor 10.0.0.1 send-community both",
        "the key of bj-p1 changed; ask who knows",
    ],
)
def test_words_without_a_key_stay(words: str) -> None:
    assert hide_keys(words) == words


@given(st.sampled_from(LINES), st.text(max_size=20), st.text(max_size=20))
def test_hiding_twice_is_hiding_once(line: tuple[str, str], before: str, after: str) -> None:
    once = hide_keys(f"{before}\n {line[1]}\n{after}")
    assert hide_keys(once) == once
    assert SECRET not in once

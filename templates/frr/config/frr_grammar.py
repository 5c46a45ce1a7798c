"""Which lines FRR's own parser takes in a block, and which command a line is there.

The tables `frr-VERSION.commands` are what FRR's parser holds, taken from it
(`tests/oracle/frr_commands.py`). A word may be an abbreviation, as FRR allows it in files too
(lib/command_match.c): a keyword goes before a value, a keyword in full before its beginning, and
two keywords that both begin so are ambiguous.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from socket import AF_INET, AF_INET6, AddressFamily, inet_pton

from egovnet.templates.frr.config.draft import New, Unclear
from egovnet.templates.frr.config.releases import FIRST, Release

#: Words that a state remembers the way of; then it begins anew, for each text has others.
_REMEMBERED = 2000
#: Lines whose meaning is remembered, over all blocks.
_LINES = 50_000
#: Words of the longest line that is tried with abbreviations.
_LONGEST = 100
_NUMBER = re.compile(r"-?[0-9]{1,19}\Z")
_MAC = re.compile(r"[0-9A-Fa-f]{1,2}(:[0-9A-Fa-f]{1,2}){5}\Z")
_Test = Callable[[str], bool]


class _Token:
    """A word of a command: a keyword, or a value with what it must look like."""

    __slots__ = ("after", "ends", "rank", "test", "text")

    def __init__(self, kind: str, text: str, onward: str) -> None:
        after = onward.split()
        self.text = text if kind == "word" else ""
        #: FRR's order among kinds: a command with the earlier one is preferred.
        self.rank = _RANKS[kind]
        self.test: _Test = _within(text) if kind == "range" else _TESTS.get(kind, _anything)
        self.ends = after[-1:] == ["."]
        self.after = [int(each) for each in after if each != "."]


class _State:
    """Where a line may be after some words; made as lines are read."""

    __slots__ = ("begun", "chosen", "ends", "keywords", "next", "values")

    def __init__(self, tokens: list[_Token], *, ends: bool) -> None:
        self.ends = ends
        self.keywords: dict[str, list[_Token]] = {}
        self.values: list[_Token] = []
        for token in tokens:
            if token.text:
                self.keywords.setdefault(token.text, []).append(token)
            else:
                self.values.append(token)
        #: All that a keyword may begin with.
        self.begun = {text[:end] for text in self.keywords for end in range(1, len(text) + 1)}
        #: Words and where they lead.
        self.next: dict[str, _State | None] = {}
        #: Which of `values` a word is, and where that leads.
        self.chosen: dict[tuple[bool, ...], _State | None] = {}


class Grammar:
    """A table, read as far as it is needed."""

    def __init__(self, release: Release, tried: "Grammar | None" = None) -> None:
        """`tried` is the first release's: what is no command there too is nobody's to read."""
        self._tried = tried
        self._renamed = release.renamed
        path = Path(__file__).with_name(f"frr-{release.table}.commands")
        self._rows: dict[int, list[str]] = {}
        self._tokens: dict[int, _Token] = {}
        self._states: dict[frozenset[int], _State] = {}
        self._firsts: dict[str, list[int]] = {}
        self._starts: dict[str, _State] = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            if line[0] != "#":
                name, *row = line.split("\t")
                if name == "block":
                    self._firsts[row[0]] = [int(each) for each in row[1].split()]
                else:
                    self._rows[int(name)] = row

        #: Most lines of a router stand in its neighbours' texts, too.
        self.look_up = lru_cache(maxsize=_LINES)(self._look_up)

    def has(self, block: str) -> bool:
        """Whether the table has such a block."""
        return block in self._firsts

    def _look_up(self, block: str, line: str) -> tuple[list[str], list[str] | None]:
        """The words of a line, none of a blank one or a comment, and what `command` says of them.

        As `look_up` it remembers; both lists are others' too. Raises Unclear as `command` does.
        """
        words = line.split()
        if not words or words[0][0] in "!#":
            return [], None
        try:
            return words, self.command(block, words)
        except New:
            return words, None  # whoever asks again for it is told

    def command(self, block: str, words: list[str]) -> list[str] | None:
        """The words of the command that a line is in `block`, in full; None if it is none there.

        Raises Unclear where FRR finds it ambiguous, and New where the first release has it not.
        """
        full = self._command(block, words)
        if self._tried is None or full is None:
            return full
        former = self._renamed.get((block, " ".join(full)))
        full = former.split() if former else full
        if self._tried.command(block, full) != full:
            raise New(full)
        return full

    def knows(self, blocks: list[str], words: list[str]) -> bool:
        """Whether a line is a command in one of `blocks`, whatever it means there."""
        try:
            return any(self._command(block, words) for block in blocks if self.has(block))
        except Unclear:
            return False

    def _command(self, block: str, words: list[str]) -> list[str] | None:
        state = self._starts.get(block) or self._start(block)
        for word in words:
            onward = state.next[word] if word in state.next else self._step(state, word)
            if onward is None:
                break
            state = onward
        else:
            # a keyword said twice may be one that may not be
            if state.ends and len({*words}) == len(words):
                return words
        return self._searched(block, words)

    def begins(self, block: str, words: list[str]) -> bool:
        """Whether a command of `block` begins with `words`, spelled in full, and goes on."""
        state = self._starts.get(block) or self._start(block)
        for word in words:
            onward = state.next[word] if word in state.next else self._step(state, word)
            if onward is None:
                return False
            state = onward
        return True

    def _start(self, block: str) -> _State:
        first = [self._token(number) for number in self._firsts.get(block, ())]
        state = self._starts[block] = _State(first, ends=False)
        return state

    def _token(self, number: int) -> _Token:
        token = self._tokens.get(number)
        if token is None:
            token = self._tokens[number] = _Token(*self._rows[number])
        return token

    def _step(self, state: _State, word: str) -> _State | None:
        """Where a word leads that is no abbreviation; None where it may be one."""
        tokens = state.keywords.get(word)
        found: _State | None = None
        if tokens is not None:
            found = state.next[word] = self._after(tokens)
            return found
        if word in state.begun:
            pass  # an abbreviation, which goes before a value
        else:
            fits = tuple([token.test(word) for token in state.values])
            if fits not in state.chosen:
                tokens = [token for token, fit in zip(state.values, fits, strict=True) if fit]
                state.chosen[fits] = self._after(tokens) if tokens else None
            found = state.chosen[fits]
        if len(state.next) >= _REMEMBERED:
            state.next.clear()
        state.next[word] = found
        return found

    def _after(self, tokens: list[_Token]) -> _State:
        numbers = {each for token in tokens for each in token.after}
        key = frozenset([*numbers, *([-1] if any(token.ends for token in tokens) else [])])
        state = self._states.get(key)
        if state is None:
            onward = [self._token(number) for number in sorted(numbers)]
            state = self._states[key] = _State(onward, ends=-1 in key)
        return state

    def _searched(self, block: str, words: list[str]) -> list[str] | None:
        """As FRR does it: all ways to read the line, and the best of them."""
        if len(words) > _LONGEST:
            raise Unclear("a line too long to be looked up")
        ways = self._ways(self._firsts.get(block, []), words)
        for index, word in enumerate(words):
            if len(ways) < 2:
                break
            best = min((way[index].rank, way[index].text != word) for way in ways)
            ways = [way for way in ways if (way[index].rank, way[index].text != word) == best]
            texts = sorted({way[index].text for way in ways})
            if len(texts) > 1:
                raise Unclear(f"ambiguous: {word} may be {' or '.join(texts)}")
        if not ways:
            return None
        return [token.text or word for token, word in zip(ways[0], words, strict=True)]

    def _ways(self, numbers: list[int], words: list[str]) -> list[tuple[_Token, ...]]:
        word, *rest = words
        found: list[tuple[_Token, ...]] = []
        for number in numbers:
            token = self._token(number)
            if not (token.text.startswith(word) if token.text else token.test(word)):
                continue
            if not rest:
                if token.ends:
                    found.append((token,))
                continue
            for way in self._ways(token.after, rest):
                # a keyword of a list of options is said once
                if not (token.text and token in way):
                    found.append((token, *way))
        return found


@cache
def grammar(release: Release) -> Grammar:
    """The grammar of a release of FRR, read once."""
    return Grammar(release, None if release is FIRST else grammar(FIRST))


def _anything(word: str) -> bool:
    return True


def _within(text: str) -> _Test:
    low, high = (int(each) for each in re.findall(r"(?<![0-9])-?[0-9]+", text))
    return lambda word: bool(_NUMBER.match(word)) and low <= int(word) <= high


def _autonomous_system(word: str) -> bool:
    """A number, or `HIGH.LOW` (since FRR 9)."""
    high, dot, low = word.rpartition(".")
    if not all(part.isdigit() and part.isascii() for part in ((high, low) if dot else (low,))):
        return False
    return max(int(high or 0), int(low)) <= 0xFFFF if dot else 0 < int(low) <= 0xFFFFFFFF


def _address(family: AddressFamily, *, length: bool) -> _Test:
    most = 32 if family is AF_INET else 128
    mark = "." if family is AF_INET else ":"

    def test(word: str) -> bool:
        if mark not in word or not word.isascii():
            return False
        address, slash, bits = word.partition("/")
        if bool(slash) != length:
            return False
        if length and not (bits.isdigit() and int(bits) <= most):
            return False
        try:
            inet_pton(family, address)  # FRR's own test
        except (OSError, ValueError):  # a NUL is no address either
            return False
        return True

    return test


_TESTS: dict[str, _Test] = {
    "any": _anything,
    "ipv4": _address(AF_INET, length=False),
    "ipv4/m": _address(AF_INET, length=True),
    "ipv6": _address(AF_INET6, length=False),
    "ipv6/m": _address(AF_INET6, length=True),
    "mac": lambda word: bool(_MAC.match(word)),
    "mac/m": lambda word: bool(_MAC.match(word.partition("/")[0])),
    "asn": _autonomous_system,
}
_RANKS = {
    kind: rank
    for rank, kind in enumerate(
        ("word", "any", "range", "ipv4", "ipv4/m", "ipv6", "ipv6/m", "mac", "mac/m", "asn")
    )
}

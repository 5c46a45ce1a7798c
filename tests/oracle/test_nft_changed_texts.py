"""Filters in which words and lines were changed by chance: what is understood of a text as a whole
is what nft makes of it. A text that nft refuses leaves the router without a filter.
"""

import random
from collections.abc import Iterator

import pytest

from egovnet.templates.frr.config.nftables_reader import read_nftables
from tests.isolation.gateway_proof import built
from tests.isolation.mutants.platform import NFT
from tests.isolation.mutants.reference import platform
from tests.oracle.nft import Nft, RefusedTextError, running_nft

pytestmark = pytest.mark.lab
_MOST = 160


@pytest.fixture(scope="module")
def nft() -> Iterator[Nft]:
    with running_nft() as process:
        yield process


def _filters() -> list[str]:
    texts = [*platform().texts.values(), *built().texts.values()]
    found = [text[text.index(NFT) : text.index("\n}\n", text.index(NFT)) + 3] for text in texts
             if NFT in text]  # fmt: skip
    # those of one kind are as good as one
    return sorted({len(text): text for text in found}.values(), key=len)[:3]


def _changed(text: str, rng: random.Random) -> str:
    lines = text.splitlines()
    at = rng.choice([i for i, line in enumerate(lines) if i > 1 and line.strip()])
    words = lines[at].split(" ")
    place = rng.randrange(len(words))
    word = words[place]
    kind = rng.randrange(10)
    if kind == 0:
        digits = [i for i, each in enumerate(words) if any(c.isdigit() for c in each)]
        if digits:
            place = rng.choice(digits)
            first = next(i for i, c in enumerate(words[place]) if c.isdigit())
            cut = rng.choice((first, words[place].rfind("/") + 1, words[place].rfind("-") + 1))
            words[place] = f"{words[place][:cut]}0{words[place][cut:]}"
    elif kind == 1:
        words[place] = rng.choice(rng.choice(lines).split() or [""])
    elif kind == 2:
        del words[place]
    elif kind == 3:
        words.insert(place, word)
    elif kind == 4:
        words = [" ".join(words).replace("{ ", "{\n").replace(" }", "\n}")]
    elif kind == 5:
        words[place] = f"{word[:-1]}{'x' * rng.choice((1, 9, 120))}{word[-1:]}"
    elif kind == 6:
        words = [rng.choice(lines)]
    elif kind == 7:
        words += ["\n" + rng.choice(lines)]
    elif kind == 8:
        low, _, high = word.partition("-")
        words[place] = f"{high}-{low}" if high else f"{word}-{rng.randrange(70000)}"
    else:
        words[place] = rng.choice(("accept", "drop", "{", "}", "jump", "0x1bb", "ct", "!=", "@x"))
    lines[at] = " ".join(words)
    return "\n".join(lines) + "\n"


def test_what_is_understood_is_what_nft_takes(nft: Nft) -> None:
    rng = random.Random(3)  # noqa: S311 -- to be repeated, not secret
    filters = _filters()
    understood, wrong = 0, []
    for _ in range(_MOST):
        text = _changed(rng.choice(filters), rng)
        read = read_nftables(text.splitlines(), 1)
        if read.not_understood or read.packet_filter is None:
            continue
        understood += 1
        try:
            listed = read_nftables(nft.listed(text).splitlines(), 1)
        except RefusedTextError as error:
            wrong.append((str(error)[:200], text))
            continue
        if listed.packet_filter != read.packet_filter or listed.not_understood:
            wrong.append(("otherwise", text))
    assert understood > 20
    assert wrong == [], wrong[0][0] + "\n" + wrong[0][1]

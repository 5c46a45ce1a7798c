"""Mutants by seed: over all operators, alone and in pairs."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from tests.isolation.mutants.all_mutants import operators
from tests.isolation.mutants.ground import Ground
from tests.isolation.mutants.mutant import Mutant, Operator

#: One draw in so many is a pair.
_PAIR = 3
#: Mutants tried for a pair before its first half is loaded alone.
_TRIES = 20
_HARMLESS = ("equivalent", "open")


@dataclass(frozen=True)
class Draw:
    """One mutant, or two of which both changes are made."""

    mutants: tuple[Mutant, ...]
    #: Host -> text, only of routers whose text is another than the network's.
    texts: Mapping[str, str]

    @property
    def name(self) -> str:
        return " & ".join(mutant.name for mutant in self.mutants)

    @property
    def klass(self) -> str:
        return self.mutants[0].klass if len(self.mutants) == 1 else "two at a time"


def draws(ground: Ground, seed: int, of: Sequence[Operator] | None = None) -> Iterator[Draw]:
    """Draws without end, of some operators or of all.

    Half of them are meant to be harmless, and an operator with few mutants comes as often as one
    with many. The halves of a pair are of one sort: two harmless changes may leak together.
    """
    rng = random.Random(seed)  # noqa: S311 -- to be repeated, not secret
    made = [tuple(one(ground)) for one in (operators() if of is None else of)]
    sorts = [
        [kept for kind in made if (kept := [m for m in kind if (m.verdict in _HARMLESS) == sort])]
        for sort in (True, False)
    ]
    while True:
        kinds = rng.choice(sorts)
        mutant = rng.choice(rng.choice(kinds))
        if rng.randrange(_PAIR):
            yield Draw((mutant,), _changed(ground, mutant))
        else:
            yield _pair(ground, mutant, rng, kinds)


def _pair(
    ground: Ground, first: Mutant, rng: random.Random, kinds: Sequence[Sequence[Mutant]]
) -> Draw:
    for _ in range(_TRIES):
        second = rng.choice(rng.choice(kinds))
        texts = both(ground.texts, _changed(ground, first), _changed(ground, second))
        if second != first and texts is not None:
            return Draw((first, second), texts)
    return Draw((first,), _changed(ground, first))


def _changed(ground: Ground, mutant: Mutant) -> dict[str, str]:
    return {host: text for host, text in mutant.texts.items() if text != ground.texts[host]}


def both(
    base: Mapping[str, str], one: Mapping[str, str], other: Mapping[str, str]
) -> dict[str, str] | None:
    """Both changes of `base`; None where they are about the same lines."""
    texts = {**one, **other}
    for host in one.keys() & other.keys():
        merged = _merged(base[host], one[host], other[host])
        if merged is None:
            return None
        texts[host] = merged
    return texts


def _merged(base: str, one: str, other: str) -> str | None:
    lines = base.splitlines()
    edits = sorted(_edits(lines, one) + _edits(lines, other))
    result: list[str] = []
    at = 0
    for start, end, new in edits:
        # what one changes the other may neither change nor stand beside: it may be a block's end
        if start < at or (start == at and edits[0] != (start, end, new)):
            return None
        result += [*lines[at:start], *new]
        at = end
    return "\n".join([*result, *lines[at:]]) + "\n"


def _edits(base: list[str], text: str) -> list[tuple[int, int, list[str]]]:
    new = text.splitlines()
    matcher = SequenceMatcher(None, base, new, autojunk=False)
    return [(i, j, new[k:m]) for tag, i, j, k, m in matcher.get_opcodes() if tag != "equal"]

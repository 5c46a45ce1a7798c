"""Several proved draws at once: of routers of their own, and proved as one network.

If nothing crosses, nothing of any of them does, alone or with the others. Where something does,
or a router refuses a line, each is tried alone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from tests.isolation.agree.draw import Draw

Numbered = tuple[int, Draw]


def grouped(
    wanted: Iterable[Numbered],
    most: int,
    proved: Callable[[Draw], bool],
    booted: Callable[[int, Draw], bool],
) -> Iterator[list[Numbered]]:
    """Draws in groups of at most so many: proved ones that are loaded in the same way and change
    no router twice. Any other is a group by itself, at once."""
    waiting: dict[bool, list[list[Numbered]]] = {True: [], False: []}
    for number, draw in wanted:
        if most < 2 or not proved(draw):
            yield [(number, draw)]
            continue
        groups = waiting[booted(number, draw)]
        free = (group for group in groups if not _hosts(group) & draw.texts.keys())
        group = next(free, None)
        if group is None:
            group = []
            groups.append(group)
        group.append((number, draw))
        if len(group) == most:
            groups.remove(group)
            yield from _proved_as_one(group, proved)
    for group in chain(*waiting.values()):
        yield from _proved_as_one(group, proved)


def _proved_as_one(
    group: list[Numbered], proved: Callable[[Draw], bool]
) -> Iterator[list[Numbered]]:
    """The group, or each by itself: two harmless changes may leak together."""
    if proved(as_one([draw for _, draw in group])):
        yield group
    else:
        yield from ([each] for each in group)


def as_one(drawn: Sequence[Draw]) -> Draw:
    """Draws of routers of their own as one."""
    texts = {host: text for draw in drawn for host, text in draw.texts.items()}
    return Draw(tuple(mutant for draw in drawn for mutant in draw.mutants), texts)


def _hosts(group: Iterable[Numbered]) -> set[str]:
    return {host for _, draw in group for host in draw.texts}

"""Shortest paths (Dijkstra) over circuits, the nearest routers first and no further than asked.

All searches together have a number of steps; who asks for more is told so.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from egovnet.isolation.routes.circuits import ENDLESS, Circuit


class OutOfStepsError(Exception):
    """Searches have gone over as many circuits as they may."""


@dataclass(slots=True)
class Steps:
    """How many circuits searches may still go over."""

    left: int

    def take(self) -> None:
        """Go over one circuit. Raises OutOfStepsError where none is left."""
        if self.left <= 0:
            raise OutOfStepsError
        self.left -= 1


class Ways(dict[str, list[tuple[int, str, Circuit]]]):
    """Each router's circuits by what they cost: (cost, other router, circuit)."""

    def __init__(self, circuits: Iterable[Circuit], *, most: bool, back: bool) -> None:
        super().__init__()
        self._between: dict[tuple[str, str], list[tuple[int, str, Circuit]]] = {}
        for one in circuits:
            here, there = one.near.device, one.far.device
            if back:
                here, there = there, here
            way = (one.most if most else one.least, there, one)
            self.setdefault(here, []).append(way)
            self._between.setdefault((here, there), []).append(way)
        for ways in self.values():
            ways.sort(key=lambda way: way[:2])

    def among(self, name: str, others: Collection[str]) -> Iterator[tuple[int, str, Circuit]]:
        """A router's circuits to others, from whichever side there are fewer."""
        ways = self.get(name, ())
        if len(ways) <= len(others):
            yield from (way for way in ways if way[1] in others)
        else:
            for other in others:
                yield from self._between.get((name, other), ())


class Search:
    """Shortest paths from a router, or to it, the nearest first and as far as asked.

    A router's circuits are looked at one at a time, so that one with many does not cost more than
    one with few.
    """

    def __init__(self, start: str, ways: Ways, steps: Steps) -> None:
        self.ways = ways
        self._steps = steps
        self._waiting: list[tuple[int, str, int]] = []
        #: Distances of the routers that it has come to, in order.
        self.found: dict[str, int] = {}
        self._order: list[str] = []
        self._come(start, 0)

    def to(self, name: str) -> int | None:
        """The distance; None where no way leads there."""
        while name not in self.found:
            if self.step() is None:
                return None
        return self.found[name]

    def nearest(self) -> Iterator[str]:
        """All routers by their distance."""
        for index in count():
            while index >= len(self._order):
                if self.step() is None:
                    return
            yield self._order[index]

    @property
    def next(self) -> int:
        """No router that is not found is nearer."""
        return self._waiting[0][0] if self._waiting else ENDLESS << 20

    def step(self) -> str | None:
        """Come to one more router; None if there is none."""
        while self._waiting:
            self._steps.take()
            distance, here, index = heappop(self._waiting)
            _, name, _ = self.ways[here][index]
            self._wait(here, index + 1)
            if name not in self.found:
                self._come(name, distance)
                return name
        return None

    def _come(self, name: str, distance: int) -> None:
        self.found[name] = distance
        self._order.append(name)
        self._wait(name, 0)

    def _wait(self, here: str, index: int) -> None:
        ways = self.ways.get(here, ())
        if index < len(ways):
            heappush(self._waiting, (self.found[here] + ways[index][0], here, index))


class FirstHops:
    """Each router by its distance from one, with the circuits there that are on a shortest way."""

    def __init__(self, start: str, ways: Ways, back: Ways, steps: Steps) -> None:
        self._ways = ways
        self._back = back
        self._search = Search(start, ways, steps)
        self._start = start
        self._masks: dict[str, frozenset[Circuit]] = {start: frozenset()}
        #: Index of a router's first circuit to one that is not found yet.
        self._left: dict[str, int] = {}

    def step(self) -> tuple[str, frozenset[Circuit]] | None:
        """One more router; None if there is none."""
        name = self._search.step()
        if name is None:
            return None
        distance = self._search.found[name]
        mask: set[Circuit] = set()
        for cost, before, one in self._back.among(name, self._masks):
            if self._search.found[before] + cost == distance:
                mask |= {one} if before == self._start else self._masks[before]
        self._masks[name] = frozenset(mask)
        return name, self._masks[name]

    def is_open(self, name: str) -> bool:
        """Whether one that is not found yet is beside a router."""
        ways = self._ways.get(name, ())
        left = self._left.get(name, 0)
        while left < len(ways) and ways[left][1] in self._masks:
            left += 1
        self._left[name] = left
        return left < len(ways)

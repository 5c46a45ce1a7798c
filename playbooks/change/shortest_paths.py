"""Which routers' best ways lead over a circuit or through another router: shortest paths."""

import heapq
from collections.abc import Callable, Collection, Iterable
from functools import cache

from egovnet.inventory.model import Network


class ShortestPaths:
    """The circuits of a network as a graph; a metric holds both ways.

    `exact` False: each edge is taken to lose what it may lose; its ways to every other are not
    looked at, which is quadratic in the edges.
    """

    def __init__(self, network: Network, *, exact: bool = True) -> None:
        self._exact = exact
        self._neighbors: dict[str, dict[str, int]] = {name: {} for name in network.routers}
        self._ends = {
            name: (circuit.a.router, circuit.b.router, circuit.metric)
            for name, circuit in network.circuits.items()
        }
        for one, other, metric in self._ends.values():
            for here, there in ((one, other), (other, one)):
                if here in self._neighbors and there in self._neighbors:
                    best = self._neighbors[here].get(there, metric)
                    self._neighbors[here][there] = min(best, metric)
        self._distances = cache(self._compute)

    def over(self, circuit: str, edges: Collection[str]) -> frozenset[str]:
        """Edges that lose ways to others with a circuit, as in `through`."""
        one, other, metric = self._ends.get(circuit, ("", "", 0))
        if not {one, other} <= self._neighbors.keys():
            return frozenset()
        near, far = self._distances(one), self._distances(other)
        users = [p for p in edges if p in near and abs(near[p] - far[p]) == metric]
        if not self._exact:
            return frozenset(users)

        def lost(here: str, there: str) -> bool:
            way = self._distances(here).get(there, -1)
            first = near[here] + metric + far.get(there, way)
            second = far[here] + metric + near.get(there, way)
            return way in (first, second)

        return _losing(users, edges, lost)

    def through(self, router: str, edges: Collection[str]) -> frozenset[str]:
        """Edges that lose ways to others with a router: all of their ways, or one to an edge
        that keeps some. One of several equally good ways counts as well."""
        if router not in self._neighbors:
            return frozenset()
        there = self._distances(router)
        users = [p for p in edges if p != router and p in there]
        if not self._exact:
            return frozenset(users)

        def lost(one: str, other: str) -> bool:
            way = self._distances(one).get(other, -1)
            return there[one] + there.get(other, way) == way

        return _losing(users, [p for p in edges if p != router], lost)

    def _compute(self, start: str) -> dict[str, int]:
        found: dict[str, int] = {}
        waiting = [(0, start)]
        while waiting:
            distance, name = heapq.heappop(waiting)
            if name in found:
                continue
            found[name] = distance
            for other, metric in self._neighbors[name].items():
                if other not in found:
                    heapq.heappush(waiting, (distance + metric, other))
        return found


def _losing(
    users: Iterable[str], edges: Collection[str], lost: Callable[[str, str], bool]
) -> frozenset[str]:
    """Who is cut off, and who loses a way to somebody that is not: each loss is told once."""
    losses = {p: {q for q in edges if q != p and lost(p, q)} for p in users}
    cut = {p for p, theirs in losses.items() if theirs and len(theirs) == len(edges) - 1}
    return frozenset(cut | {p for p, theirs in losses.items() if theirs - cut})

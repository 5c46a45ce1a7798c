"""Seeds tried on real daemons, several at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from typing import TypeVar

from tests.oracle.frr_daemons import FrrDaemons

T = TypeVar("T")


def tried(
    seeds: Iterable[int], places: Sequence[FrrDaemons], trial: Callable[[FrrDaemons, int], T]
) -> Iterator[T]:
    """What `trial` finds of each seed, in order; the places are closed at the end."""
    free: Queue[FrrDaemons] = Queue()
    for place in places:
        free.put(place)

    def one(seed: int) -> T:
        place = free.get()
        try:
            return trial(place, seed)
        finally:
            free.put(place)

    try:
        with ThreadPoolExecutor(len(places)) as pool:
            yield from pool.map(one, seeds)
    finally:
        for place in places:
            place.close()

"""Which addresses prefix sets hold, as spans: whether two have one in common, asked quickly."""

from bisect import bisect_right
from collections.abc import Iterable

from egovnet.isolation.algebra.prefix_sets import PrefixSet


class Spans:
    """The addresses of all prefixes of some sets of one family. O(n log n) to make."""

    def __init__(self, sets: Iterable[PrefixSet]) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in sorted({span for one in sets for span in _spans(one)}):
            if self._lasts and first <= self._lasts[-1]:
                self._lasts[-1] = max(last, self._lasts[-1])
            else:
                self._firsts.append(first)
                self._lasts.append(last)

    def meet(self, prefixes: PrefixSet) -> bool:
        """Whether one address is in a prefix of `prefixes` and of the sets. O(log n) a box."""
        for first, last in _spans(prefixes):
            at = bisect_right(self._firsts, last) - 1
            if at >= 0 and self._lasts[at] >= first:
                return True
        return False


def _spans(prefixes: PrefixSet) -> Iterable[tuple[int, int]]:
    for network, length, _, _ in prefixes.boxes:
        yield network, network + (1 << (prefixes.bits - length)) - 1

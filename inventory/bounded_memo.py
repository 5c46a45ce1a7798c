"""What was made of a text, kept while the texts are few: whoever comes with the same has it again.

One run reads the same files several times: as they are on disk, as the journal keeps them, as they
would be with a step more.
"""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class BoundedMemo(Generic[_Key, _Value]):
    """Values by keys, each with a weight; past `most` in all, those not asked for longest go.

    What is heavier than a fourth of `most` is never kept. Threads may share one.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._weight = 0
        self._kept: OrderedDict[_Key, tuple[_Value, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: _Key) -> _Value | None:
        """The value that was kept; None: there is none."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def keep(self, key: _Key, value: _Value, weight: int) -> None:
        """Keep a value, which nobody is to change."""
        if weight > self._most // 4:
            return
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = value, weight
            self._weight += weight
            while self._weight > self._most:
                _, (_, gone) = self._kept.popitem(last=False)
                self._weight -= gone

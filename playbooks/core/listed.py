"""Names in a sentence: the first ones, and how many more there are."""

from collections.abc import Iterable


def listed(names: Iterable[str], most: int = 5) -> str:
    """`names` in order, commas between.

    >>> listed({"c", "a", "b"}, 2)
    'a, b and 1 more'
    """
    ordered = sorted(names)
    more = f" and {len(ordered) - most} more" if len(ordered) > most else ""
    return ", ".join(ordered[:most]) + more

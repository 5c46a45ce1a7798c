"""Names in a sentence: the first ones, and how many more there are."""

from collections.abc import Iterable, Sequence


def listed(names: Iterable[str], most: int = 5) -> str:
    """`names` sorted, commas between.

    >>> listed({"c", "a", "b"}, 2)
    'a, b and 1 more'
    """
    return first_of(sorted(names), most)


def first_of(names: Sequence[str], most: int) -> str:
    """The first `most` of `names` in their own order, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more

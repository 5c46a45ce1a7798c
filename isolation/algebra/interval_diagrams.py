"""Sets of tuples of integers, exact, as decision diagrams: a field a level, an interval a branch.

A node has the branches of one field, sorted and disjoint, each with the node of the fields after
it; a node without branches is the empty set (firewall decision diagrams: Gouda and Liu, 2004).
Equal nodes are one object, so that what many rules have in common is written and evaluated once:
a hundred intervals of one field across a hundred of another are two hundred branches, where boxes
would be ten thousand.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

#: First and last, both inclusive.
Interval = tuple[int, int]
Node = tuple["Branch", ...]
Branch = tuple[int, int, Node]
_Memo = dict[tuple[int, int], Node]

EMPTY: Node = ()
#: What is left of a tuple after its last field: all of it was in the set.
END: Node = ((0, 0, EMPTY),)
#: Nodes by their branches, each with the identity of its node. A node keeps those below it, so
#: that no identity in a key is ever another's. Forgetting nodes costs time and nothing else.
_nodes: dict[tuple[tuple[int, int, int], ...], Node] = {}
_MOST = 200_000


def _node(branches: Sequence[Branch]) -> Node:
    key = tuple([(low, high, id(below)) for low, high, below in branches])
    known = _nodes.get(key)
    if known is None:
        if len(_nodes) >= _MOST:
            _nodes.clear()
        known = _nodes[key] = tuple(branches)
    return known


def product(fields: Sequence[Sequence[Interval]]) -> Node:
    """Tuples whose every field is in one of its intervals, which are sorted and apart."""
    below = END
    for intervals in reversed(fields):
        below = _node([(low, high, below) for low, high in intervals])
        if not below:
            return EMPTY
    return below


def union(nodes: Iterable[Node]) -> Node:
    """What is in one of them, each with as many fields."""
    left = list(nodes)
    while len(left) > 1:
        pairs = zip(left[::2], left[1::2], strict=False)
        left = [_either(*pair, {}) for pair in pairs] + left[len(left) // 2 * 2 :]
    return left[0] if left else EMPTY


def intersection(one: Node, other: Node) -> Node:
    """What is in both."""
    return _both(one, other, {})


def difference(one: Node, other: Node) -> Node:
    """What is in `one` alone."""
    return _without(one, other, {})


def contains(node: Node, values: Iterable[int]) -> bool:
    """Whether a tuple is in the set."""
    for value in values:
        at = bisect_right(node, (value + 1,)) - 1
        if at < 0 or node[at][1] < value:
            return False
        node = node[at][2]
    return bool(node)


def boxes(node: Node) -> Iterator[tuple[Interval, ...]]:
    """The set as disjoint boxes, of which there may be many more than branches."""
    if node is END:
        yield ()
        return
    for low, high, below in node:
        for rest in boxes(below):
            yield (low, high), *rest


def _add(branches: list[Branch], low: int, high: int, below: Node) -> None:
    """A branch after all others; where it goes on with the last of them, that grows."""
    if not below:
        return
    if branches and branches[-1][2] is below and branches[-1][1] + 1 == low:
        branches[-1] = (branches[-1][0], high, below)
    else:
        branches.append((low, high, below))


def _first(branches: Node, low: int) -> int:
    """Index of the first branch that does not end before `low`."""
    at = bisect_right(branches, (low,))
    return at - 1 if at and branches[at - 1][1] >= low else at


def _either(one: Node, other: Node, memo: _Memo) -> Node:
    if one is other or not other:
        return one
    if not one:
        return other
    key = (id(one), id(other))
    known = memo.get(key)
    if known is not None:
        return known
    made: list[Branch] = []
    mine, yours = iter(one), iter(other)
    a, b = next(mine, None), next(yours, None)
    while a is not None and b is not None:
        if b[0] < a[0]:
            mine, yours, a, b = yours, mine, b, a
        low, high, below = a
        least, most, beside = b
        if high < least:
            _add(made, low, high, below)
            a = next(mine, None)
            continue
        if low < least:
            _add(made, low, least - 1, below)
        end = min(high, most)
        _add(made, least, end, _either(below, beside, memo))
        a = (end + 1, high, below) if end < high else next(mine, None)
        b = (end + 1, most, beside) if end < most else next(yours, None)
    for rest, after in ((a, mine), (b, yours)):
        if rest is not None:
            _add(made, *rest)
            for each in after:
                _add(made, *each)
    result = memo[key] = _node(made)
    return result


def _both(one: Node, other: Node, memo: _Memo) -> Node:
    if one is other or not one:
        return one
    if not other:
        return other
    key = (id(one), id(other))
    known = memo.get(key)
    if known is not None:
        return known
    made: list[Branch] = []
    for low, high, below in one:
        for at in range(_first(other, low), len(other)):
            least, most, beside = other[at]
            if least > high:
                break
            _add(made, max(low, least), min(high, most), _both(below, beside, memo))
    result = memo[key] = _node(made)
    return result


def _without(one: Node, other: Node, memo: _Memo) -> Node:
    if one is other:
        return EMPTY
    if not (one and other):
        return one
    key = (id(one), id(other))
    known = memo.get(key)
    if known is not None:
        return known
    made: list[Branch] = []
    for low, high, below in one:
        place = low
        for at in range(_first(other, low), len(other)):
            least, most, beside = other[at]
            if least > high:
                break
            if place < least:
                _add(made, place, least - 1, below)
            place = max(place, least)
            _add(made, place, min(high, most), _without(below, beside, memo))
            place = most + 1
        if place <= high:
            _add(made, place, high, below)
    result = memo[key] = _node(made)
    return result

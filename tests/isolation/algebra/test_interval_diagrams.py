"""Decision diagrams of random boxes against sets of tuples that are written out."""

from itertools import product as combinations

from hypothesis import given
from hypothesis import strategies as st

from egovnet.isolation.algebra.interval_diagrams import (
    EMPTY,
    Interval,
    Node,
    boxes,
    contains,
    difference,
    intersection,
    product,
    union,
)

LAST = 5
FIELDS = 3
Point = tuple[int, ...]
Box = tuple[Interval, ...]
UNIVERSE = frozenset(combinations(range(LAST + 1), repeat=FIELDS))


def intervals() -> st.SearchStrategy[Interval]:
    """A part of a field, and often all of it: so boxes cross."""
    ends = st.lists(st.integers(0, LAST), min_size=2, max_size=2).map(sorted)
    return st.one_of(st.just((0, LAST)), ends.map(lambda pair: (pair[0], pair[1])))


def box_lists() -> st.SearchStrategy[list[Box]]:
    return st.lists(st.tuples(*[intervals()] * FIELDS), max_size=8)


def node(given_boxes: list[Box]) -> Node:
    return union(product([(part,) for part in box]) for box in given_boxes)


def points(of: list[Box]) -> set[Point]:
    return {p for p in UNIVERSE if any(_within(p, box) for box in of)}


def _within(point: Point, box: Box) -> bool:
    return all(low <= value <= high for value, (low, high) in zip(point, box, strict=True))


def held(by: Node) -> set[Point]:
    return {p for p in UNIVERSE if contains(by, p)}


@given(box_lists(), box_lists())
def test_the_algebra_is_that_of_sets(one: list[Box], other: list[Box]) -> None:
    a, b = node(one), node(other)
    mine, yours = points(one), points(other)
    assert held(a) == mine
    assert held(union((a, b))) == mine | yours
    assert held(intersection(a, b)) == mine & yours
    assert held(difference(a, b)) == mine - yours
    assert (difference(a, b) is EMPTY) == (mine <= yours)


@given(box_lists(), box_lists())
def test_equal_sets_are_one_object(one: list[Box], other: list[Box]) -> None:
    a, b = node(one), node(other)
    assert union((b, difference(a, b))) is union((a, b))
    assert difference(a, difference(a, b)) is intersection(a, b)


@given(box_lists())
def test_its_boxes_are_disjoint_and_all_of_it(one: list[Box]) -> None:
    made = list(boxes(node(one)))
    assert sum(len(points([box])) for box in made) == len(points(one))  # type: ignore[list-item] # of three
    assert points(made) == points(one)  # type: ignore[arg-type] # of three


def test_a_field_without_intervals_leaves_nothing() -> None:
    assert product([((0, LAST),), (), ((0, LAST),)]) is EMPTY


def test_intervals_across_are_no_product() -> None:
    """A hundred of one field and a hundred of another, where boxes would be ten thousand."""
    whole = ((0, 999),)
    lines = [((number * 10, number * 10 + 4),) for number in range(100)]
    crossing = [product((one, whole)) for one in lines] + [product((whole, one)) for one in lines]
    left = difference(product((whole, whole)), union(crossing))
    assert len(left) == 100
    assert len({id(below) for _, _, below in left}) == 1

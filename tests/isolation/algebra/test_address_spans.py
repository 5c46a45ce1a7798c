"""Spans of addresses, held to sets of addresses."""

from hypothesis import given
from hypothesis import strategies as st

from egovnet.isolation.algebra.address_spans import Spans
from egovnet.isolation.algebra.prefix_sets import PrefixSet

_BITS = 6


@st.composite
def _sets(draw: st.DrawFn) -> PrefixSet:
    lengths = draw(st.lists(st.integers(0, _BITS), max_size=3))
    boxes = []
    for length in lengths:
        network = draw(st.integers(0, (1 << length) - 1)) << (_BITS - length)
        boxes.append((network, length, length, _BITS))
    return PrefixSet(_BITS, tuple(boxes))


def _addresses(prefixes: PrefixSet) -> set[int]:
    return {
        address
        for network, length, _, _ in prefixes.boxes
        for address in range(network, network + (1 << (_BITS - length)))
    }


@given(st.lists(_sets(), max_size=4), _sets())
def test_they_meet_where_an_address_is_in_both(sets: list[PrefixSet], one: PrefixSet) -> None:
    held = set().union(*map(_addresses, sets)) if sets else set()
    assert Spans(sets).meet(one) == bool(held & _addresses(one))

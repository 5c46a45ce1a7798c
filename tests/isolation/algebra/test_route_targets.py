"""Route targets and distinguishers: text, octets and what FRR reads are one value.

The sizes of administrator and number: RFC 4360 section 3 and RFC 5668 for route targets, RFC 4364
section 4.2 for route distinguishers.
"""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.isolation.algebra.route_targets import distinguisher_text, target_of, target_text
from egovnet.templates.frr.config.communities import read_distinguisher, read_targets
from egovnet.templates.model.communities import route_distinguisher, route_target

NARROW, WIDE = st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF)
TWO_OCTETS = st.tuples(NARROW, WIDE)
FOUR_OCTETS = st.tuples(st.integers(0x10000, 0xFFFFFFFF), NARROW)
ADDRESSES = st.tuples(WIDE.map(IPv4Address), NARROW)


def written(pair: tuple[object, int]) -> str:
    return f"{pair[0]}:{pair[1]}"


TEXTS = st.one_of(TWO_OCTETS, FOUR_OCTETS, ADDRESSES).map(written)


@given(TEXTS)
def test_a_route_target_is_written_as_it_was_read(text: str) -> None:
    target = route_target(text)
    assert target_text(target) == text
    assert read_targets([text]) == [target]


@given(TEXTS)
def test_a_distinguisher_is_written_as_it_was_read(text: str) -> None:
    distinguisher = route_distinguisher(text)
    assert distinguisher_text(distinguisher) == text
    assert read_distinguisher(text) == distinguisher


@given(st.lists(TEXTS, unique=True))
def test_different_texts_are_different_route_targets(texts: list[str]) -> None:
    assert len({route_target(text) for text in texts}) == len(texts)


@given(st.one_of(TWO_OCTETS, FOUR_OCTETS))
def test_a_plan_and_the_proof_mean_the_same_target(pair: tuple[int, int]) -> None:
    assert target_of(*pair) == route_target(written(pair))


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("65000:70000", "00:02:fd:e8:00:01:11:70"),
        ("65536:1", "02:02:00:01:00:00:00:01"),
        ("4210000000:65535", "02:02:fa:ef:80:80:ff:ff"),
        ("10.255.0.7:1005", "01:02:0a:ff:00:07:03:ed"),
    ],
)
def test_the_octets_are_those_of_the_standards(text: str, octets: str) -> None:
    assert route_target(text).hex(":") == octets


@given(st.integers(0x10000, 0xFFFFFFFF), st.integers(0x10000, 0xFFFFFFFF))
def test_no_wide_number_stands_beside_a_wide_as(asn: int, number: int) -> None:
    with pytest.raises(OverflowError):
        route_target(f"{asn}:{number}")
    with pytest.raises(ValueError, match="16 bits"):
        read_targets([f"{asn}:{number}"])

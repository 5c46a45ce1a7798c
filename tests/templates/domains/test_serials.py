"""Serials: they move when the content does, only forwards, and by nothing else."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.templates.domains.zone_text import is_later, next_serial, serial_of, zone_text
from egovnet.templates.domains.zones import DnsZone, Record

SERIALS = st.integers(0, 2**32 - 1)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def zone(*hosts: str) -> DnsZone:
    records = tuple(Record(f"{host}.a.example", "A", "10.0.0.1") for host in hosts)
    return DnsZone("a.example", ("ns1.a.example",), "hostmaster.example", 3600, records)


@given(SERIALS, DAYS)
def test_the_next_is_later_than_the_one_before(old: int, day: date) -> None:
    new = next_serial(old, day)
    assert is_later(new, old)
    assert 0 < new < 2**32


@given(SERIALS, SERIALS)
def test_later_is_as_rfc_1982_has_it(one: int, other: int) -> None:
    by_the_book = (one < other and other - one > 2**31) or (one > other and one - other < 2**31)
    assert is_later(one, other) == by_the_book


@given(st.lists(st.tuples(st.sets(st.sampled_from("abc")), st.integers(0, 3)), max_size=12))
def test_it_moves_with_the_content_and_no_day_moves_it(steps: list[tuple[set[str], int]]) -> None:
    day, text = date(2026, 11, 30), zone_text(zone(), None, date(2026, 11, 30))
    before: set[str] = set()
    for hosts, days in steps:
        day += timedelta(days)
        new = zone_text(zone(*sorted(hosts)), text, day)
        was, now = serial_of(text), serial_of(new)
        assert was is not None
        assert now is not None
        assert (new == text) == (hosts == before)
        assert is_later(now, was) or hosts == before
        text, before = new, hosts


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, 2026113000),
        (2026112907, 2026113000),
        (2026113000, 2026113001),
        (2026113099, 2026113100),
        (2026120500, 2026120501),
        (4294967295, 2026113000),
    ],
)
def test_a_day_has_a_hundred_and_then_goes_on(old: int | None, new: int) -> None:
    assert next_serial(old, date(2026, 11, 30)) == new


def test_a_text_of_others_has_no_serial_of_ours() -> None:
    assert serial_of("@ IN SOA a. b. 2026113000 1 2 3 4\n") is None
    text = zone_text(zone(), None, date(2026, 11, 30))
    assert serial_of(text.replace("2026113000", "9999999999")) is None

"""What is written fast is what `str` writes."""

from ipaddress import IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network

from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.model.address_text import written

_V4 = st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 32))
# few bits set: gaps of zeros, one hextet of zero, embedded IPv4
_SPARSE = st.builds(
    lambda hextets: int.from_bytes(b"".join(h.to_bytes(2, "big") for h in hextets), "big"),
    st.lists(st.sampled_from([0, 0, 1, 0xFFFF, 0xA0B]), min_size=8, max_size=8),
)
_V6 = st.tuples(st.one_of(st.integers(0, 2**128 - 1), _SPARSE), st.integers(0, 128))


@given(st.one_of(st.ip_addresses(), st.integers(), st.text()))
def test_addresses_as_str_writes_them(value: object) -> None:
    assert written(value) == str(value)


@given(_V4)
def test_ipv4_with_length_as_str_writes_it(pair: tuple[int, int]) -> None:
    for value in (IPv4Interface(pair), IPv4Network(pair, strict=False)):
        assert written(value) == str(value)


@given(_V6)
def test_ipv6_with_length_as_str_writes_it(pair: tuple[int, int]) -> None:
    for value in (IPv6Interface(pair), IPv6Network(pair, strict=False), IPv6Address(pair[0])):
        assert written(value) == str(value)


def test_zone_ids_stay() -> None:
    for value in (IPv6Address("fe80::1%eth0"), IPv6Interface("fe80::1%eth0/64")):
        assert written(value) == str(value)

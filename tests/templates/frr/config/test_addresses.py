"""Addresses read from their text: as Python's own `ipaddress` reads them, whatever the form."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.templates.frr.config.addresses import read_address, read_interface, read_prefix

FOUR = st.one_of(st.ip_addresses(v=4).map(str), st.text("0123456789.", max_size=16))
SIX = st.one_of(
    st.ip_addresses(v=6).map(str),
    st.ip_addresses(v=6).map(lambda address: address.exploded.upper()),
    st.text("0123456789abcdef:", max_size=24).map(lambda text: f"{text}:"),
)


@given(FOUR)
def test_ipv4_is_read_as_python_reads_it(text: str) -> None:
    try:
        expected = IPv4Address(text)
    except ValueError:
        with pytest.raises(ValueError, match=r"."):
            read_address(text)
    else:
        assert read_address(text) == expected
        assert read_interface(f"{text}/30").ip == expected
        assert read_prefix(f"{text}/32").network_address == expected


@given(SIX)
def test_ipv6_is_read_as_python_reads_it(text: str) -> None:
    try:
        expected = IPv6Address(text)
    except ValueError:
        with pytest.raises(ValueError, match=r"."):
            read_address(text)
    else:
        assert read_address(text) == expected
        assert read_interface(f"{text}/64").ip == expected
        assert read_prefix(f"{text}/128").network_address == expected


@pytest.mark.parametrize(
    "text", ["1.2.3", "01.2.3.4", "1.2.3.256", "1.2.3.4.5", "", "::1::", "fe80::1%eth0"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_address(text)

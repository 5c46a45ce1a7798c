"""Addresses, AS numbers and texts: what a model takes, and each kind of what it refuses."""

import unicodedata
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from egovnet.inventory.model.as_numbers import reserved_asn
from egovnet.inventory.model.primitives import (
    Address4,
    Address6,
    Asn,
    Hostname,
    Interface4,
    Prefix,
    Text,
)
from egovnet.inventory.model.usable_addresses import why_unusable, why_unusable_address

TYPES = [TypeAdapter(kind) for kind in (Address4, Address6, Interface4, Prefix)]


def taken(kind: object, value: object) -> bool:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


@given(st.ip_addresses() | st.ip_addresses(network="fde9::/16"), st.text(min_size=1))
def test_no_address_type_takes_a_zone(address: IPv4Address | IPv6Address, zone: str) -> None:
    for text in (f"{address}%{zone}", f"{address}%{zone}/64", f"{address}/64%{zone}"):
        for adapter in TYPES:
            with pytest.raises(ValidationError):
                adapter.validate_python(text)


@pytest.mark.parametrize(
    "value",
    [
        *(0, 180879361, True, None, b"\x0a\x00\x00\x01", (10, 24), [], {}, 1.5),
        *("", " 10.0.0.1", "10.0.0.1 ", "10.0.0.1\n", "010.0.0.1", "10.1", "0x0a.0.0.1"),
        *("\u0661\u0660.0.0.1", "10.0.0.0/255.255.255.0", "10.0.0.0/0.0.0.255", "10.0.0.0/024"),
        *("10.0.0.0/ 24", "10.0.0.0/+24", "10.0.0.0/\u0662\u0664", "10.0.0.0//24", "fde9::1/0x40"),
    ],
)
def test_no_address_type_takes_another_spelling(value: object) -> None:
    for adapter in TYPES:
        with pytest.raises(ValidationError):
            adapter.validate_python(value)


@pytest.mark.parametrize(
    "prefix",
    [
        *("0.0.0.0/0", "0.0.0.0/8", "127.0.0.1/32", "169.254.0.0/16", "192.0.0.0/24"),
        *("192.0.2.0/24", "198.51.100.128/25", "203.0.113.7/32", "224.0.0.0/4", "239.1.0.0/16"),
        *("240.0.0.0/4", "255.255.255.255/32", "168.0.0.0/5", "128.0.0.0/1", "192.88.99.0/24"),
        *("::/0", "::/128", "::1/128", "::/96", "::ffff:10.0.0.0/104", "64:ff9b::/96"),
        *("fe80::/64", "fec0::/10", "ff02::/16", "2001:db8:1::/48", "3fff::/32", "2000::/3"),
        *("2001::/32", "2001:20::/28", "100::/64", "4000::/16", "5f00::/16", "f000::/4"),
    ],
)
def test_what_no_router_forwards_is_refused(prefix: str) -> None:
    assert not taken(Prefix, prefix)


@pytest.mark.parametrize(
    "prefix",
    [
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15"),
        *("1.1.1.0/24", "223.255.255.0/24", "126.0.0.0/8", "128.0.0.0/16"),
        *("fd00::/8", "fc00::/7", "2400::/12", "2a00:1450::/32", "2001:200::/23", "3ffe::/16"),
    ],
)
def test_what_routers_forward_is_taken(prefix: str) -> None:
    assert taken(Prefix, prefix)


@given(st.ip_addresses(), st.integers(0, 128))
def test_a_prefix_is_usable_when_its_ends_and_insides_are(
    address: IPv4Address | IPv6Address, length: int
) -> None:
    prefix = ip_network((int(address), min(length, address.max_prefixlen)), strict=False)
    if address.version == 6:
        prefix = IPv6Network((int(address), length), strict=False)
    inside = [prefix[0], prefix[-1], address]
    if why_unusable(prefix) is None:
        assert all(why_unusable_address(each) is None for each in inside)
        assert all(not (each.is_multicast or each.is_loopback) for each in inside)
        assert all(not (each.is_link_local or each.is_unspecified) for each in inside)


@given(st.ip_addresses(v=4))
def test_one_address_is_a_prefix_of_one(address: IPv4Address) -> None:
    assert why_unusable_address(address) == why_unusable(IPv4Network(address))
    assert taken(Address4, str(address)) == (why_unusable_address(address) is None)


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ("172.20.20.11/24", True),
        ("10.0.0.0/31", True),
        ("10.0.0.1/31", True),
        ("10.0.0.1/32", True),
        ("10.0.0.0/24", False),
        ("10.0.0.255/24", False),
        ("10.0.0.1", False),
        ("127.0.0.1/8", False),
        ("224.0.0.1/24", False),
    ],
)
def test_an_interface_has_a_host_address(value: str, *, good: bool) -> None:
    assert taken(Interface4, value) is good


RESERVED = [0, 23456, *range(64496, 64512), *range(65535, 65552), 4294967295]


@pytest.mark.parametrize("asn", RESERVED)
def test_a_reserved_as_number_is_refused(asn: int) -> None:
    assert not taken(Asn, asn)
    assert reserved_asn(asn, asn)
    assert reserved_asn(max(asn - 1, 0), asn + 1)


@pytest.mark.parametrize("asn", [1, 23455, 23457, 64495, 64512, 65534, 65552, 4294967294])
def test_an_as_number_beside_a_reserved_one_is_taken(asn: int) -> None:
    assert taken(Asn, asn)


@pytest.mark.parametrize(
    "text",
    ["Supreme People's Court", "最高人民法院", "Ürümqi & Lhasa", 'a!b#c"d`e$f\\g|h', "", "བོད"],
)
def test_what_is_printed_is_text(text: str) -> None:
    assert taken(Text, text)


@given(st.characters(categories=["Cc", "Cf", "Cs", "Co", "Zl", "Zp"]))
def test_what_is_not_printed_is_no_text(character: str) -> None:
    assert unicodedata.category(character) != "Ll"
    assert not taken(Text, f"a{character}b")


@pytest.mark.parametrize("letter", list("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"))
def test_a_letter_that_shows_nothing_is_no_text(letter: str) -> None:
    assert not taken(Text, letter)
    assert not taken(Text, f"Supreme{letter} Court")


@pytest.mark.parametrize(
    ("name", "good"),
    [
        *((name, True) for name in ("bj-p1", "bj-p1.example.gov", "127.20.20.11", "10.0.0.1")),
        *((name, True) for name in ("fde9::1", "a1", "1a.example")),
        *((name, False) for name in ("10.1", "0x7f.1", "256.1.1.1", "0.0.0.1", "224.0.0.1")),
        *((name, False) for name in ("a..b", "a.", "-a", "a-.b", "a_b", "fe80::1%eth0", "::")),
        *((name, False) for name in ("169.254.1.1", "255.255.255.255", "1.2.3.4.5", "a b", "")),
        *((name, False) for name in (f"{'a' * 64}.b", "192.0.2.1", "fde9:::1", "0")),
    ],
)
def test_a_hostname_is_one_that_can_answer(name: str, *, good: bool) -> None:
    assert taken(Hostname, name) is good

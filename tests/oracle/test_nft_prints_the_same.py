"""What the renderer writes is what nft prints back once it has loaded it."""

from collections.abc import Iterator
from ipaddress import IPv6Network

import pytest
from hypothesis import given

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model import Network
from egovnet.templates.frr.render.packet_filter import packet_filter_text
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.model.device import AddressFamily, Device
from egovnet.templates.model.packet_filter import FilterChain, PacketFilter, PacketRule
from tests.firewalls import FILTERING_PE, FIREWALL
from tests.hypothesis_profiles import examples
from tests.oracle.nft import Nft, RefusedTextError, running_nft
from tests.packet_filters import packet_filters
from tests.registers import networks_with_registers

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def nft() -> Iterator[Nft]:
    with running_nft() as process:
        yield process


@given(packet_filter=packet_filters())
@examples(100)
def test_nft_prints_what_was_rendered(nft: Nft, packet_filter: PacketFilter) -> None:
    text = packet_filter_text(packet_filter)
    assert nft.listed(text) == text


ADDRESSES = (
    *(0, 1, 0xFFFF, 0x10000, 0x01020304, 0xFFFF01020304, 0x1FFFF01020304, 0xFFFF00000000),
    *(1 << 96, 0xFDE9 << 112, (0xFDE9 << 112) + 1, (1 << 80) + (1 << 16), (1 << 128) - 1),
)


@pytest.mark.parametrize("number", ADDRESSES)
def test_nft_writes_addresses_in_the_same_way(nft: Nft, number: int) -> None:
    rule = PacketRule("accept", sources=(IPv6Network((number, 128)),))
    text = packet_filter_text(PacketFilter((FilterChain("forward", "drop", (rule,)),)))
    assert nft.listed(text) == text


@given(network=networks_with_registers())
@examples(10)
def test_nft_prints_what_registers_ask_for(nft: Nft, network: Network) -> None:
    for device in intend(network, allocate(network)).values():
        if device.packet_filter is not None:
            text = packet_filter_text(device.packet_filter)
            assert nft.listed(text) == text


@pytest.mark.parametrize("device", [FIREWALL, FILTERING_PE], ids=lambda device: device.name)
def test_nft_prints_what_a_device_has(nft: Nft, device: Device) -> None:
    assert device.packet_filter is not None
    text = packet_filter_text(device.packet_filter)
    assert nft.listed(text) == text


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_nft_calls_types_of_icmp_the_same(nft: Nft, family: AddressFamily) -> None:
    rules = tuple(
        PacketRule("accept", family=family, protocol="icmp", icmp_types=(number,))
        for number in range(256)
    )
    text = packet_filter_text(PacketFilter((FilterChain("local", "drop", rules),)))
    assert nft.listed(text) == text


def test_nft_refuses_what_is_no_rule(nft: Nft) -> None:
    with pytest.raises(RefusedTextError):
        nft.listed("table inet egovnet {\n\tchain x {\n\t\tno rule\n\t}\n}\n")

"""What the rendered filter of an Internet gateway does in the kernel, with real sockets.

A client learns from the server by which address it is seen, so that translation is observed and
not assumed. Every way inwards has a route here: the filter alone keeps it shut.
"""

import time
from collections.abc import Iterator
from ipaddress import ip_address, ip_network

import pytest

from egovnet.templates.frr.render.packet_filter import packet_filter_text
from egovnet.templates.frr.state.recorded_flows import read_translations
from tests.isolation.gateway_proof import built
from tests.isolation.kernel_gateway import INTERNET, ZONE, KernelGateway, kernel_gateway

pytestmark = pytest.mark.lab
GATEWAY = "bj-gw1"
POOL = ip_network("203.0.113.64/29"), ip_network("2001:db8:64::/112")
#: Of the zone's sites, of another network, and of the Internet.
SITE4, OTHER_SITE4, SITE6, GLOBAL6 = "10.9.1.10", "10.9.8.10", "fde9:9:1::10", "2400:9:8::10"
FOREIGN4, FOREIGN6 = "10.1.10.10", "fde9:1:10::10"
SERVER4, SERVER6 = "198.51.100.10", "2001:db8:feed::10"
PORT = 8080


def _text() -> str:
    packet_filter = built().devices[GATEWAY].packet_filter
    assert packet_filter is not None
    return packet_filter_text(packet_filter)


@pytest.fixture(scope="module")
def gateway() -> Iterator[KernelGateway]:
    device = built().devices[GATEWAY]
    (zone_port,) = (one.name for one in device.interfaces if one.vlan is not None)
    assert device.firewall is not None
    pe = {peer.address.version: str(peer.address) for peer in device.firewall.peers}
    own = {one.ip.version: one for each in device.interfaces if each.vlan for one in each.addresses}
    inside = (SITE4, OTHER_SITE4, SITE6, GLOBAL6, FOREIGN4, FOREIGN6)
    commands = {
        ZONE: [
            *(f"ip address add {one} dev lo" for one in inside),
            f"ip address add {pe[4]}/30 dev port0",
            f"ip address add {pe[6]}/126 dev port0 nodad",
            *(f"ip -{version} route add default via {one.ip}" for version, one in own.items()),
        ],
        INTERNET: [
            f"ip address add {SERVER4} dev lo",
            f"ip address add {SERVER6} dev lo",
            "ip address add 203.0.113.1/30 dev port0",
            "ip address add 2001:db8:0:1::1/64 dev port0 nodad",
            "ip -4 route add default via 203.0.113.2",
            "ip -6 route add default via 2001:db8:0:1::2",
        ],
    }
    with kernel_gateway(zone_port, "eth2") as one:
        one.begin(device, commands)
        one.serve(INTERNET, *((p, a, PORT) for p in ("tcp", "udp") for a in (SERVER4, SERVER6)))
        one.serve(ZONE, *((p, a, PORT) for p in ("tcp", "udp") for a in (SITE4, SITE6, GLOBAL6)))
        yield one


@pytest.fixture(autouse=True)
def loaded(gateway: KernelGateway) -> None:
    gateway.load(_text())
    gateway.seen(INTERNET)
    gateway.seen(ZONE)


def test_nft_prints_what_was_rendered(gateway: KernelGateway) -> None:
    assert gateway.listed() == _text()


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_a_site_gets_out_by_the_pool(gateway: KernelGateway, protocol: str) -> None:
    for source, server, pool in ((SITE4, SERVER4, POOL[0]), (SITE6, SERVER6, POOL[1])):
        by = {gateway.asks(ZONE, protocol, source, server, PORT) for _ in range(4)}
        assert len(by) == 1, by  # a host keeps its address
        assert ip_address(by.pop()) in pool


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_it_records_who_had_an_address_and_port(gateway: KernelGateway, protocol: str) -> None:
    before = int(time.time()) - 1
    seen = {
        (*gateway.seen_as(ZONE, protocol, source, server, PORT), source)
        for source, server in ((SITE4, SERVER4), (OTHER_SITE4, SERVER4), (SITE6, SERVER6))
    }
    gateway.asks(ZONE, protocol, GLOBAL6, SERVER6, PORT)
    found = read_translations(gateway.recorded(), int(time.time()))
    assert {
        (str(o.address), o.port, str(o.source)) for o in found if o.protocol == protocol
    } == seen
    assert all(before <= one.first <= one.last <= time.time() for one in found)


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_a_global_prefix_leaves_as_it_is(gateway: KernelGateway, protocol: str) -> None:
    assert gateway.asks(ZONE, protocol, GLOBAL6, SERVER6, PORT) == GLOBAL6


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_nothing_opens_a_connection_inwards(gateway: KernelGateway, protocol: str) -> None:
    inside = {SERVER4: (SITE4, "203.0.113.64"), SERVER6: (SITE6, GLOBAL6, "2001:db8:64::1")}
    for server, targets in inside.items():
        for target in targets:
            assert gateway.is_silent(INTERNET, protocol, server, target, PORT), target
    assert not gateway.seen(ZONE)


def test_it_answers_nobody_on_the_internet(gateway: KernelGateway) -> None:
    for server, own in ((SERVER4, "203.0.113.2"), (SERVER6, "2001:db8:0:1::2")):
        for port in (22, 179):
            assert gateway.is_silent(INTERNET, "tcp", server, own, port)


def test_addresses_of_others_do_not_get_out(gateway: KernelGateway) -> None:
    for source, server in ((FOREIGN4, SERVER4), (FOREIGN6, SERVER6)):
        assert gateway.is_silent(ZONE, "udp", source, server, PORT)
    assert not gateway.seen(INTERNET)


def test_errors_of_a_connection_come_back(gateway: KernelGateway) -> None:
    for source, server in ((SITE4, SERVER4), (SITE6, SERVER6), (GLOBAL6, SERVER6)):
        assert gateway.asks(ZONE, "udp", source, server, PORT + 1) == "refused"


def _without(text: str, word: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if word not in line)


def test_without_translation_nothing_leaves(gateway: KernelGateway) -> None:
    gateway.load(_without(_text(), " snat "))
    for source, server in ((SITE4, SERVER4), (SITE6, SERVER6)):
        assert gateway.is_silent(ZONE, "udp", source, server, PORT)
    assert not gateway.seen(INTERNET)
    assert gateway.asks(ZONE, "udp", GLOBAL6, SERVER6, PORT) == GLOBAL6


def test_without_both_a_site_would_be_seen(gateway: KernelGateway) -> None:
    """The last filter is what keeps it: without it too, the Internet sees the site's address."""
    gateway.load(_without(_without(_text(), " snat "), '"untranslated"'))
    gateway.is_silent(ZONE, "udp", OTHER_SITE4, SERVER4, PORT)
    assert gateway.seen(INTERNET) == [OTHER_SITE4]

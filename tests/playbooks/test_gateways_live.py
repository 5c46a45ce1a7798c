"""Two Internet gateways on real routers, and two departments with the same addresses at one PE.

The lab is booted into the intended configuration. A gateway's own records name who was behind an
address and port; one of the two may die; and of connections that two VPNs have with the same
addresses and ports, each PE keeps one in a zone of its own, though packets come to it with labels.
"""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import pytest

from egovnet.lab.internet import INTERNET, SERVERS
from tests.playbooks import equal_connections, translated_clients
from tests.playbooks.equal_connections import Ends
from tests.playbooks.lab_place import LabPlace, provisioned_lab
from tests.playbooks.open_connections import Flow, steady
from tests.small_gateways import small_gateways

pytestmark = pytest.mark.lab("gateways")
FIRST, SECOND = "bj-gw1", "sh-gw1"
POOLS = ip_network("203.0.113.64/29"), ip_network("2001:db8:64::/112")
SECOND_POOLS = ip_network("203.0.113.72/32"), ip_network("2001:db8:72::/112")
#: A host whose addresses of both families are translated, and the server that it asks.
CLIENT = "public-beijing-internet-host"
WAYS = (("10.2.10.10", SERVERS[0]), ("fde9:2:10::a", SERVERS[1]))
STEADY_PORT = 9443
#: How often a kernel is asked, a second apart, for connections that it must know.
_LOOKS = 15
PES = ("bj-pe1", "sh-pe1")
CLIENTS = {"health": "health-beijing-host", "customs": "customs-beijing-host"}
ENDS = {"health": "health-shanghai-host", "customs": "customs-shanghai-host"}
FAMILIES = (("10.0.5.10", "10.0.6.10"), ("fdaa:0:5::a", "fdaa:0:6::a"))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPlace]:
    root = tmp_path_factory.mktemp("gateways")
    with provisioned_lab(small_gateways(root / "inventory"), root) as made:
        translated_clients.serve(made.lab, INTERNET)
        equal_connections.serve(made.lab, {node: name for name, node in ENDS.items()})
        yield made


def pools_of(place: LabPlace) -> tuple[bool, bool]:
    """Whether the client is seen by the first gateway's pools, and by the second's."""
    seen = translated_clients.seen_as(place.lab, CLIENT, WAYS)

    def all_in(pools: tuple[IPv4Network | IPv6Network, ...]) -> bool:
        return all(ip_address(one) in pool for (one, _), pool in zip(seen, pools, strict=True))

    return all_in(POOLS), all_in(SECOND_POOLS)


def test_who_names_the_site_behind_an_address_and_port(place: LabPlace) -> None:
    """Asked of the gateway itself, by what the server saw."""
    seen = translated_clients.seen_as(place.lab, CLIENT, WAYS)
    now = datetime.now(UTC)
    collected = place.run("translation", "collect", "--json").json
    assert {one["gateway"] for one in collected["gateways"]} == {FIRST, SECOND}
    for (address, port), (source, _) in zip(seen, WAYS, strict=True):
        end = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        asked = ("translation", "who", end, "--at", now.isoformat(), "--within", "30", "--json")
        (holder,) = place.run(*asked).json["holders"]
        assert (holder["gateway"], holder["source"]) == (FIRST, source)
        assert (holder["site"], holder["protocol"]) == ("public-beijing", "tcp")


def _kept(place: LabPlace, ends: Ends) -> dict[str, list[str]]:
    """PE -> what its kernel keeps of connections between these ends, once it has two or lacks them
    for long: a look once lacked one of two open connections, and the next one had it."""
    family = "ipv6" if ":" in ends.client else "ipv4"
    found: dict[str, list[str]] = {}
    for _ in range(_LOOKS):
        said = place.lab.exec_many(dict.fromkeys(PES, "cat /proc/net/nf_conntrack"))
        found = {
            pe: [
                line
                for line in said[pe].stdout.splitlines()
                if line.startswith(family) and f"sport={ends.port} " in line
            ]
            for pe in PES
        }
        if all(len(lines) == len(CLIENTS) for lines in found.values()):
            break
        time.sleep(1)
    return found


@pytest.mark.parametrize(("client", "server"), FAMILIES)
def test_equal_connections_of_two_departments_pass(
    place: LabPlace, client: str, server: str
) -> None:
    """Addresses and ports are the same, at the same time; routers keep each in its own zone."""
    lab, ends = place.lab, Ends(client, server, 40001)
    with equal_connections.answered_by(lab, [*CLIENTS.values()], ends) as answers:
        assert answers == {node: name for name, node in CLIENTS.items()}
        kept = _kept(place, ends)
    for pe in PES:
        ours = kept[pe]
        device = place.workspace.devices[pe]
        assert device.packet_filter is not None
        own = {one.name for one in device.interfaces if one.vrf in ("e-health", "e-customs")}
        zones = {str(one.number) for one in device.packet_filter.zones if one.interface in own}
        assert len(ours) == 2, ours
        assert {zone for line in ours for zone in re.findall(r"zone=(\d+)", line)} == zones


@pytest.mark.parametrize(("client", "server"), FAMILIES)
def test_an_answer_to_the_others_connection_is_dropped(
    place: LabPlace, client: str, server: str
) -> None:
    """The other department's server answers a connection that it never had. Without zones the
    routers take it for an answer, and it arrives."""
    lab = place.lab
    came = {}
    for pe in PES:
        lab.exec(pe, "nft -s list ruleset >/run/zones")
    try:
        for port in (40002, 40003):
            ends = Ends(client, server, port)
            own = {CLIENTS["health"]: "health"}
            with equal_connections.answered_by(lab, [*own], ends) as answers:
                assert answers == own
                before = segments(place, CLIENTS["customs"])
                equal_connections.answer_unasked(lab, ENDS["customs"], ends)
                came[port] = segments(place, CLIENTS["customs"]) != before
            for pe in PES:
                lab.exec(pe, "for way in in out; do nft flush chain inet egovnet zones-$way; done")
    finally:
        for pe in PES:
            lab.exec(pe, "nft flush ruleset; nft -f /run/zones")
    assert came == {40002: False, 40003: True}


def segments(place: LabPlace, host: str) -> str:
    """How many segments of TCP have come to a host, in both families."""
    shown = place.lab.exec(host, "sleep 1; cat /proc/net/snmp").stdout.splitlines()
    names, values = (line.split() for line in shown if line.startswith("Tcp:"))
    return dict(zip(names, values, strict=True))["InSegs"]


def test_a_gateway_dies_and_all_go_by_the_other(place: LabPlace) -> None:
    assert pools_of(place) == (True, False)
    lost = "tc qdisc replace dev {0} root netem loss 100%"

    def die() -> None:
        """Silently: its ports stay up, as behind switches."""
        done = place.lab.exec(FIRST, "; ".join(map(lost.format, ("eth1", "eth2"))))
        assert done.exit_code == 0, done.stderr

    flows: list[Flow] = [(CLIENT, own, INTERNET, server, STEADY_PORT) for own, server in WAYS]
    seen = steady(place.lab, flows, die, after=30)
    assert pools_of(place) == (False, True)
    for one in seen:
        print(f"a gateway dies: {one.gap:.2f} s without a new connection")
        assert one.made > 0

"""An Internet gateway on real routers: packets of hosts of classes B and D, and of who has no exit.

The lab is booted into the intended configuration. The provider's link is recorded all the while:
what is seen there came by the gateway. A gateway that has lost its translation lets nothing out,
and one that has lost its last filter as well is reported.
"""

import json
import shlex
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from itertools import islice

import pytest

from egovnet.lab.internet import INTERNET, strangers_of
from egovnet.playbooks.verbs.lab_connections import LabInternet
from egovnet.playbooks.verify.probing import Probing
from egovnet.templates.registry import render
from tests.playbooks.lab_place import LabPlace, provisioned_lab
from tests.small_internet import small_internet

pytestmark = pytest.mark.lab("internet")
GATEWAY, PORT = "bj-gw1", "eth1"
#: Sites of the zone: by their classes B and D, and by their VPN.
HOSTS = ("public-beijing-internet", "tax-shanghai-internet", "net-shanghai")
POOLS = ip_network("203.0.113.64/29"), ip_network("2001:db8:64::/112")
#: What may be seen on the provider's link: the pool, both ends of the link, the Internet itself,
#: and the one prefix that leaves as it is.
MAY_BE_SEEN = tuple(
    ip_network(one)
    for one in (
        *("203.0.113.64/29", "203.0.113.0/30", "198.51.100.0/24"),
        *("2001:db8:64::/112", "2001:db8:0:1::/64", "2001:db8:feed::/64", "fe80::/10", "::/128"),
        "2400:9:8::/64",
    )
)
_RECORDS = """
import json, os, socket, sys
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
link.bind((sys.argv[1], 0))
link.settimeout(1)
seen = {}
def note():
    with open("/run/seen.new", "w") as file:
        json.dump(seen, file)
    os.rename("/run/seen.new", "/run/seen")
note()
while True:
    try:
        frame, (_, _, packet_type, *_) = link.recvfrom(2048)
    except TimeoutError:
        continue
    kind = frame[12:14].hex()
    if packet_type == socket.PACKET_OUTGOING or kind not in ("0800", "86dd"):
        continue
    family, at, length = (2, 26, 4) if kind == "0800" else (10, 22, 16)
    source = socket.inet_ntop(family, frame[at : at + length])
    seen[source] = seen.get(source, 0) + 1
    note()
"""


#: Opens TCP and sends a datagram to each address, and prints those that said anything.
_KNOCKS = """
import json, select, socket, sys
own, targets = json.loads(sys.argv[1])
asked = {}
for target in targets:
    six = ":" in target
    source = next(one for one in own if (":" in one) == six)
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        one = socket.socket(socket.AF_INET6 if six else socket.AF_INET, kind | socket.SOCK_NONBLOCK)
        one.bind((source, 0))
        one.connect_ex((target, 443))
        if kind == socket.SOCK_DGRAM:
            one.send(b"?")
        asked[one.fileno()] = one, target, kind == socket.SOCK_DGRAM
poll = select.poll()
for number, (_, _, datagram) in asked.items():
    poll.register(number, select.POLLIN | (0 if datagram else select.POLLOUT))
print(json.dumps([asked[number][1] for number, _ in poll.poll(4000)]))
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPlace]:
    root = tmp_path_factory.mktemp("internet")
    with provisioned_lab(small_internet(root / "inventory"), root) as made:
        command = f"(python3 -c '{_RECORDS}' {PORT} >/run/record 2>&1 </dev/null &) ; sleep 2"
        made.lab.exec(INTERNET, command)
        yield made


def seen_on_the_link(place: LabPlace) -> dict[IPv4Address | IPv6Address, int]:
    """Source address of what came by the gateway -> packets."""
    shown = place.lab.exec(INTERNET, "cat /run/seen /run/record")
    return {ip_address(one): packets for one, packets in json.loads(shown.stdout).items()}


def strangers(place: LabPlace) -> set[IPv4Address | IPv6Address]:
    """Who was seen there and should not be."""
    return {
        one for one in seen_on_the_link(place) if not any(one in network for network in MAY_BE_SEEN)
    }


def probed(place: LabPlace) -> Probing:
    """What the Internet's probes come to, asked once."""
    workspace = place.workspace
    probing = Probing(workspace.network, workspace.allocation, [LabInternet(workspace)])
    probing.plan(frozenset(workspace.network.routers))
    probing.send()
    return probing


def test_it_runs_the_filter_that_was_rendered(place: LabPlace) -> None:
    text = render(place.workspace.devices[GATEWAY])
    table = text[text.index("table inet egovnet") : text.index("frr version")]
    assert place.lab.exec(GATEWAY, "nft -s list ruleset").stdout == table


def test_packets_do_what_classes_and_gateway_promise(place: LabPlace) -> None:
    found = place.run("verify", "--json", "--converge", "240").json
    assert found["passed"], found["findings"]
    matrix = found["matrix"]
    assert matrix["probed"] == matrix["pairs"] and matrix["untried"] == []
    cells = [cell for cell in matrix["connections"] if cell["register"] == "Internet zone"]
    out = {(cell["source"], cell["family"]) for cell in cells if cell["seen"] == "answered"}
    assert out == {(host, family) for host in HOSTS for family in ("ipv4", "ipv6")}
    silent = {cell["source_vpn"] for cell in cells if cell["case"] == "no Internet exit"}
    assert silent == {"Internet", "party", "public", "taxation"}
    seen = seen_on_the_link(place)
    for network in ("203.0.113.64/29", "2001:db8:64::/112", "2400:9:8::/64"):
        assert any(one in ip_network(network) for one in seen), network
    assert not strangers(place)


def test_nobody_comes_in_by_the_pool(place: LabPlace) -> None:
    """From an address that the zone had no connection with, to each address of both pools."""
    hosts = [f"{site}-host" for site in HOSTS]
    before = received(place, hosts)
    strangers_own = strangers_of(place.workspace.network)[GATEWAY]
    pool = [str(one) for prefix in POOLS for one in islice(prefix, 8)]
    words = ["timeout", "60", "python3", "-c", _KNOCKS, json.dumps([strangers_own, pool])]
    done = place.lab.exec(INTERNET, shlex.join(words))
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == [], "answered"
    assert received(place, hosts) == before


def received(place: LabPlace, hosts: list[str]) -> dict[str, int]:
    """Host -> packets that TCP, UDP and echo requests have brought it, in both families."""
    came = place.lab.exec_many(dict.fromkeys(hosts, "cat /proc/net/snmp /proc/net/snmp6"))
    found = {}
    for host, shown in came.items():
        lines = [line.split() for line in shown.stdout.splitlines()]
        pairs = {words[0]: int(words[1]) for words in lines if len(words) == 2}
        for names, values in zip(lines[::2], lines[1::2], strict=False):
            if names[0] == values[0] and names[0].endswith(":"):
                pairs |= dict(zip((names[0] + n for n in names[1:]), map(int, values[1:]),
                                  strict=True))  # fmt: skip
        found[host] = sum(
            pairs[name]
            for name in ("Tcp:InSegs", "Udp:InDatagrams", "Udp:NoPorts", "Icmp:InEchos",
                         "Udp6InDatagrams", "Udp6NoPorts", "Icmp6InEchos")
        )  # fmt: skip
    return found


def test_what_is_not_translated_does_not_leave(place: LabPlace) -> None:
    place.lab.exec(GATEWAY, "nft list ruleset >/run/before; nft flush chain inet egovnet translate")
    cells = probed(place).cells()
    right = {(cell.source, cell.family) for cell in cells if cell.expected and cell.right}
    assert right == {("net-shanghai", "ipv6")}
    assert all(cell.right for cell in cells if not cell.expected)
    assert not strangers(place)


def test_an_untranslated_source_is_reported_as_a_leak(place: LabPlace) -> None:
    place.lab.exec(GATEWAY, "nft flush chain inet egovnet departure")
    leaks = [check for check in probed(place).failed() if check.severity == "leak"]
    assert any("FROM ANOTHER SOURCE ADDRESS" in check.message for check in leaks)
    assert strangers(place)

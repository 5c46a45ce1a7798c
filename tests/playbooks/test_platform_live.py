"""The interconnection platform on real routers and firewalls, with real connections.

One lab, booted into the intended configuration. What the register says is what packets do; what an
exchange let through is a leak once it has ended, and is cut by the next change with the connections
that are open; a path's MTU is discovered; and one of two firewalls may die. In the end, as
it needs no lab of its own, a VPN goes from observed to enforced: undeclared flows are recorded,
drafted, and then pass; what nobody sent meanwhile is dropped.
"""

import json
import shlex
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import IPv4Network

import pytest

from egovnet.inventory.today import today
from egovnet.lab.connections import ConnectionAttempt, SeenConnection
from egovnet.playbooks.results.connection_cell import ConnectionCell, ConnectionSeen
from egovnet.playbooks.verbs.lab_connections import try_connections
from tests.loopback import loopback_network
from tests.platform_network import platform_network
from tests.playbooks.console import edit, slower_bfd
from tests.playbooks.lab_place import LabPlace, provisioned_lab
from tests.playbooks.open_connections import Flow, steady
from tests.playbooks.wild_firewall import announce, drawn_prefixes, settled

pytestmark = pytest.mark.lab("platform")

PORTAL: tuple[Flow, ...] = (
    ("party-beijing-host", "10.1.10.10", "gov-beijing-host", "10.1.20.10", 443),
    ("party-beijing-host", "fde9:1:10::a", "gov-beijing-host", "fde9:1:20::a", 443),
)
OBSERVED = "zone: extranet, owner: taxation, filtering: observed"
SICHUAN, GUANGDONG = "tax-sichuan-host", "tax-guangdong-host"
#: Sent while it is observed: a server's port in either family, and an echo request.
USED = (
    ConnectionAttempt(SICHUAN, "10.2.22.10", GUANGDONG, "10.2.21.10", "tcp", 443),
    ConnectionAttempt(SICHUAN, "fde9:2:22::a", GUANGDONG, "fde9:2:21::a", "tcp", 443),
    ConnectionAttempt(SICHUAN, "10.2.22.10", GUANGDONG, "10.2.21.10", "udp", 53),
    ConnectionAttempt(SICHUAN, "10.2.22.10", GUANGDONG, "10.2.21.10", "icmp", None),
)
#: Never sent before.
OTHERS = (
    ConnectionAttempt(SICHUAN, "10.2.22.10", GUANGDONG, "10.2.21.10", "tcp", 22, expected=False),
    ConnectionAttempt(GUANGDONG, "10.2.21.10", SICHUAN, "10.2.22.10", "tcp", 443, expected=False),
)
#: Seconds of the lab's clock; a lab shares its processors with other tests.
CUT, COMES_BACK = 1.0, 7.0
FIREWALL = "bj-fw1"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPlace]:
    root = tmp_path_factory.mktemp("platform")
    inventory = platform_network(root / "inventory")
    slower_bfd(inventory, interval=400)
    edit(inventory / "vpns.yaml", "zone: extranet, owner: taxation", OBSERVED)
    hosts = inventory / "hosts.yaml"
    addresses = loopback_network().removesuffix("0.0/16") + "0."
    hosts.write_text(hosts.read_text(encoding="utf-8").replace("127.20.20.", addresses))
    with provisioned_lab(inventory, root) as made:
        yield made


def counted(cells: tuple[ConnectionCell, ...], name: str) -> dict[tuple[str, str], int]:
    """(case, family) -> how many cells of an exchange."""
    found: dict[tuple[str, str], int] = {}
    for cell in cells:
        if cell.name == name:
            found[cell.case, cell.family] = found.get((cell.case, cell.family), 0) + 1
    return found


def test_packets_do_what_the_register_says_and_nothing_else(place: LabPlace) -> None:
    found = place.run("verify", "--json", "--converge", "240").json
    assert found["passed"], found["findings"]
    cells = found["matrix"]["connections"]
    assert not [cell for cell in cells if not cell["right"]]
    assert found["matrix"]["untried"] == []
    tried = {(c["name"], c["case"], c["family"]) for c in cells}
    for name in ("party-portal", "party-names", "court-files"):
        for family in ("ipv4", "ipv6"):
            for case in ("declared", "other direction", "other port", "other prefix"):
                assert (name, case, family) in tried
    assert {"partner of a partner", "third agency"} <= {cell["case"] for cell in cells}
    between = {(c["source_vpn"], c["target_vpn"]) for c in cells if c["seen"] == "answered"}
    assert between == {("party", "government"), ("government", "court")}


def test_packets_of_each_exchange_can_be_asked_for(place: LabPlace) -> None:
    found = place.run("exchange", "check", "court-files", "--json").json
    tried = found["connections"]
    assert {cell["name"] for cell in tried} == {"court-files"}
    assert all(cell["right"] for cell in tried)
    cases = {cell["case"] for cell in tried if cell["expected"]}
    assert "declared" in cases
    assert {"other direction", "other port", "third agency"} <= {cell["case"] for cell in tried}


def test_what_runs_in_firewalls_is_proved_and_adopted(place: LabPlace) -> None:
    found = place.run("prove", "--running", "--json").json
    assert found["proved"], found["findings"]
    assert found["checked"]["devices"] == len(place.workspace.network.routers)
    assert not place.run("adopt", "--yes", "--json").json["differences"]


_LISTENS = """
import socket
one = socket.create_server(("::", 443), family=socket.AF_INET6, dualstack_ipv6=True)
for _ in range(2):
    came, _from = one.accept()
    left = 6000
    while left > 0 and (piece := came.recv(65536)):
        left -= len(piece)
    came.sendall(b"all of it")
    came.close()
"""
#: Sends 6000 octets, and says what came back and what the path's MTU is (IP_MTU, IPV6_MTU).
_SENDS = """
import json, socket, sys
found = {}
for own, target in json.loads(sys.argv[1]):
    six = ":" in target
    one = socket.create_connection((target, 443), 25, (own, 0))
    one.sendall(bytes(6000))
    said = one.recv(100).decode()
    level = socket.IPPROTO_IPV6 if six else socket.IPPROTO_IP
    found[target] = [said, one.getsockopt(level, 24 if six else 14)]
print(json.dumps(found))
"""


def test_a_paths_mtu_is_discovered_across_a_firewall(place: LabPlace) -> None:
    """Errors of the router at the other end come back: a link behind it has a smaller MTU."""
    lab = place.lab
    ways = [(flow[1], flow[3]) for flow in PORTAL]
    listen = shlex.join(["timeout", "100", "python3", "-c", _LISTENS])
    lab.exec("gov-beijing-host", f"({listen} >/dev/null 2>&1 </dev/null &) ; sleep 1")
    lab.exec("gov-beijing-ce", "ip link set eth2 mtu 1300")
    done = lab.exec("party-beijing-host", shlex.join(["python3", "-c", _SENDS, json.dumps(ways)]))
    lab.exec("gov-beijing-ce", "ip link set eth2 mtu 1500")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == {target: ["all of it", 1300] for _, target in ways}


def test_a_firewall_dies_and_exchanges_come_back(place: LabPlace) -> None:
    lab = place.lab

    def die() -> None:
        """Silently: its port stays up, as behind a switch."""
        lab.exec("bj-fw1", "tc qdisc replace dev eth1 root netem loss 100%")

    seen = steady(lab, PORTAL, die, after=8)
    lab.exec("bj-fw1", "tc qdisc del dev eth1 root")
    for one in seen:
        print(f"a firewall dies: {one.gap:.2f} s without a new connection")
        assert one.made > 0
        assert one.gap < COMES_BACK


def test_routing_holds_where_a_firewall_announces_everything(place: LabPlace) -> None:
    """PEs take what exchanges declare, and no agency becomes a way to another one."""
    lab, workspace = place.lab, place.workspace
    prefixes = drawn_prefixes(workspace.network, 40, seed=16)
    declared = {
        site.vpn: [p for p in site.prefixes if isinstance(p, IPv4Network)]
        for site in workspace.network.sites.values()
        if FIREWALL in site.site_network_accesses
    }
    announced = {*prefixes, *(p for own in declared.values() for p in own)}
    expected = {
        vpn: {p for p in announced if any(p.subnet_of(each) for each in own)}
        for vpn, own in declared.items()
    }
    assert any(expected[vpn] > {*own} for vpn, own in declared.items()), "they would show nothing"
    announce(lab, workspace, FIREWALL, prefixes)
    try:
        assert settled(lab, workspace, FIREWALL, expected) == expected
        cells = try_connections(workspace).cells
        assert not [cell for cell in cells if cell.seen is not ConnectionSeen.NOTHING
                    and not cell.expected]  # fmt: skip
    finally:
        lab.restart(FIREWALL)


def test_what_has_ended_is_a_leak_and_its_connections_are_cut(place: LabPlace) -> None:
    # until the first firewall is preferred again
    place.run("verify", "--json", "--converge", "240")
    yesterday = today() - timedelta(days=1)
    # of the first entry, which is the portal's
    edit(place.inventory / "exchanges.yaml", "valid-until: 2099-03-31", f"valid-until: {yesterday}")
    found = place.run("drift", "--json", code=4).json
    leaks = [one for one in found["differences"] if one["class"] == "leak"]
    assert {one["device"] for one in leaks} == {"bj-fw1", "sh-fw1"}
    assert all("undeclared-flow" in one["message"] for one in leaks), leaks
    lab = place.lab
    watch = (
        "(nft monitor | { read line; date +%s.%N >/run/filter-changed; cat >/dev/null; })"
        " >/dev/null 2>&1 </dev/null &"
    )
    lab.exec("bj-fw1", watch)

    def withdraw() -> None:
        assert place.run("apply", "--yes", "--json").json["result"] == "done"

    seen = steady(lab, PORTAL, withdraw, after=1)
    changed = float(lab.exec("bj-fw1", "cat /run/filter-changed; pkill -x nft").stdout)
    for one in seen:
        print(f"an exchange has ended: the last answer {one.held - changed:+.2f} s after")
        assert one.made > 0
        assert one.held - changed < CUT
        assert one.gap_end > changed
    assert place.run("drift", "--json").json["differences"] == []
    cells = try_connections(place.workspace).cells
    assert {cell.name for cell in cells} == {"party-names", "court-files"}
    assert not [cell for cell in cells if not cell.right]


def test_a_vpn_goes_from_observed_to_enforced_without_an_outage(place: LabPlace) -> None:
    place.run("verify", "--json", "--converge", "240")
    lab, inventory = place.lab, place.inventory
    assert lab.try_connections(USED) == [SeenConnection.ANSWERED] * len(USED)
    draft = inventory.parent / "draft.yaml"
    found = place.run("application", "observed", "--draft", draft, "--json").json
    seen = {(f["source"], f["target"], f["protocol"], f["port"]) for f in found["flows"]}
    for one in USED:
        assert (one.source_address, one.target_address, one.protocol, one.port) in seen
    assert not [f for f in found["flows"] if f["port"] not in (443, 53, None)], "an answer is none"
    declared = draft.read_text(encoding="utf-8")
    (inventory / "applications.yaml").write_text(declared, encoding="utf-8")
    edit(inventory / "vpns.yaml", "filtering: observed", "filtering: enforced")
    assert place.run("apply", "--yes", "--json").json["result"] == "done"
    assert lab.try_connections(USED) == [SeenConnection.ANSWERED] * len(USED)
    assert lab.try_connections(OTHERS) == [SeenConnection.NOTHING] * len(OTHERS)

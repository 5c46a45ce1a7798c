"""A lab without routes of last resort, in the way of others: proved; a leaking sibling is not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.from_vrf_names import Zones, from_zones
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.prove import prove
from egovnet.templates.registry import read_config

LAB = {path.stem: path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("lab/*")}
ZONES = Zones.model_validate({"zones": {"red": {"vrfs": ["red"]}, "blue": {"vrfs": ["blue"]}}})
Edit = Callable[[str], str]


def verdict(**texts: str) -> Verdict:
    facts = [read_config(text, f"{name}.conf") for name, text in {**LAB, **texts}.items()]
    return prove({one.name: one for one in facts}, from_zones(ZONES))


def test_it_is_apart_and_what_is_missing_is_named() -> None:
    seen = verdict()
    assert seen.proved
    assert {(f.klass, f.severity) for f in seen.findings} == {("P3 open-vrf", Severity.RISK)}
    assert seen.checked.lines_not_understood == 0


def instead(old: str, new: str) -> Edit:
    """An edit of the one place that says `old`."""

    def edit(text: str) -> str:
        assert text.count(old) == 1, old
        return text.replace(old, new)

    return edit


def below(header: str, *lines: str) -> Edit:
    """An edit that adds lines to the block or stanza with that header."""
    return instead(f"{header}\n", "".join(f"{line}\n" for line in (header, *lines)))


def top(*lines: str) -> Edit:
    """An edit that adds lines before FRR's first route-map."""
    return instead("ip prefix-list RED ", "".join(f"{x}\n" for x in lines) + "ip prefix-list RED ")


def stanza(*lines: str) -> Edit:
    """An edit that adds a stanza."""
    return instead("auto eth1\n", "".join(f"{line}\n" for line in lines) + "\nauto eth1\n")


RED, BLUE = "router bgp 65000 vrf red", "router bgp 65000 vrf blue"
RED4 = "  neighbor 172.16.1.2 maximum-prefix 100"
SIBLINGS: dict[str, Edit] = {
    "OSPF with a customer": top(
        "interface eth2", " ip ospf area 0", "exit", "router ospf vrf red", "exit"
    ),
    "OSPF of the backbone on a port of a VRF": top("interface eth3", " ip ospf area 0", "exit"),
    "OSPF of a VRF at all its ports": top(
        "router ospf vrf red", " network 0.0.0.0/0 area 0", " redistribute bgp", "exit"
    ),
    "OSPF of a VRF with another's table": top(
        "router ospf vrf red", " redistribute table 1002", "exit"
    ),
    "OSPF of the backbone with a VRF's table": below(
        "router ospf", " redistribute table 1002", " redistribute connected"
    ),
    "OSPF of the backbone with a default route": below(
        "router ospf", " default-information originate always"
    ),
    "OSPF of the backbone wherever there is an address": below(
        "router ospf", " network 0.0.0.0/0 area 0"
    ),
    "OSPFv3 with a customer": top("router ospf6 vrf blue", " redistribute bgp", "exit"),
    "IS-IS with a customer": top(
        "router isis cust vrf red", " net 49.0001.0000.0000.0001.00", "exit"
    ),
    "RIP in a VRF": top("router rip vrf red", " network eth2", " redistribute bgp", "exit"),
    "type 5 routes with the other's target": below(
        RED,
        " address-family l2vpn evpn",
        "  advertise ipv4 unicast",
        "  route-target import 65000:200",
        " exit-address-family",
    ),
    "EVPN of the backbone": below(
        "router bgp 65000",
        " address-family l2vpn evpn",
        "  advertise-all-vni",
        " exit-address-family",
    ),
    "a VNI of a VRF": top("vrf red", " vni 4001", "exit-vrf"),
    "an address of segment routing that leads into a VRF": below(RED4, "  sid vpn export auto"),
    "a label of segment routing": below(
        "router ospf", " segment-routing on", " segment-routing global-block 16000 23999"
    ),
    "the other's target in short words": below("  rt vpn both 65000:100", "  rt vpn imp 65000:200"),
    "the other VRF by its name": top(
        RED,
        " addr ipv4 uni",
        "  no import vpn",
        "  no export vpn",
        "  imp vrf blue",
        " exit-address-family",
        "exit",
    ),
    "a kernel table taken into the main table": top("ip import-table 200"),
    "packets switched by hand": top("mpls lsp 1000 172.17.1.2 implicit-null"),
    "labels at a customer": top("interface eth2", " mpls bgp forwarding", "exit"),
    "a list by its former name": top(
        "ip extcommunity-list standard BLUE permit rt 65000:200",
        "route-map BLUE-TOO permit 10",
        " match extcommunity BLUE",
        "exit",
    ),
    "a route into the other VRF": below(
        "    vrf red", "    up ip route add 192.168.5.0/24 dev eth3 table 1001"
    ),
    "a rule into the other VRF": below("    vrf red", "    up ip rule add iif eth2 lookup 1002"),
    "a port that a command puts into the other VRF": below(
        "    vrf red", "    up ip link set eth2 master blue"
    ),
    "a port that a command takes out of its VRF": below(
        "    vrf red", "    pre-up ip link set eth2 nomaster"
    ),
    "a bridge over ports of both VRFs": stanza(
        "auto br0", "iface br0", "    bridge-ports eth2 eth3"
    ),
    "a bridge in one VRF with the other's port": stanza(
        "auto br0", "iface br0", "    bridge-ports eth3", "    vrf red"
    ),
    "a link from VRF to VRF": stanza(
        *("auto veth1", "iface veth1", "    link-type veth", "    veth-peer-name veth2"),
        *("    vrf red", "", "auto veth2", "iface veth2", "    link-type veth"),
        *("    veth-peer-name veth1", "    vrf blue"),
    ),
    "a port whose stanza may be left out": instead("auto eth2\n", ""),
    "a VRF whose stanza may be left out": instead("auto red\n", ""),
    "addresses of a customer by DHCP": instead("iface eth2\n", "iface eth2 inet dhcp\n"),
    "addresses of the main table by DHCP": stanza("auto eth9", "iface eth9 inet dhcp"),
    "somebody in the main table": stanza("auto eth9", "iface eth9", "    address 10.9.0.1/24"),
    "a way out of the main table": stanza(
        *("auto eth9", "iface eth9 inet static", "    address 10.9.0.1"),
        *("    netmask 255.255.255.0", "    gateway 10.9.0.254"),
    ),
    "a static default route of the main table": top("ip route 0.0.0.0/0 10.0.1.2"),
    "stanzas in another file": stanza("source /etc/network/interfaces.d/*"),
    "a VXLAN in the VRF": stanza(
        "auto vni5", "iface vni5", "    vxlan-id 5", "    vxlan-local-tunnelip 10.255.0.1"
    ),
    "ports by VLAN of one bridge": stanza(
        *("auto br0", "iface br0", "    bridge-ports eth4 eth5", "    bridge-vlan-aware yes"),
        *("    bridge-vids 10 20"),
    ),
    "two VRFs with one table": instead("    vrf-table 1002", "    vrf-table 1001"),
    "a VLAN of the other's port": stanza(
        *("auto eth3.7", "iface eth3.7", "    vlan-raw-device eth3", "    bridge-access 7"),
        "    vrf red",
    ),
    "another version of FRR": instead("frr version 8.4.4", "frr version 10.4"),
}


@pytest.mark.parametrize("name", SIBLINGS)
def test_a_leaking_sibling_is_not_proved(name: str) -> None:
    seen = verdict(pe1=SIBLINGS[name](LAB["pe1"]))
    assert not seen.proved
    assert any(finding.denies for finding in seen.findings)


@pytest.mark.parametrize(
    "lines",
    [
        (" area 1 range 10.255.0.0/24",),
        (" area 1 range 10.0.0.0/16 substitute 10.255.0.2/32",),
        (" redistribute static", " summary-address 10.255.0.0/24"),
    ],
)
def test_one_route_for_several_routers_is_not_proved(lines: tuple[str, ...]) -> None:
    seen = verdict(p1=below(" ospf router-id 10.255.0.3", *lines)(LAB["p1"]))
    assert "P9 backbone-route" in {finding.klass for finding in seen.findings if finding.denies}


def test_one_route_for_circuits_is_proved() -> None:
    lines = (" area 1 range 10.0.0.0/16", " summary-address 10.9.0.0/16")
    assert verdict(p1=below(" ospf router-id 10.255.0.3", *lines)(LAB["p1"])).proved


@pytest.mark.parametrize(
    "edit",
    [
        below("router ospf", " redistribute connected", " timers throttle spf 10 50 500"),
        below("router ospf", " passive-interface lo", " maximum-paths 8"),
        below("router ospf", " area 0 authentication message-digest"),
        top("interface eth1", " ip ospf cost 10", " ip ospf bfd", "exit"),
        stanza("auto eth1:", "iface eth9 inet manual"),
        below("    vrf red", "    dns-nameservers 192.0.2.53", "    mtu 9000"),
        instead("log syslog informational", "no ipv6 forwarding"),
    ],
)
def test_what_is_harmless_stays_proved(edit: Edit) -> None:
    assert verdict(pe1=edit(LAB["pe1"])).proved

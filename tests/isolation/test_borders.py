"""The border of two networks in the proof: both sides prove, and each mistake at it is refused."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from egovnet.inventory.allocation.allocate import Allocation, allocate
from egovnet.inventory.errors import InventoryError
from egovnet.inventory.model import Network
from egovnet.isolation.model.expectation import from_inventory
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.prove import prove
from egovnet.templates.frr.config.config_reader import read_config
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.intend.read_inventory import read_inventory
from egovnet.templates.model.device import Device
from egovnet.templates.registry import render
from tests.border_network import NATION_BORDER, nation, province
from tests.playbooks.console import copy_of_backbone

EDGE = "bj-asbr1"
COURTS = """\
south:
  option: A
  neighbor: guangdong
  neighbor-asn: 64844
  neighbor-router: gd-asbr1
  neighbor-port: eth4
  router: gd-pe1
  port: eth11
  numbering: ours
  vpns:
    court:
      vpn: court
      neighbor-vpn: gdcourt
      neighbor-zone: intranet
      site-role: ROLE
      accepts: [10.64.0.0/16]
      announces: [10.1.30.0/24]
"""
AGGREGATING = NATION_BORDER.replace("accepts: [10.42", "aggregate: true\n      accepts: [10.42")
PARTY = "border-guangdong-1-party_guangdong-1"


@dataclass(frozen=True)
class Side:
    """One of the two networks, as it is to be."""

    network: Network
    allocation: Allocation
    devices: dict[str, Device] = field(default_factory=dict)

    def verdict(self, texts: dict[str, str]) -> Verdict:
        """What is proved of these texts in place of its own."""
        own = {name: render(device) for name, device in self.devices.items()} | texts
        facts = {name: read_config(text, f"{name}.cfg") for name, text in own.items()}
        return prove(facts, from_inventory(self.network, self.allocation))


@cache
def side(which: Callable[[Path], Path]) -> Side:
    with TemporaryDirectory() as directory:
        network, _ = read_inventory(which(Path(directory) / "network"))
    allocation = allocate(network)
    return Side(network, allocation, intend(network, allocation))


@pytest.mark.parametrize("which", [nation, province])
def test_each_side_proves_by_itself(which: Callable[[Path], Path]) -> None:
    verdict = side(which).verdict({})
    assert verdict.proved
    assert not verdict.findings


@pytest.mark.parametrize("which", [nation, province])
def test_rendering_then_reading_is_the_identity(which: Callable[[Path], Path]) -> None:
    for device in side(which).devices.values():
        assert read_config(render(device), "x.cfg") == intended_facts(device)


@pytest.mark.parametrize("role", ["hub-role", "spoke-role"])
def test_a_vpn_of_hubs_and_spokes_crosses_as_either(tmp_path: Path, role: str) -> None:
    """The neighbour as a spoke has a VRF of its own, and hears hubs alone."""
    root = copy_of_backbone(tmp_path / "network")
    (root / "borders.yaml").write_text(COURTS.replace("ROLE", role), encoding="utf-8")
    network, _ = read_inventory(root)
    allocation = allocate(network)
    one = Side(network, allocation, intend(network, allocation))
    assert one.verdict({}).proved
    (vrf,) = (v for v in one.devices["gd-pe1"].vrfs if any(p.announces for p in v.peers))
    imports_spokes = set(vrf.import_targets) & {
        f"65000:{allocation.route_target['court/spoke']}",
    }
    assert bool(imports_spokes) == (role == "hub-role")


def test_sessions_at_a_border_may_follow_bfd(tmp_path: Path) -> None:
    watched = NATION_BORDER.replace("  numbering", "  bfd: true\n  numbering")
    network, _ = read_inventory(nation(tmp_path / "nation", watched))
    device = intend(network, allocate(network))[EDGE]
    assert all(peer.bfd for vrf in device.vrfs for peer in vrf.peers)
    assert read_config(render(device), "x.cfg") == intended_facts(device)


def test_sessions_at_a_border_may_have_ttl_security(tmp_path: Path) -> None:
    near = NATION_BORDER.replace("  numbering", "  ttl-security: true\n  numbering")
    network, _ = read_inventory(nation(tmp_path / "nation", near))
    allocation = allocate(network)
    one = Side(network, allocation, intend(network, allocation))
    text = render(one.devices[EDGE])
    lines = [line for line in text.splitlines() if line.endswith(" ttl-security hops 1")]
    assert len(lines) == sum(len(vrf.peers) for vrf in one.devices[EDGE].vrfs) > 0
    assert read_config(text, "x.cfg") == intended_facts(one.devices[EDGE])
    assert one.verdict({}).proved
    for other in ("", lines[0].replace("hops 1", "hops 2")):
        found = one.verdict({EDGE: text.replace(lines[0], other, 1)}).findings
        assert {finding.klass for finding in found} == {"P5 session-from-afar"}


def test_bfd_and_ttl_security_are_refused_together(tmp_path: Path) -> None:
    both = NATION_BORDER.replace("  numbering", "  bfd: true\n  ttl-security: true\n  numbering")
    with pytest.raises(InventoryError, match=r"\.bfd: with ttl-security, .* several hops"):
        read_inventory(nation(tmp_path / "nation", both))


def test_an_aggregate_is_all_that_a_neighbour_is_told_of(tmp_path: Path) -> None:
    """The parts stay in the own VPN's tables, and the aggregate stays out of them."""
    network, _ = read_inventory(nation(tmp_path / "nation", AGGREGATING))
    allocation = allocate(network)
    one = Side(network, allocation, intend(network, allocation))
    assert one.verdict({}).proved
    text = render(one.devices[EDGE])
    facts = read_config(text, "x.cfg")
    assert facts == intended_facts(one.devices[EDGE])
    family = facts.bgp["e-taxation"].families["ipv4"]
    assert {*map(str, family.aggregates)} == {"10.12.0.0/16"}
    assert "aggregate-address" not in render(one.devices["bj-pe1"])
    wider = text.replace(
        "-out seq 5 permit 10.12.0.0/16\n", "-out seq 5 permit 10.12.0.0/16 le 32\n"
    )
    assert wider != text
    found = {finding.klass for finding in one.verdict({EDGE: wider}).findings}
    assert found == {"P8 border-filter-too-wide"}


def test_an_aggregate_of_one_family_is_no_half_policy(tmp_path: Path) -> None:
    only4 = AGGREGATING.replace(', "fde9:42::/32"', "").replace(', "fde9:12::/32"', "")
    assert only4 != AGGREGATING
    network, _ = read_inventory(nation(tmp_path / "nation", only4))
    allocation = allocate(network)
    one = Side(network, allocation, intend(network, allocation))
    assert not one.verdict({}).findings


@pytest.mark.parametrize("line", ["10.12.0.0/16", "fde9:12::/32"])
def test_an_aggregate_that_is_lost_is_no_leak(line: str, tmp_path: Path) -> None:
    """The neighbour is told of less; the policy that keeps it out of the VPN stays."""
    network, _ = read_inventory(nation(tmp_path / "nation", AGGREGATING))
    allocation = allocate(network)
    one = Side(network, allocation, intend(network, allocation))
    text = render(one.devices[EDGE])
    without = text.replace(f"  aggregate-address {line}\n", "")
    assert without != text
    assert one.verdict({EDGE: without}).proved
    # a half of another policy is one still
    policy = "  route-map vpn export e-taxation-aggregates-ipv4\n"
    listed = "ip prefix-list e-taxation-aggregates seq 5 permit 10.12.0.0/16"
    assert policy in text
    wider = without.replace(listed, f"{listed} le 32")
    assert wider != without
    found = {finding.klass for finding in one.verdict({EDGE: wider}).findings}
    assert "P10 one-family-policy" in found


def text() -> str:
    return render(side(nation).devices[EDGE])


def swapped(one: str, other: str) -> Callable[[str], str]:
    def swap(text: str) -> str:
        assert one in text
        assert other in text
        return text.replace(one, "\0").replace(other, one).replace("\0", other)

    return swap


def put(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return change


def in_other_vrf(text: str) -> str:
    """The party's session in the VRF of taxation."""
    lines = text.splitlines()
    inside = range(lines.index("router bgp 65000 vrf i-party"), len(lines))
    end = next(i for i in inside if lines[i] == "exit")
    own = [i for i in range(inside.start, end) if "10.1.16.2" in lines[i]]
    moved = [lines[i] for i in own]
    kept = [line for i, line in enumerate(lines) if i not in own]
    at = kept.index("router bgp 65000 vrf e-taxation") + 3
    head = [line for line in moved if not line.startswith("  ")]
    kept[at:at] = head
    at = kept.index("  redistribute static", at) + 1
    kept[at:at] = [line for line in moved if line.startswith("  ")]
    return "\n".join(kept) + "\n"


LIST = "prefix-list border-guangdong-1-taxation_guangdong-1"
AS_A_CUSTOMER = "  neighbor 10.1.16.2 route-map to-ce out\n"
VPN_FAMILY = """  exit-address-family
 !
 address-family ipv4 vpn
  neighbor 10.1.16.2 activate
 exit-address-family
 !
 address-family ipv4 unicast
"""


def as_a_customer(text: str) -> str:
    """The neighbour with the policy of customers, which is told of everything."""
    out = f"  neighbor 10.1.16.2 route-map {PARTY}-out-ipv4 out\n"
    return put(out, AS_A_CUSTOMER)(text) + "route-map to-ce permit 10\nexit\n!\n"


#: What is done to the border router's text -> a class of finding that refuses it.
MUTANTS = {
    "the VLAN of another VPN": (swapped("eth5.100", "eth5.101"), "P1 zone-leak"),
    "a VLAN that nobody agreed on": (put("eth5.100", "eth5.300"), "P2 unknown-interface"),
    "two VPNs swapped": (swapped("    vrf i-party", "    vrf e-taxation"), "P2 wrong-vrf"),
    "no filter of what is taken": (
        put(f"  neighbor 10.1.16.2 route-map {PARTY}-ipv4 in\n", ""),
        "P5 no-filter",
    ),
    "no filter of what is announced": (
        put(f"  neighbor fde9:1:fa::2 route-map {PARTY}-out-ipv6 out\n", ""),
        "P8 no-border-filter",
    ),
    "a customer's policy": (as_a_customer, "P8 border-filter-too-wide"),
    "more taken than was agreed": (
        put(f"{LIST} seq 5 permit 10.42.0.0/16", f"{LIST} seq 5 permit 10.40.0.0/13"),
        "P5 filter-too-wide",
    ),
    "more announced than was agreed": (
        put(f"{LIST}-out seq 5 permit 10.12.0.0/16", f"{LIST}-out seq 5 permit 10.0.0.0/8"),
        "P8 border-filter-too-wide",
    ),
    "no limit": (put("  neighbor 10.1.16.6 maximum-prefix 50\n", ""), "P5 no-limit"),
    "a session in the wrong VRF": (in_other_vrf, "P5 session-in-wrong-vrf"),
    "another AS": (
        put("10.1.16.2 remote-as 64844", "10.1.16.2 remote-as 64845"),
        "P8 border-wrong-as",
    ),
    "labels on the port": (
        put("interface lo\n", "interface eth5.100\n mpls enable\nexit\n!\ninterface lo\n"),
        "P4 mpls-at-customer",
    ),
    "VPN routes in the VRF": (
        put(
            "  neighbor 10.1.16.2 maximum-prefix",
            VPN_FAMILY + "  neighbor 10.1.16.2 maximum-prefix",
        ),
        "not understood",
    ),
    "packets of anybody": (
        put("ip saddr 10.41.0.0/16 ip daddr 10.11.0.0/16", "ip daddr 10.11.0.0/16"),
        "P9 access-too-open",
    ),
    "packets to anybody": (
        put("ip saddr 10.41.0.0/16 ip daddr 10.11.0.0/16", "ip saddr 10.41.0.0/16"),
        "P9 access-too-open",
    ),
    "no filter of packets": (put('		drop comment "undeclared"\n', ""), "P9 access-too-open"),
    "the route target of the other zone": (
        put("rt vpn both 65000:1001", "rt vpn both 65000:1001 65000:2001"),
        "P1 zone-leak",
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mistake_at_the_border_is_refused(name: str) -> None:
    change, klass = MUTANTS[name]
    changed = change(text())
    assert changed != text()
    verdict = side(nation).verdict({EDGE: changed})
    assert not verdict.proved
    found = {finding.klass for finding in verdict.findings}
    assert any(one.startswith(klass) for one in found), sorted(found)

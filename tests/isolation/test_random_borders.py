"""Random borders: what one side announces the other's filter lets in, and nothing else.

Both sides are written, read, numbered and rendered by themselves; then their texts are compared.
"""

from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from hypothesis import event, given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.border_agreement import BorderSide, compare_borders
from egovnet.inventory.model import IPNetwork
from egovnet.isolation.algebra.policies import Routes, apply
from egovnet.isolation.algebra.prefix_sets import PrefixSet
from egovnet.isolation.model.expectation import from_inventory
from egovnet.isolation.prove import prove
from egovnet.templates.frr.config.config_reader import read_config
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.intend.read_inventory import examine_inventory
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import BgpInstance, DeviceFacts, Policy
from egovnet.templates.registry import render
from tests.border_network import nation, province
from tests.hypothesis_profiles import examples

VPNS = {"party": ("gdparty", "intranet"), "taxation": ("gdtax", "extranet")}
FAMILIES: dict[int, AddressFamily] = {4: "ipv4", 6: "ipv6"}


@dataclass(frozen=True)
class Crossing:
    """What the nation announces in a VPN, and what it accepts."""

    vpn: str
    told: tuple[str, ...]
    taken: tuple[str, ...]
    limit: int


@st.composite
def prefixes(draw: st.DrawFn, net: str, versions: frozenset[int]) -> tuple[str, ...]:
    """Prefixes within 10.NET.0.0/16 and fde9:NET::/32, one or more of each version."""
    found: list[IPNetwork] = []
    for version, root in ((4, f"10.{net}.0.0/16"), (6, f"fde9:{net}::/32")):
        if version in versions:
            of = ip_network(root)
            for _ in range(draw(st.integers(1, 3))):
                length = draw(st.integers(of.prefixlen, of.prefixlen + 12))
                step = draw(st.integers(0, 2 ** (length - of.prefixlen) - 1))
                first = int(of.network_address) + (step << (of.max_prefixlen - length))
                found.append(type(of)((first, length)))
    widest = sorted(found, key=lambda each: each.prefixlen)
    apart = [p for n, p in enumerate(widest) if not any(_on_net(p, q) for q in widest[:n])]
    return tuple(map(str, apart))


def _on_net(inner: IPNetwork, outer: IPNetwork) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type] # one version


@st.composite
def crossings(draw: st.DrawFn) -> list[Crossing]:
    chosen = draw(st.lists(st.sampled_from(sorted(VPNS)), min_size=1, max_size=2, unique=True))
    found = []
    for vpn in chosen:
        versions = draw(st.sampled_from([frozenset({4}), frozenset({6}), frozenset({4, 6})]))
        ours, theirs = ("11", "41") if vpn == "party" else ("12", "42")
        told, taken = draw(prefixes(ours, versions)), draw(prefixes(theirs, versions))
        found.append(Crossing(vpn, told, taken, draw(st.integers(1, 5000))))
    return found


def border(mine: dict[str, object], vpns: dict[str, object]) -> str:
    return yaml.safe_dump({"border": {"option": "A", **mine, "vpns": vpns}}, sort_keys=False)


def of_nation(found: list[Crossing]) -> str:
    vpns = {
        each.vpn: {
            "vpn": each.vpn,
            "neighbor-vpn": VPNS[each.vpn][0],
            "neighbor-zone": VPNS[each.vpn][1],
            "accepts": list(each.taken),
            "announces": list(each.told),
            "maximum-prefix": each.limit,
        }
        for each in found
    }
    there = {"neighbor": "guangdong", "neighbor-asn": 64844, "neighbor-router": "gd-asbr1"}
    own = {"neighbor-port": "eth5", "router": "bj-asbr1", "port": "eth5", "numbering": "ours"}
    return border({**there, **own}, vpns)


def of_province(found: list[Crossing], side: BorderSide) -> str:
    """The same with what the nation allocated written."""
    vpns = {}
    for each in found:
        label = side.label("border", each.vpn)
        vpns[each.vpn] = {
            "vpn": VPNS[each.vpn][0],
            "neighbor-vpn": each.vpn,
            "neighbor-zone": VPNS[each.vpn][1],
            "vlan": side.allocation.vlan[label],
            "links": [str(link) for link in side.allocation.access_links(label)],
            "accepts": list(each.told),
            "announces": list(each.taken),
        }
    there = {"neighbor": "nation", "neighbor-asn": 65000, "neighbor-router": "bj-asbr1"}
    own = {"neighbor-port": "eth5", "router": "gd-asbr1", "port": "eth5", "numbering": "theirs"}
    return border({**there, **own}, vpns)


def side_of(directory: Path) -> BorderSide:
    examined = examine_inventory(directory)
    assert not examined.problems, examined.problems
    return BorderSide(examined.network, allocate(examined.network), examined.report)


def facts(side: BorderSide) -> dict[str, DeviceFacts]:
    devices = intend(side.network, side.allocation)
    found = {name: read_config(render(device), name) for name, device in devices.items()}
    assert prove(found, from_inventory(side.network, side.allocation)).proved
    return found


def through(policy: Policy | None, family: AddressFamily) -> PrefixSet:
    """What a policy lets through of everything."""
    found = PrefixSet.none(family)
    for routes in apply(policy, [Routes(family, PrefixSet.all(family), free=True)]):
        assert not routes.free, "communities of the other side pass"
        found = found | routes.prefixes
    return found


def sessions(device: DeviceFacts) -> dict[str, tuple[BgpInstance, str]]:
    """Own address -> its VRF's instance and the neighbour's address, of sessions with borders."""
    found = {}
    for port in device.interfaces.values():
        if port.parent == "eth5" and port.vrf is not None:
            instance = device.bgp[port.vrf]
            for address in port.addresses:
                peers = (n for n in instance.neighbors if _on(n, address.network))
                for peer in peers:
                    found[str(address.ip)] = (instance, peer)
    return found


def _on(neighbor: str, net: IPNetwork) -> bool:
    return _on_net(ip_network(neighbor), net)


@given(crossings())
@examples(40)
def test_both_sides_agree_and_let_nothing_else_through(found: list[Crossing]) -> None:
    with TemporaryDirectory() as name:
        root = Path(name)
        ours = side_of(nation(root / "nation", of_nation(found)))
        theirs = side_of(province(root / "province", of_province(found, ours)))
    compared = compare_borders(ours, theirs)
    event(f"{compared.vpns} VPNs")
    limits = {each.field for each in compared.problems}
    assert all(field.endswith("maximum-prefix") for field in limits), compared.problems
    here, there = facts(ours)["bj-asbr1"], facts(theirs)["gd-asbr1"]
    tags = {p.vlan for p in here.interfaces.values() if p.parent == "eth5"}
    assert tags == {p.vlan for p in there.interfaces.values() if p.parent == "eth5"}
    mine, its = sessions(here), sessions(there)
    assert len(mine) == sum(len({":" in p for p in each.told}) for each in found)
    assert {peer for _, peer in mine.values()} == its.keys()
    assert {peer for _, peer in its.values()} == mine.keys()
    for address, (instance, peer) in mine.items():
        other, _ = its[peer]
        one, two = instance.neighbors[peer], other.neighbors[address]
        assert (one.remote_as, two.remote_as) == (other.asn, instance.asn)
        assert one.families.keys() == two.families.keys()
        for family in FAMILIES.values():
            if family in one.families:
                a, b = one.families[family], two.families[family]
                assert through(a.policy_out, family) == through(b.policy_in, family)
                assert through(b.policy_out, family) == through(a.policy_in, family)
                assert a.maximum_prefix is not None
                assert b.maximum_prefix is not None

"""Random extranets: plans that overlap, classes that fit or do not.

The oracle reads the same data by itself: which inventories are refused, which sites reach each
other in which VPN, and that nobody hears of one address from two places.
"""

import json
from ipaddress import ip_network
from itertools import combinations
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import Allocation, allocate, vrf_of
from egovnet.inventory.load import examine
from egovnet.inventory.model import Network
from egovnet.inventory.model.part_sites import written_name
from egovnet.inventory.model.reachability import Reachability
from egovnet.inventory.source.yaml_directory import YamlTexts
from egovnet.inventory.with_access_classes import with_access_classes
from egovnet.isolation.model.expectation import from_inventory
from egovnet.isolation.prove import prove
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.model.device import Vrf
from tests.generated import nation
from tests.hypothesis_profiles import examples

_BASE = nation(2, 0)
_DEPARTMENTS = ("one", "two", "three")
#: Class -> the least and the most departments.
_CLASSES = {"A": (0, 0), "C": (0, 0), "E": (1, 1), "F": (2, 9)}
_FITTING = {"public": ["A", "C", "F"], "department": ["E", "F"]}
_Data = dict[str, dict[str, Any]]


@st.composite
def _prefixes(draw: st.DrawFn) -> list[str]:
    """One or two of few, so that some are the same, or within each other."""
    number, length = draw(st.integers(0, 23)), draw(st.sampled_from([24, 24, 24, 23, 25]))
    found = [str(ip_network((f"10.0.{number}.0", length), strict=False))]
    if draw(st.booleans()):
        found.append(f"fdaa:0:{number}::/64")
    return found


@st.composite
def extranets(draw: st.DrawFn) -> _Data:
    """VPNs and sites, as YAML has them."""
    vpns: _Data = {"public": {"part": "public"}}
    for name in _DEPARTMENTS:
        plan = draw(st.sampled_from(["own", "own", "shared"]))
        vpns[name] = {"part": "department", "address-plan": plan}
    for name, vpn in vpns.items():
        vpn |= {"name": name, "zone": "extranet", "owner": "tax"}
    sites: _Data = {}
    for number in range(draw(st.integers(1, 5))):
        vpn = draw(st.sampled_from(list(vpns)))
        access: dict[str, Any] = {
            "pe": draw(st.sampled_from(["pe1", "pe2"])),
            "port": f"eth{90 + number % 2}",
            "routing-protocol": draw(st.sampled_from(["static", "bgp"])),
        }
        further: set[str] = set()
        if draw(st.booleans()):
            fits = draw(st.integers(0, 5)) > 0
            own = _FITTING[vpns[vpn]["part"]] if fits else list(_CLASSES)
            access["access-class"] = draw(st.sampled_from(own))
            if fits:
                least = max(_CLASSES[access["access-class"]][0] - (vpn != "public"), 0)
                others = [d for d in _DEPARTMENTS if d != vpn]
                further = {"public", *draw(st.permutations(others))[:least]} - {vpn}
            else:
                further = draw(st.sets(st.sampled_from(list(vpns))))
        sites[f"s{number}"] = {
            "region": "west",
            "vpn": vpn,
            "prefixes": draw(_prefixes()),
            "site-network-accesses": {"main": access},
            "attachments": {
                f"in-{each}": {"vpn": each, "prefixes": draw(_prefixes())}
                for each in sorted(further)
            },
        }
    return {"vpns": vpns, "sites": sites}


# -- the oracle ------------------------------------------------------------------------------------


def _claims(data: _Data) -> list[tuple[str, str, str]]:
    """(VPN, site, prefix) of everything that is written."""
    found = []
    for name, site in data["sites"].items():
        found += [(site["vpn"], name, prefix) for prefix in site["prefixes"]]
        for each in site["attachments"].values():
            found += [(each["vpn"], name, prefix) for prefix in each["prefixes"]]
    return found


def _overlap(one: str, other: str) -> bool:
    mine, its = ip_network(one), ip_network(other)
    return mine.version == its.version and mine.overlaps(its)


def _vpns_of(site: dict[str, Any]) -> list[str]:
    return [site["vpn"], *(each["vpn"] for each in site["attachments"].values())]


def _is_right(data: _Data) -> bool:
    vpns, claims = data["vpns"], _claims(data)

    def own(vpn: str) -> bool:
        return bool(vpns[vpn].get("address-plan") == "own")

    clashes = {
        (one, other): True for one, other in combinations(claims, 2) if _overlap(one[2], other[2])
    }
    for one, other in clashes:
        same_vpn = one[0] == other[0]
        both_shared = not own(one[0]) and not own(other[0])
        if same_vpn or (both_shared and one[1] != other[1]):
            return False
    for site in data["sites"].values():
        joined = _vpns_of(site)
        if len(set(joined)) < len(joined):
            return False
        own_class = site["site-network-accesses"]["main"].get("access-class")
        if own_class is None:
            if len(joined) > 1:
                return False
            continue
        departments = sum(vpns[vpn]["part"] == "department" for vpn in joined)
        least, most = _CLASSES[own_class]
        if "public" not in joined or not least <= departments <= most:
            return False
        for one, other in clashes:
            pair = {one[0], other[0]}
            if len(pair) == 2 and pair <= set(joined) and any(map(own, pair)):
                return False
    return True


# -- what is held to it ----------------------------------------------------------------------------


def _examined(data: _Data) -> tuple[list[str], Network]:
    sections = {**_BASE, **data}
    texts = {f"{name}.yaml": json.dumps(entries) for name, entries in sections.items()}
    found = examine(YamlTexts(texts))
    return [str(problem) for problem in found.problems], found.network


def _heard(vrf: Vrf, others: list[Vrf]) -> list[str]:
    """Prefixes that arrive at a VRF, from itself and from those whose targets it imports."""
    near = [vrf, *(o for o in others if set(o.export_targets) & set(vrf.import_targets))]
    prefixes: list[str] = []
    for one in near:
        prefixes += {str(route.prefix) for route in one.static_routes}
        prefixes += {str(prefix) for peer in one.peers for prefix in peer.accepts}
    return prefixes


def _devices_agree(data: _Data, network: Network, allocation: Allocation) -> None:
    devices = intend(network, allocation)
    vrfs = {(pe, vrf.name): vrf for pe, device in devices.items() for vrf in device.vrfs}
    at = {}
    for name, site in network.sites.items():
        for access in site.site_network_accesses.values():
            vrf = vrfs[access.pe, allocation.vrf_name[vrf_of(network, name, access)]]
            at[written_name(name, site), site.vpn] = vrf
    joined = {(n, vpn) for n, site in data["sites"].items() for vpn in _vpns_of(site)}
    assert at.keys() == joined
    for one, mine in at.items():
        for other, its in at.items():
            meets = bool(set(mine.import_targets) & set(its.export_targets))
            assert meets == (one[1] == other[1]), (one, other)
    for vrf in vrfs.values():
        others = [other for other in vrfs.values() if other is not vrf]
        heard = _heard(vrf, others)
        for one, two in combinations(heard, 2):
            assert not _overlap(one, two), (vrf.name, one, two)


@examples(80)
@given(extranets())
def test_nothing_that_overlaps_is_ever_joined(data: _Data) -> None:
    problems, written = _examined(data)
    assert bool(problems) is not _is_right(data), problems
    event("refused" if problems else "right")
    if problems:
        return
    network = with_access_classes(written)
    allocation = allocate(network)
    reachability = Reachability(network)
    for (name, one), (other, its) in combinations(network.sites.items(), 2):
        assert reachability.may_reach(name, other) == (one.vpn == its.vpn)
    _devices_agree(data, network, allocation)
    facts = {n: intended_facts(device) for n, device in intend(network, allocation).items()}
    verdict = prove(facts, from_inventory(network, allocation))
    assert verdict.proved, [finding.message for finding in verdict.findings]
    assert not {
        pair for pair in verdict.found if pair[0] != pair[1] and set(pair) <= {*data["vpns"]}
    }

"""Which routes a table gives to the VPN tables, and where their packets arrive."""

from dataclasses import replace
from ipaddress import ip_network

from egovnet.isolation.model.scene import RouterState, Scene, Table, scene_of
from egovnet.isolation.routes.announcements import announcements
from egovnet.isolation.routes.label_arrivals import Misdirected
from egovnet.isolation.routes.relays import relayed, relays
from egovnet.templates.frr.config.communities import read_distinguisher, read_targets
from egovnet.templates.model.facts import (
    BgpInstance,
    NeighborFacts,
    NeighborFamily,
    Policy,
    PolicyEntry,
    VpnNetwork,
)
from tests.isolation.networks import Facts, edit_bgp, edit_family, reference

_PARTY, _PUBLIC = "65000:1006", "65000:2001"


def _targets(*texts: str) -> frozenset[bytes]:
    return frozenset(read_targets(list(texts)))


def _scene(facts: Facts) -> Scene:
    states = {name: [RouterState(one)] for name, one in facts.items()}
    return scene_of(states, reference()[1])


def _table(scene: Scene, device: str, vrf: str | None) -> Table:
    return next(t for t in scene.tables() if (t.device, t.vrf) == (device, vrf))


def test_a_vrf_announces_its_sites_routes_with_its_targets() -> None:
    table = _table(_scene(reference()[0]), "bj-pe1", "i-party")
    found = announcements(table, "ipv4")
    assert found
    assert {target for one in found for target in one.routes.targets} == _targets(_PARTY)
    assert any(ip_network("10.1.10.0/24") in one.routes.prefixes for one in found)


def test_a_vrf_without_a_distinguisher_announces_nothing() -> None:
    facts, _ = reference()
    edit_family(facts, "bj-pe1", "i-party", rd=None)
    assert announcements(_table(_scene(facts), "bj-pe1", "i-party"), "ipv4") == []


def test_a_vrf_that_does_not_export_announces_nothing() -> None:
    facts, _ = reference()
    edit_family(facts, "bj-pe1", "i-party", exports_vpn=False)
    assert announcements(_table(_scene(facts), "bj-pe1", "i-party"), "ipv4") == []


def test_packets_with_a_label_arrive_in_the_table_itself() -> None:
    scene = _scene(reference()[0])
    table = _table(scene, "bj-pe1", "i-party")
    assert list(Misdirected(scene).announcements(table, "ipv4")) == []


def test_packets_without_a_label_arrive_in_the_default_table() -> None:
    facts, _ = reference()
    edit_family(facts, "bj-pe1", "i-party", label=None, redistributes={"connected": None})

    def everything(old: BgpInstance) -> BgpInstance:
        four = replace(old.families["ipv4"], networks={ip_network("0.0.0.0/0"): None})
        return replace(old, families={**old.families, "ipv4": four})

    edit_bgp(facts, "bj-pe1", "i-party", everything)
    scene = _scene(facts)
    table = _table(scene, "bj-pe1", "i-party")
    found = list(Misdirected(scene).announcements(table, "ipv4"))
    assert found
    assert {one.table.vrf for one in found} == {None}


def test_a_route_made_by_hand_arrives_where_its_label_leads() -> None:
    facts, _ = reference()
    edit_family(facts, "bj-pe1", "e-public", label="80")
    network = VpnNetwork("ipv4", ip_network("10.9.0.0/16"), read_distinguisher("65000:9"), 80)
    edit_bgp(facts, "bj-pe1", None, lambda old: replace(old, vpn_networks=(network,)))
    scene = _scene(facts)
    found = list(Misdirected(scene).announcements(_table(scene, "bj-pe1", None), "ipv4"))
    assert {one.table.vrf for one in found} == {None, "e-public"}


def test_a_reflector_that_adds_a_target_hands_routes_on_with_it() -> None:
    facts, _ = reference()
    adding = Policy((PolicyEntry("permit", adds=_targets(_PUBLIC)),))

    def add(old: BgpInstance) -> BgpInstance:
        def change(one: NeighborFacts) -> NeighborFacts:
            families: dict[str, NeighborFamily] = {
                name: replace(family, policy_in=adding) for name, family in one.families.items()
            }
            return replace(one, families=families)

        return replace(old, neighbors={k: change(n) for k, n in old.neighbors.items()})

    scene = _scene(facts)
    assert relays(scene, "ipv4") == []
    edit_bgp(facts, "bj-p1", None, add)
    scene = _scene(facts)
    own = announcements(_table(scene, "bj-pe1", "i-party"), "ipv4")
    handed = relayed(own, relays(scene, "ipv4"))
    assert any(_targets(_PARTY, _PUBLIC) <= one.routes.targets for one in handed)

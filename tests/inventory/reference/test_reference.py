"""The reference network is what the documentation says it is, and plain Nornir reads it."""

from datetime import date, timedelta
from pathlib import Path

from nornir.plugins.inventory import SimpleInventory

import egovnet.inventory.reference
from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.allocation.lock_file import LOCK_FILE, lock_text, read_lock
from egovnet.inventory.load import load
from egovnet.inventory.model import Role, Tier, Topology, ZoneName
from egovnet.inventory.with_platform import with_platform
from egovnet.isolation.model.expectation import from_inventory
from egovnet.isolation.prove import prove
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.intend.device_facts import intended_facts

REFERENCE = Path(egovnet.inventory.reference.__path__[0])
NETWORK = load(REFERENCE)
#: A day on which its exchanges are in force, whatever day it is.
DAY = date(2026, 1, 1)
ON_A_DAY = with_platform(NETWORK, DAY)


def test_its_lock_file_is_complete_and_canonical() -> None:
    lock = read_lock(REFERENCE)
    assert allocate(ON_A_DAY, lock).lock == lock
    assert (REFERENCE / LOCK_FILE).read_text(encoding="utf-8") == lock_text(lock)


def test_two_core_routers_switch_labels_and_reflect_routes() -> None:
    core = [name for name, r in NETWORK.routers.items() if r.roles == {Role.P, Role.RR}]
    assert len(core) == 2
    assert {NETWORK.routers[name].tier for name in core} == {Tier.CENTRE}


def test_the_platform_has_two_firewalls_at_two_pes() -> None:
    platform = NETWORK.with_role(Role.PLATFORM)
    assert {NETWORK.routers[name].tier for name in platform} >= {Tier.CENTRE}
    attached = [NETWORK.routers[name].attachment for name in NETWORK.with_role(Role.FIREWALL)]
    assert sorted(one.pe for one in attached if one) == sorted(platform)
    assert len(platform) == 2


def test_its_exchanges_are_in_force_for_years() -> None:
    assert len(NETWORK.exchanges) >= 2
    for exchange in NETWORK.exchanges.values():
        assert exchange.in_force(DAY)
        assert exchange.in_force(DAY + timedelta(days=20 * 365))
    assert NETWORK.applications
    assert all(vpn.level for vpn in NETWORK.vpns.values())


def test_an_agency_in_the_middle_joins_nobody_to_the_others() -> None:
    met = {frozenset((e.source.vpn, e.target.vpn)) for e in NETWORK.exchanges.values()}
    assert met == {frozenset(("party", "government")), frozenset(("government", "court"))}
    allocation = allocate(ON_A_DAY, read_lock(REFERENCE))
    facts = {name: intended_facts(one) for name, one in intend(ON_A_DAY, allocation).items()}
    verdict = prove(facts, from_inventory(ON_A_DAY, allocation))
    assert verdict.proved
    assert not verdict.findings
    assert ("party", "government") in verdict.found
    assert ("party", "court/hub") not in verdict.found


def test_four_more_pes_stand_in_provinces_and_a_prefecture() -> None:
    others = {n for n in NETWORK.with_role(Role.PE) if NETWORK.routers[n].tier is not Tier.CENTRE}
    tiers = [NETWORK.routers[name].tier for name in others]
    assert len(others) >= 4
    assert tiers.count(Tier.PROVINCE) >= 3
    assert tiers.count(Tier.PREFECTURE) >= 1


def test_every_edge_has_two_ways_into_the_backbone() -> None:
    ends = [end.router for c in NETWORK.circuits.values() for end in (c.a, c.b)]
    backbone = [name for name, router in NETWORK.routers.items() if router.attachment is None]
    assert all(ends.count(name) >= 2 for name in backbone)


def test_three_agencies_of_the_intranet_and_two_vpns_of_the_extranet_have_sites() -> None:
    used = {site.vpn for site in NETWORK.sites.values()}
    agencies = {
        vpn.owner
        for name, vpn in NETWORK.vpns.items()
        if vpn.zone is ZoneName.INTRANET and name in used
    }
    extranet = {n for n, v in NETWORK.vpns.items() if v.zone is ZoneName.EXTRANET and n in used}
    assert len(agencies) >= 3
    assert len(extranet) >= 2


def test_the_six_systems_each_have_a_network_of_their_own() -> None:
    systems = {name for name, agency in NETWORK.agencies.items() if agency.kind == "system"}
    owners = [v.owner for v in NETWORK.vpns.values() if v.zone is ZoneName.INTRANET]
    assert len(systems) == 6
    assert sorted(owners) == sorted(systems)


def test_every_vpn_with_sites_joins_two_edges_or_more() -> None:
    edges: dict[str, set[str]] = {}
    for site in NETWORK.sites.values():
        pes = {access.pe for access in site.site_network_accesses.values()}
        edges.setdefault(site.vpn, set()).update(pes)
    assert all(len(pes) >= 2 for pes in edges.values())


def test_it_shows_each_kind_of_access() -> None:
    sites = NETWORK.sites.values()
    accesses = [access for site in sites for access in site.site_network_accesses.values()]
    assert all({prefix.version for prefix in site.prefixes} == {4, 6} for site in sites)
    assert {access.routing_protocol for access in accesses} == {"static", "bgp"}
    assert {vpn.vpn_service_topology for vpn in NETWORK.vpns.values()} == set(Topology)
    assert any(access.vlan == "untagged" for access in accesses)
    multihomed = [s for s in sites if len({a.pe for a in s.site_network_accesses.values()}) > 1]
    assert multihomed


def test_plain_nornir_reads_the_same_routers() -> None:
    plain = SimpleInventory(
        host_file=str(REFERENCE / "hosts.yaml"),
        group_file=str(REFERENCE / "groups.yaml"),
        defaults_file=str(REFERENCE / "defaults.yaml"),
    ).load()
    assert list(plain.hosts) == list(NETWORK.routers)
    for name, host in plain.hosts.items():
        router = NETWORK.routers[name]
        assert (host.hostname, host.port, host.platform) == (
            router.hostname,
            router.port,
            router.platform,
        )
        assert host["region"] == router.region
        assert host["tier"] == router.tier
        assert host["management"] == str(router.management)
        assert set(host["roles"]) == router.roles
        assert host.username is None
        assert host.password is None

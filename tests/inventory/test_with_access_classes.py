"""What access classes come to: a site in each VPN that its class joins, numbered for good."""

from pathlib import Path

import pytest

from egovnet.inventory.access_classes import RULES, joined
from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.load import load
from egovnet.inventory.model import AccessClass, ExtranetPart, Network, PartSite
from egovnet.inventory.registered_flows import user_sites
from egovnet.inventory.with_access_classes import with_access_classes
from egovnet.templates.intend.read_inventory import read_inventory
from tests.extranet_network import extranet_network
from tests.playbooks.console import edit

#: Site -> further VPNs of each of its accesses' classes.
FURTHER = {
    "public-beijing": set(),
    "public-shanghai": {"internet"},
    "public-guangzhou": set(),
    "customs-shanghai": {"public", "internet"},
    "health-beijing": {"public"},
    "campus-guangdong": {"taxation", "health"},
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return extranet_network(tmp_path_factory.mktemp("extranet") / "network")


@pytest.fixture(scope="module")
def network(root: Path) -> Network:
    return read_inventory(root)[0]


def test_each_class_yields_what_the_table_says(network: Network) -> None:
    parts = {n: site for n, site in network.sites.items() if isinstance(site, PartSite)}
    found = {site: {p.vpn for p in parts.values() if p.of == site} for site in FURTHER}
    assert found == FURTHER
    assert {p.of for p in parts.values()} <= FURTHER.keys()
    for name, part in parts.items():
        assert name == f"{part.of}-{part.vpn}"
        assert part.prefixes == joined(network, network.sites[part.of])[part.vpn]


def test_the_table_has_every_class_and_its_source() -> None:
    assert RULES.keys() == set(AccessClass)
    for rule in RULES.values():
        assert "DB34/T 3607-2020" in rule.source
        assert rule.joins(ExtranetPart.PUBLIC)
        assert not rule.joins(None)
    assert {own for own, rule in RULES.items() if rule.own_exit} == {AccessClass.C, AccessClass.E}


def test_one_router_of_a_site_has_one_as_number(network: Network) -> None:
    asns = allocate(network).site_asn
    assert asns["customs-shanghai"] == asns["customs-shanghai-public"]
    assert asns["customs-shanghai"] == asns["customs-shanghai-internet"]
    own = [number for name, number in asns.items() if name in ("campus-guangdong", "gov-beijing")]
    assert len(set(own)) == 2


def test_a_shared_exit_has_what_the_public_zone_has(network: Network) -> None:
    sites = network.sites
    assert sites["customs-shanghai-internet"].prefixes == sites["customs-shanghai-public"].prefixes
    assert sites["public-shanghai-internet"].prefixes == sites["public-shanghai"].prefixes


def test_another_class_moves_no_number_of_another(tmp_path: Path, network: Network) -> None:
    before = allocate(network)
    root = extranet_network(tmp_path / "network")
    edit(root / "sites" / "extranet.yaml", "access-class: D", "access-class: E")
    after = allocate(read_inventory(root)[0], before.lock)
    gone = "customs-shanghai-internet/main"
    assert before.vlan.keys() - after.vlan.keys() == {gone}
    assert after.vlan == {name: vlan for name, vlan in before.vlan.items() if name != gone}
    assert after.access4 == {n: net for n, net in before.access4.items() if n != gone}
    again = allocate(network, after.lock)
    assert (again.vlan, again.access4) == (before.vlan, before.access4)


def test_each_access_joins_what_its_own_class_says(tmp_path: Path) -> None:
    root = extranet_network(tmp_path / "network")
    edit(
        root / "sites" / "extranet.yaml",
        "    main: {pe: sh-pe1, port: eth6, routing-protocol: bgp, access-class: D}",
        "    main: {pe: sh-pe1, port: eth6, routing-protocol: bgp, access-class: D}\n"
        "    backup: {pe: gz-pe1, port: eth6, routing-protocol: bgp, access-class: E}",
    )
    sites = read_inventory(root)[0].sites
    assert set(sites["customs-shanghai-public"].site_network_accesses) == {"main", "backup"}
    assert set(sites["customs-shanghai-internet"].site_network_accesses) == {"main"}


def test_a_network_without_classes_is_what_it_was(tmp_path: Path) -> None:
    written = load(extranet_network(tmp_path / "network"))
    bare = {
        name: site.model_copy(
            update={
                "site_network_accesses": {
                    n: access.model_copy(update={"access_class": None})
                    for n, access in site.site_network_accesses.items()
                }
            }
        )
        for name, site in written.sites.items()
    }
    unclassed = written.model_copy(update={"sites": bare})
    assert with_access_classes(unclassed) is unclassed


def test_a_site_uses_applications_of_the_vpns_it_joins(tmp_path: Path) -> None:
    root = extranet_network(tmp_path / "network")
    (root / "applications.yaml").write_text(
        """\
portal:
  name: Portal
  owner: informatization
  vpn: public
  level: 2
  servers: [10.2.40.16/28]
  protocol: tcp
  ports: [443]
  users: {sites: [customs-shanghai]}
""",
        encoding="utf-8",
    )
    network = read_inventory(root)[0]
    assert user_sites(network, network.applications["portal"]) == ("customs-shanghai",)

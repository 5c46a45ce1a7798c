"""What gateways come to: a site of their zone with the default route, numbered for good."""

from pathlib import Path

import pytest

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.errors import InventoryError
from egovnet.inventory.level_rules import judge_levels
from egovnet.inventory.model import GatewaySite, Network
from egovnet.inventory.with_gateways import leaving_prefixes
from egovnet.templates.intend.read_inventory import read_inventory
from tests.extranet_network import extranet_network
from tests.gateway_network import gateway_network
from tests.playbooks.console import edit


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return read_inventory(gateway_network(tmp_path_factory.mktemp("gateways") / "network"))[0]


def test_a_zone_has_a_site_at_its_gateways(network: Network) -> None:
    (name,) = (n for n, site in network.sites.items() if isinstance(site, GatewaySite))
    site = network.sites[name]
    assert (name, site.vpn) == ("gateway-internet", "internet")
    assert list(map(str, site.prefixes)) == ["0.0.0.0/0", "::/0"]
    priorities = {n: a.access_priority for n, a in site.site_network_accesses.items()}
    assert priorities == {"bj-gw1": 200, "sh-gw1": 100}
    assert name not in network.written_sites


def test_gateways_have_one_as_number_and_move_none(network: Network, tmp_path: Path) -> None:
    numbers = allocate(network)
    assert numbers.site_asn["gateway-internet"] == numbers.gateway_asn
    root = gateway_network(tmp_path / "network")
    hosts = root / "hosts.yaml"
    text = hosts.read_text(encoding="utf-8")
    hosts.write_text(text[: text.index("sh-gw1:")], encoding="utf-8")
    one = read_inventory(root)[0]
    again = allocate(network, allocate(one).lock)
    before = allocate(one)
    assert before.vlan.items() <= again.vlan.items()
    assert before.site_asn.items() <= again.site_asn.items()


def test_a_leaving_gateway_joins_no_zone(tmp_path: Path) -> None:
    root = gateway_network(tmp_path / "network")
    edit(
        root / "hosts.yaml",
        "    management: 172.20.20.61/24",
        "    management: 172.20.20.61/24\n    state: leaving",
    )
    site = read_inventory(root)[0].sites["gateway-internet"]
    assert list(site.site_network_accesses) == ["sh-gw1"]


def test_sites_leave_by_their_access_class(tmp_path: Path) -> None:
    network = read_inventory(extranet_network(tmp_path / "network"))[0]
    leaving = set(map(str, leaving_prefixes(network, "internet")))
    # class D and class B: what they have in the public zone
    assert {"10.2.41.0/24", "fde9:2:41::/64"} < leaving
    assert "10.0.5.0/24" not in leaving


def test_a_level_of_three_has_no_site_in_an_internet_zone(tmp_path: Path) -> None:
    root = extranet_network(tmp_path / "network")
    edit(root / "vpns.yaml", "  owner: customs", "  owner: customs\n  level: 3")
    with pytest.raises(InventoryError) as caught:
        read_inventory(root)
    said = [str(p) for p in caught.value.problems if "no-internet" in str(p)]
    assert len(said) == 1
    assert "customs.level: level 3 asks for no-internet" in said[0]
    assert "its site customs-shanghai joins the Internet zone internet as well" in said[0]


def test_what_goes_towards_the_internet_is_decided(network: Network) -> None:
    met = {each.met for each in judge_levels(network) if each.rule == "no-internet"}
    assert None not in met

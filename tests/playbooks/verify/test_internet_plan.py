"""Which connections are tried for an Internet gateway, and what each is to come to."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

import pytest

from egovnet.inventory.model import Network
from egovnet.inventory.model.platform_sites import DerivedSite
from egovnet.lab.internet import INTERNET, SERVERS, strangers_of
from egovnet.playbooks.verbs.lab_connections import connection_hosts
from egovnet.playbooks.verify.connection import Connection, ConnectionCase
from egovnet.playbooks.verify.internet_plan import InternetEnd, internet_plan, untried_zones
from egovnet.playbooks.verify.probe_plan import Flow
from tests.isolation.gateway_proof import built, built_leaving

Case = ConnectionCase
FIRST, SECOND = "bj-gw1", "sh-gw1"


def flows(network: Network, *up: str) -> tuple[Flow, ...]:
    nodes = {f"{site}-host" for site in network.written_sites}
    hosts = list(connection_hosts(network, nodes))
    end = InternetEnd(INTERNET, SERVERS, strangers_of(network))
    made = internet_plan(network, hosts, end, up or tuple(network.routers))
    assert made.pairs == len(made.flows)
    return made.flows


@pytest.fixture(scope="module")
def network() -> Network:
    return built().network


def of(made: tuple[Flow, ...], case: Case) -> Iterator[tuple[Flow, Connection]]:
    for flow in made:
        if flow.connection is not None and flow.connection.case is case:
            yield flow, flow.connection


def test_each_host_of_the_zone_gets_out_by_the_pools(network: Network) -> None:
    by_host: dict[str, set[str]] = {}
    for flow, asked in of(flows(network), Case.DECLARED):
        assert flow.must_reach and flow.address in SERVERS
        pools = [ip_network(one) for one in ("203.0.113.64/29", "203.0.113.72/32")]
        if ip_address(flow.address).version == 6:
            pools = [ip_network(one) for one in ("2001:db8:64::/112", "2001:db8:72::/112")]
        if asked.source_address.startswith("2400:"):
            pools = [ip_network(asked.source_address)]
        assert list(asked.seen_as) == pools
        by_host.setdefault(flow.sender, set()).add(f"{asked.service} {flow.address}")
    assert set(by_host) == {"net-shanghai-host", "net-guangdong-host", "net-beijing-host"}
    assert len(by_host["net-beijing-host"]) == 6
    assert len(by_host["net-guangdong-host"]) == 3, "it has no IPv6"


def test_from_behind_each_gateway_everybody_is_tried(network: Network) -> None:
    strangers = {one for own in strangers_of(network).values() for one in own}
    tried = set()
    for case in (Case.OTHER_DIRECTION, Case.NO_EXIT):
        for flow, asked in of(flows(network), case):
            assert not flow.must_reach
            if flow.sender == INTERNET:
                assert asked.source_address in strangers
                tried.add((asked.target_vpn, asked.source_address))
    vpns = {
        (site.vpn, stranger)
        for site in network.sites.values()
        if not isinstance(site, DerivedSite)
        for stranger in strangers
        if ip_address(stranger).version in site.versions
    }
    assert tried == vpns


def test_every_vpn_without_an_exit_tries_the_server(network: Network) -> None:
    tried = {
        asked.source_vpn
        for flow, asked in of(flows(network), Case.NO_EXIT)
        if flow.address in SERVERS
    }
    written = {site.vpn for site in network.written_sites.values()}
    assert tried == written - {"internet"}


def test_of_a_gateway_that_does_not_answer_nothing_is_tried(network: Network) -> None:
    one = flows(network, FIRST)
    assert {asked.seen_as for _, asked in of(one, Case.DECLARED)} == {
        (ip_network("203.0.113.64/29"),),
        (ip_network("2001:db8:64::/112"),),
        (ip_network("2400:9:8::a/128"),),
    }
    second = set(strangers_of(network)[SECOND])
    assert not second & {f.connection.source_address for f in one if f.connection}
    assert flows(network, "bj-pe1") == ()
    assert flows(built_leaving(FIRST, SECOND).network) == ()


def test_where_nothing_can_be_tried_zones_are_named(network: Network) -> None:
    named = untried_zones(network, "no translation")
    assert [(one.name, one.register, one.version, one.why) for one in named] == [
        ("internet", "Internet zone", 4, "no translation"),
        ("internet", "Internet zone", 6, "no translation"),
    ]

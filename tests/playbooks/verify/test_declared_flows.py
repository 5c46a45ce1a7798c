"""What is sent on a network with a platform and an enforced VPN, and what it is to come to."""

from datetime import date
from ipaddress import ip_address

import pytest

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model import Network
from egovnet.inventory.with_platform import with_platform
from egovnet.lab.generate import host_name
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs.lab_connections import connection_hosts
from egovnet.playbooks.verbs.lab_hosts import site_hosts
from egovnet.playbooks.verify.connection import ConnectionCase
from egovnet.playbooks.verify.connection_plan import connection_plan
from egovnet.playbooks.verify.declared_echoes import as_declared
from egovnet.playbooks.verify.declared_openings import declared_openings
from egovnet.playbooks.verify.openings import Register
from egovnet.playbooks.verify.probe_plan import Flow, ProbeScope, host_plan, vrf_plan
from tests.platform_network import platform_network
from tests.playbooks.console import edit

APPLICATIONS = """\
filing:
  name: Tax filing
  owner: taxation
  vpn: taxation
  level: 2
  servers: [10.2.21.0/24, "fde9:2:21::/64"]
  protocol: tcp
  ports: [443]
  users: {regions: [sichuan]}
ping:
  name: Whether the servers are there
  owner: taxation
  vpn: taxation
  level: 2
  servers: [10.2.21.0/24]
  protocol: icmp
"""
ICMP = """\
are-you-there:
  from: {agency: party, vpn: party, prefixes: [10.1.11.0/24]}
  to: {agency: court, vpn: court, prefixes: [10.1.30.0/24]}
  protocol: icmp
  level: 2
  owner: court
  reason: to see that it works
  approved-by: Li Na
  approved-on: 2026-03-02
  valid-from: 2026-04-01
  valid-until: 2099-03-31
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = platform_network(tmp_path_factory.mktemp("platform") / "inventory")
    exchanges = root / "exchanges.yaml"
    exchanges.write_text(exchanges.read_text(encoding="utf-8") + ICMP, encoding="utf-8")
    (root / "applications.yaml").write_text(APPLICATIONS, encoding="utf-8")
    edit(root / "vpns.yaml", "owner: taxation", "owner: taxation, filtering: enforced")
    return Workspace(root)


@pytest.fixture(scope="module")
def network(workspace: Workspace) -> Network:
    return workspace.network


def of_vrfs(workspace: Workspace) -> tuple[Flow, ...]:
    network = workspace.network
    everywhere = frozenset(network.routers)
    return vrf_plan(ProbeScope(network, workspace.allocation, everywhere)).flows


@pytest.mark.parametrize("site", ["exchange-party", "exchange-court", "tax-guangdong"])
def test_who_answers_its_own_router_alone_is_asked_by_no_other(
    workspace: Workspace, site: str
) -> None:
    entry = workspace.network.sites[site]
    pes = {access.pe for access in entry.site_network_accesses.values()}
    asking = [flow for flow in of_vrfs(workspace) if flow.target == site and flow.must_reach]
    assert {flow.sender for flow in asking} == pes
    assert not any(flow.crosses for flow in asking)
    accesses = sum(access.pe in pes for access in entry.site_network_accesses.values())
    assert len(asking) == len(entry.versions) * accesses
    silent = {f.target for f in of_vrfs(workspace) if not f.must_reach}
    assert site in silent, "other VPNs are not to reach it"


def echoes(network: Network) -> dict[tuple[str, str, int], bool]:
    """(from site, to site, IP version) -> whether an echo is to be answered."""
    hosts = site_hosts(network, list(network.written_sites))
    plan = host_plan(ProbeScope(network, allocate(network), frozenset()), hosts)
    plan = as_declared(plan, declared_openings(network), network, hosts)
    return {
        (min(flow.source_sites), flow.target, ip_address(flow.address).version): flow.must_reach
        for flow in plan.flows
    }


def test_echoes_between_agencies_pass_only_where_an_exchange_says_so(network: Network) -> None:
    answered = {pair for pair, due in echoes(network).items() if due}
    vpn = {name: site.vpn for name, site in network.sites.items()}
    across = {pair for pair in answered if pair[1] in vpn and vpn[pair[0]] != vpn[pair[1]]}
    assert across == {("party-guangdong", "court-beijing", 4)}
    within = {pair for pair in answered if vpn[pair[0]] == "taxation"}
    assert within == {("tax-sichuan", "tax-guangdong", 4)}, "enforced: icmp is declared for IPv4"


def test_a_register_on_another_day_declares_nothing(network: Network) -> None:
    later = with_platform(network, date(2100, 1, 1))
    registers = {Register.EXCHANGE, Register.APPLICATION}
    assert {one.register for one in declared_openings(network).all} == registers
    assert {one.register for one in declared_openings(later).all} == {Register.APPLICATION}


def test_every_entry_is_tried_on_the_lab_s_hosts(network: Network) -> None:
    openings = declared_openings(network)
    nodes = {host_name(site) for site in network.written_sites}
    plan = connection_plan(openings, connection_hosts(network, nodes), lambda _a, _b: True)
    assert plan.untried == ()
    declared = {
        (flow.connection.name, flow.connection.source_address, flow.address)
        for flow in plan.flows
        if flow.connection and flow.connection.case is ConnectionCase.DECLARED
    }
    assert {name for name, *_ in declared} == set(network.exchanges) | set(network.applications)
    assert ("court-files", "10.1.20.10", "10.1.30.16") in declared, "a host takes the address"
    assert ("filing", "10.2.22.10", "10.2.21.10") in declared
    expected = {flow.must_reach for flow in plan.flows}
    assert expected == {True, False}

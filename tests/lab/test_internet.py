"""The lab's Internet: one host for all providers, that answers pools and no site's address."""

from pathlib import Path

import pytest

from egovnet.lab.errors import LabError
from egovnet.lab.generate import generate
from egovnet.lab.internet import INTERNET, gateways_of
from egovnet.lab.topology import Topology
from egovnet.lab.uml import UserModeLinux
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs import lab as verb
from tests.gateway_network import gateway_network
from tests.isolation.gateway_proof import built


@pytest.fixture(scope="module")
def topology() -> Topology:
    one = built()
    return generate(one.network, one.allocation, one.texts)


def test_every_gateway_ends_at_the_internet(topology: Topology) -> None:
    topology.check()
    assert gateways_of(topology) == ("bj-gw1", "sh-gw1")
    commands = topology.node(INTERNET).commands
    assert "ip address add 203.0.113.1/30 dev eth1" in commands
    assert "ip address add 203.0.113.5/30 dev eth2" in commands


def test_it_knows_the_way_to_pools_and_to_no_site(topology: Topology) -> None:
    routes = [line for line in topology.node(INTERNET).commands if " route add " in line]
    assert any("203.0.113.64/29 via 203.0.113.2 dev eth1" in line for line in routes)
    assert any("2400:9:8::/64 via 2001:db8:0:1::2" in line for line in routes)
    assert not any(word in line for line in routes for word in ("10.9.", "fde9:"))
    assert all(" table " in line for line in routes if "/0 " in line)


def test_a_stranger_for_each_gateway_sends_everything_to_it(topology: Topology) -> None:
    commands = topology.node(INTERNET).commands
    assert "ip -4 rule add from 198.51.100.128 lookup 1001" in commands
    assert "ip -4 route add 0.0.0.0/0 via 203.0.113.2 dev eth1 onlink table 1001" in commands
    assert "ip -6 rule add from 2001:db8:feed::8001 lookup 1002" in commands
    assert "ip -6 route add ::/0 via 2001:db8:0:2::2 dev eth2 onlink table 1002" in commands


def test_a_network_without_gateways_has_no_internet() -> None:
    one = built()
    routers = {n: r for n, r in one.network.routers.items() if r.uplink is None}
    sites = dict(one.network.written_sites)
    without = one.network.model_copy(update={"routers": routers, "sites": sites})
    names = {node.name for node in generate(without, one.allocation, one.texts).nodes}
    assert INTERNET not in names


def test_uml_says_by_name_what_it_cannot_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "state"))
    workspace = Workspace(gateway_network(tmp_path / "network"))

    def up(_lab: UserModeLinux, *_: object, **__: object) -> None:
        raise LabError("it would boot now", where="here", next_step="go on")

    monkeypatch.setattr(UserModeLinux, "up", up)
    said: list[str] = []
    with pytest.raises(LabError, match="it would boot now"):
        verb.up(workspace, verb.LabOptions("uml"), said.append)
    assert said == [
        "not possible here: source translation of bj-gw1, sh-gw1: User Mode Linux has no chains of "
        "nftables' type nat: their filters are refused when they are applied; --backend microvm "
        "has it"
    ]
    with pytest.raises(UsageError, match="not possible here: source translation of bj-gw1"):
        verb.up(workspace, verb.LabOptions("uml", provisioned=True), said.append)

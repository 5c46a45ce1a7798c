"""`prove --running` over emulated routers: what only their state shows, typed on them by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from egovnet.lab.emulated.faults import RefuseConnections
from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.selection import Selection
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.proof.prove import Proof, prove
from egovnet.playbooks.results.outcome import Exit
from tests.inventories import BACKBONE
from tests.loopback import loopback_network
from tests.playbooks.emulated_workspace import emulated_workspace

NETWORK = loopback_network()


@pytest.fixture(scope="module")
def routers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedRouters]:
    texts = Workspace(BACKBONE).intended()
    with EmulatedRouters(texts, tmp_path_factory.mktemp("prove"), network=NETWORK) as routers:
        yield routers


@pytest.fixture
def workspace(
    routers: EmulatedRouters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    made = emulated_workspace(routers, tmp_path, monkeypatch)
    yield made
    routers.reset(made.intended())


def running(workspace: Workspace) -> Proof:
    return prove(workspace, Silent(), running=True)


def shown(proof: Proof) -> list[str]:
    return [f"{f.severity} {f.klass} {f.device}: {f.message}" for f in proof.result.findings]


def test_routers_as_intended_are_proved_in_silence(workspace: Workspace) -> None:
    proof = running(workspace)
    assert proof.result.proved, shown(proof)
    assert proof.result.findings == ()


@pytest.mark.parametrize("alone", [True, False])
def test_routes_of_routers_that_take_no_part_are_no_leaks(
    alone: bool, workspace: Workspace
) -> None:
    names = list(workspace.network.routers)
    for name in names:
        chosen = (name,) if alone else tuple(other for other in names if other != name)
        part = Workspace(workspace.directory, Selection(limit=chosen))
        proof = running(part)
        assert proof.result.proved, shown(proof)


def test_a_router_without_an_answer_makes_no_leak_of_others(
    workspace: Workspace, routers: EmulatedRouters
) -> None:
    routers.set_faults({"gd-pe1": [RefuseConnections(count=1000)]})
    proof = running(workspace)
    assert [f for f in proof.result.findings if f.severity == "leak"] == [], shown(proof)
    assert proof.exit == Exit.DEVICES_FAILED


def test_a_route_of_a_router_that_was_not_read_is_followed(
    workspace: Workspace, routers: EmulatedRouters
) -> None:
    lines = ("router bgp 65000 vrf i-party", "address-family ipv4 unicast")
    routers.configure("gd-pe1", *lines, "rt vpn export 65000:2001")
    proof = running(Workspace(workspace.directory, Selection(limit=("bj-*",))))
    leaks = {(f.klass, f.source, f.target) for f in proof.result.findings if f.severity == "leak"}
    assert leaks == {("P1 zone-leak", "public", "party")}


@pytest.mark.parametrize(
    ("line", "klass"),
    [
        ("ip rule add from all iif eth3.100 lookup 1005 pref 500", "P3 policy-route"),
        ("ip link set eth3.101 nomaster", "P2 access-in-no-vrf"),
        ("ip route add 10.2.10.0/24 via 10.200.0.42 dev eth4.100 table 1002", "P3 static-route"),
        ("ip route add 10.1.10.0/24 via 10.200.0.30 dev eth3.102", "P3 static-route"),
        ("ip -f mpls route add 500 dev i-party", "P3 labelled-way"),
        (
            "ip link delete eth3.102; ip link add link eth3 name eth3.102 type vlan id 101; "
            "ip link set eth3.102 master i-party; ip link set eth3.102 up; "
            "ip link delete eth3.101",
            "P2 wrong-vrf",
        ),
    ],
)
def test_what_was_typed_by_hand_is_a_leak(
    line: str, klass: str, workspace: Workspace, routers: EmulatedRouters
) -> None:
    for one in line.split("; "):
        routers.by_hand("bj-pe1", one)
    proof = running(workspace)
    assert not proof.result.proved
    found = [f for f in proof.result.findings if (f.klass, f.device) == (klass, "bj-pe1")]
    assert found, shown(proof)
    assert found[0].severity == "leak"
    quoted = [hop for hop in found[0].path if hop.quote.startswith("state: ")]
    assert quoted, shown(proof)
    assert not any(hop.line for hop in quoted)


def test_a_route_that_the_daemon_keeps_is_a_leak(
    workspace: Workspace, routers: EmulatedRouters
) -> None:
    routers.keep_route("gz-pe1", "e-public", "10.1.10.0/24")
    try:
        proof = running(workspace)
    finally:
        routers.heal()
    assert {(f.klass, f.device) for f in proof.result.findings} == {("P3 labelled-way", "gz-pe1")}
    (found,) = proof.result.findings
    assert (found.source, found.target) == ("public", "party")
    assert any("10.1.10.0/24" in hop.quote for hop in found.path)

"""A customer who is not there yet, on emulated routers: from the plan until he is in service."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from egovnet.lab.customer import site_lans
from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.playbooks.change.apply import apply
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.playbooks.drift.job import drift
from egovnet.playbooks.results.outcome import AnyOutcome
from egovnet.playbooks.results.verification import Verification
from egovnet.playbooks.verify.verify import Verifier
from egovnet.playbooks.verify.verifying import Verifying
from egovnet.templates.intend.build_devices import access_addresses
from tests.loopback import loopback_network
from tests.playbooks.emulated_workspace import emulated_workspace
from tests.playbooks.routed_packets import RoutedPackets

NETWORK = loopback_network()
PORTS = tuple(f"eth{number}" for number in range(10))
SITE, WAITING = "party-shanghai", "waiting-for-customer"
ABSENT = (
    f"the customer's router at {SITE} ({SITE}/main: eth3.102 in VRF i-party) does not answer; "
    "if it is not there yet, set state: waiting-for-customer"
)


@dataclass
class Place:
    """The provisioned reference network, and an inventory to edit."""

    workspace: Workspace
    routers: EmulatedRouters
    packets: RoutedPackets

    def edit(self, file: str, **sites: dict[str, Any]) -> Workspace:
        """Give sites of a file these keys; one that is new is of the party."""
        path = self.workspace.directory / "sites" / file
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, keys in sites.items():
            entry = data.setdefault(name.replace("_", "-"), {})
            entry |= {key.replace("_", "-"): value for key, value in keys.items()}
        path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
        self.packets.workspace = Workspace(self.workspace.directory)
        return self.packets.workspace

    def new_site(self, protocol: str = "bgp", **keys: str) -> Workspace:
        """`SITE`, of which nothing is there but the cable."""
        access = {"pe": "sh-pe1", "port": "eth3", "routing-protocol": protocol}
        prefixes = ["10.1.13.0/24", "fde9:1:13::/64"]
        site = {"region": "shanghai", "vpn": "party", "prefixes": prefixes}
        workspace = self.edit(
            "shanghai.yaml",
            party_shanghai={**site, "site-network-accesses": {"main": access}, **keys},
        )
        self.leaves(workspace, SITE, "main")
        return workspace

    def leaves(self, workspace: Workspace, site: str, access: str) -> None:
        """Nobody is behind an access's port."""
        label = f"{site}/{access}"
        entry = workspace.network.sites[site].site_network_accesses[access]
        vrf = f"i-{workspace.network.sites[site].vpn}"
        for end in access_addresses(workspace.allocation, label).ce:
            self.routers.break_session(entry.pe, vrf, str(end.ip), configured=False)
        self.packets.absent |= {str(e.ip) for e in access_addresses(workspace.allocation, label).ce}
        if len(workspace.network.sites[site].site_network_accesses) == 1:
            self.packets.absent |= {str(lan.host.ip) for lan in site_lans(workspace.network, site)}
            self.packets.mute.add(site)

    def comes(self) -> None:
        """Everybody is there."""
        self.routers.heal()
        self.packets.absent.clear()
        self.packets.mute.clear()

    def apply(self, workspace: Workspace, converge: int = 20) -> AnyOutcome:
        how = Verifying(converge, (self.packets.hosts,))
        return apply(workspace, Silent(), yes=True, verifying=how)

    def verify(self) -> Verification:
        how = Verifying(0, (self.packets.hosts,))
        return Verifier(Workspace(self.workspace.directory), Silent(), how).verify()


@pytest.fixture(scope="module")
def routers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedRouters]:
    texts = Workspace(REFERENCE).intended()
    place = tmp_path_factory.mktemp("waiting")
    ports = dict.fromkeys(texts, PORTS)
    with EmulatedRouters(texts, place, network=NETWORK, ports=ports) as routers:
        yield routers


@pytest.fixture
def place(routers: EmulatedRouters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    workspace = emulated_workspace(routers, tmp_path, monkeypatch)
    routers.reset(workspace.intended())
    packets = RoutedPackets(workspace)
    packets.take_part(monkeypatch)
    return Place(workspace, routers, packets)


def waiting(found: dict[str, Any]) -> list[tuple[str, str, bool]]:
    return [(w["site"], w["port"], w["answers"]) for w in found["waiting"]]


@pytest.mark.parametrize("protocol", ["bgp", "static"])
def test_an_awaited_customer_keeps_no_change_from_being_done(place: Place, protocol: str) -> None:
    outcome = place.apply(place.new_site(protocol, state=WAITING))
    assert (outcome.exit, outcome.data["result"]) == (0, "done"), outcome.data
    found = outcome.data["verification"]
    assert waiting(found) == [(SITE, "eth3.102", False)]
    assert found["checks"]["PE side of awaited access"] == {"passed": 1, "failed": 0, "known": 0}
    assert found["findings"] == []
    assert found["matrix"]["share"] == 1.0
    sent = [flow for flow in place.packets.sent if SITE in {flow.target, *flow.source_sites}]
    assert not any(flow.must_reach for flow in sent if flow.target == SITE)
    # that it reaches nobody it must not is asked all the same
    assert {flow.target for flow in sent if not flow.must_reach} > {"public-beijing", "backbone"}


def test_an_awaited_customer_that_comes_is_reported_until_he_is_in_service(place: Place) -> None:
    assert place.apply(place.new_site(state=WAITING)).exit == 0
    report = drift(Workspace(place.workspace.directory), Silent())
    assert (report.exit, waiting(report.to_dict())) == (0, [(SITE, "eth3.102", False)])
    place.comes()
    found = place.verify()
    assert (found.exit, waiting(found.to_dict())) == (0, [(SITE, "eth3.102", True)])
    for _ in range(2):  # also in a run that would find nothing new
        report = drift(Workspace(place.workspace.directory), Silent())
        assert (report.exit, waiting(report.to_dict())) == (0, [(SITE, "eth3.102", True)])
        assert report.differences == ()
    place.edit("shanghai.yaml", party_shanghai={"state": "in-service"})
    found = place.verify()
    assert (found.exit, found.waiting) == (0, ())
    place.leaves(place.packets.workspace, SITE, "main")
    assert place.verify().findings[0].message == ABSENT


def test_one_in_service_who_is_not_there_is_named_with_what_to_do(place: Place) -> None:
    outcome = place.apply(place.new_site(), converge=1)
    assert (outcome.exit, outcome.data["result"]) == (4, "undone")
    assert ABSENT in outcome.notes
    first = outcome.data["verification"]["findings"][0]
    assert (first["class"], first["device"], first["message"]) == ("customer", "sh-pe1", ABSENT)


def test_a_waiting_access_beside_one_in_service(place: Place) -> None:
    """A multihomed site: what its other access gives must be there."""
    path = place.workspace.directory / "sites/guangdong.yaml"
    text = path.read_text(encoding="utf-8")
    second = "backup: {pe: gz-pe1, "
    assert second in text
    path.write_text(text.replace(second, f"{second}state: {WAITING}, "), encoding="utf-8")
    workspace = place.edit("guangdong.yaml")
    place.leaves(workspace, "gov-guangdong", "backup")
    found = place.verify()
    assert (found.exit, waiting(found.to_dict())) == (0, [("gov-guangdong", "eth3.101", False)])
    place.leaves(workspace, "gov-guangdong", "main")
    found = place.verify()
    assert found.exit == 4
    messages = [finding.message for finding in found.findings]
    assert any("gov-guangdong/main: eth4." in message for message in messages)
    assert not any("gov-guangdong/backup:" in message for message in messages)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ("router bgp 65000 vrf i-party", "no neighbor 10.200.0.62"),
            "session with 10.200.0.62, or its filters",
        ),
        (
            ("no ip prefix-list party-shanghai_main",),
            "session with 10.200.0.62, or its filters",
        ),
        (
            ("router bgp 65000 vrf i-party", "neighbor 10.200.0.62 shutdown"),
            "session with 10.200.0.62, or its filters",
        ),
    ],
    ids=["no session", "no filter", "shut down"],
)
def test_what_the_router_lacks_for_him_is_a_fault(
    place: Place, lines: tuple[str, ...], said: str
) -> None:
    assert place.apply(place.new_site(state=WAITING)).exit == 0
    place.routers.configure("sh-pe1", *lines)
    found = place.verify()
    assert found.exit == 4
    assert f"{SITE}/main is not as intended: {said}" in {f.message for f in found.findings}


def test_a_port_in_no_vrf_is_a_fault_while_he_is_awaited(place: Place) -> None:
    assert place.apply(place.new_site(state=WAITING)).exit == 0
    place.routers.by_hand("sh-pe1", "ip link set eth3.102 nomaster")
    found = place.verify()
    assert found.exit == 4
    (message,) = [f.message for f in found.findings if f.klass == "PE side of awaited access"]
    assert message.startswith(f"{SITE}/main is not as intended: eth3.102")


def test_a_leak_through_an_awaited_access_undoes_the_change(place: Place) -> None:
    workspace = place.new_site(state=WAITING)
    victim = str(site_lans(workspace.network, "public-beijing")[0].host.ip)
    place.packets.leaks.add((SITE, victim))
    outcome = place.apply(workspace)
    assert (outcome.exit, outcome.data["result"]) == (4, "undone")
    messages = [finding["message"] for finding in outcome.data["verification"]["findings"]]
    assert messages == [f"{SITE}-host -> public-beijing ({victim}): ANSWERED"]

"""The provisioned reference network on emulated routers, and customers who come and go."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from egovnet.lab.customer import site_lans
from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.playbooks.change.apply import apply
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.outcome import AnyOutcome
from egovnet.playbooks.results.verification import Verification
from egovnet.playbooks.verify.verify import Verifier
from egovnet.playbooks.verify.verifying import Verifying
from egovnet.templates.intend.access_ends import access_addresses
from tests.inventories import BACKBONE
from tests.loopback import loopback_network
from tests.playbooks.emulated_workspace import emulated_workspace
from tests.playbooks.routed_packets import RoutedPackets

PORTS = tuple(f"eth{number}" for number in range(10))
SITE = "party-shanghai"


@dataclass
class Place:
    """The provisioned reference network, and an inventory to edit."""

    workspace: Workspace
    routers: EmulatedRouters
    packets: RoutedPackets
    #: ((site, PE, VRF), address) of customers who are not there.
    sessions_down: list[tuple[tuple[str, str, str], str]] = field(default_factory=list)

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

    def new_site(self, protocol: str = "bgp", *, leave: bool = True, **keys: str) -> Workspace:
        """`SITE`, of which nothing is there but the cable; `leave`: its PE may have a session."""
        access = {"pe": "sh-pe1", "port": "eth3", "routing-protocol": protocol}
        prefixes = ["10.1.13.0/24", "fde9:1:13::/64"]
        site = {"region": "shanghai", "vpn": "party", "prefixes": prefixes}
        workspace = self.edit(
            "shanghai.yaml",
            party_shanghai={**site, "site-network-accesses": {"main": access}, **keys},
        )
        if leave:
            self.leaves(workspace, SITE, "main")
        return workspace

    def leaves(self, workspace: Workspace, site: str, access: str) -> None:
        """Nobody is behind an access's port."""
        label = f"{site}/{access}"
        entry = workspace.network.sites[site].site_network_accesses[access]
        vrf = f"i-{workspace.network.sites[site].vpn}"
        for end in access_addresses(workspace.allocation, label).ce:
            self.routers.break_session(entry.pe, vrf, str(end.ip), configured=False)
            self.sessions_down.append(((site, entry.pe, vrf), str(end.ip)))
        self.packets.absent |= {str(e.ip) for e in access_addresses(workspace.allocation, label).ce}
        if len(workspace.network.sites[site].site_network_accesses) == 1:
            self.packets.absent |= {str(lan.host.ip) for lan in site_lans(workspace.network, site)}
            self.packets.mute.add(site)

    def comes(self, site: str) -> None:
        """Somebody is there after all."""
        workspace = self.packets.workspace
        entry = workspace.network.sites[site]
        for access in entry.site_network_accesses:
            ends = access_addresses(workspace.allocation, f"{site}/{access}").ce
            self.packets.absent -= {str(end.ip) for end in ends}
        self.packets.absent -= {str(lan.host.ip) for lan in site_lans(workspace.network, site)}
        self.packets.mute.discard(site)
        gone = [(access, end) for access, end in self.sessions_down if access[0] != site]
        self.routers.heal()
        self.sessions_down = gone
        for (_, pe, vrf), address in gone:
            self.routers.break_session(pe, vrf, address, configured=False)

    def apply(self, workspace: Workspace, converge: int = 20) -> AnyOutcome:
        how = Verifying(converge, (self.packets.hosts,))
        return apply(workspace, Silent(), yes=True, verifying=how)

    def verify(self) -> Verification:
        how = Verifying(0, (self.packets.hosts,))
        return Verifier(Workspace(self.workspace.directory), Silent(), how).verify()


@pytest.fixture(scope="module")
def routers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedRouters]:
    texts = Workspace(BACKBONE).intended()
    place = tmp_path_factory.mktemp("waiting")
    ports = dict.fromkeys(texts, PORTS)
    # not as this is imported: two processes may take a file of this folder each
    network = loopback_network()
    with EmulatedRouters(texts, place, network=network, ports=ports) as routers:
        yield routers


@pytest.fixture
def place(routers: EmulatedRouters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    workspace = emulated_workspace(routers, tmp_path, monkeypatch)
    routers.reset(workspace.intended())
    packets = RoutedPackets(workspace)
    packets.take_part(monkeypatch)
    return Place(workspace, routers, packets)

"""S12: a router that is not who it is to be is never written to; it is named, and the others go on.

On emulated routers with certificates: somebody in between has the certificate, and the key, of
another router of the same network.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.playbooks.core.identity.register import Holder, read_register
from egovnet.playbooks.core.workspace import Workspace
from tests.inventories import BACKBONE
from tests.loopback import loopback_network
from tests.playbooks.console import Ran, egovnet
from tests.playbooks.emulated_workspace import applied_before, emulated_workspace
from tests.policies import party_site

VICTIM, OTHER = "gd-pe1", "gz-pe1"


@dataclass
class Network:
    """Certified routers, and the verbs of a controller that believes their authority."""

    routers: EmulatedRouters
    root: Path
    state: Path

    def do(self, *words: str | Path) -> Ran:
        env = {"EGOVNET_CREDENTIALS": str(self.routers.directory / "credentials.yaml")}
        return egovnet(*words, "--inventory", self.root, state=self.state, env=env)

    def certificate(self, router: str) -> str:
        found = read_register(self.state / "reference" / "identity").current(Holder.ROUTER, router)
        assert found is not None
        return found.certificate

    def shows(self, router: str, certificate: str, key: str = "") -> str:
        arguments = {"name": router, "host_key": key, "certificate": certificate}
        return str(self.routers.control.do("identity", **arguments))

    def seen(self) -> tuple[str, int]:
        """What the victim runs, and how often its agent was called."""
        control = self.routers.control
        calls = control.do("counts", names=[VICTIM])[VICTIM]
        return control.do("running", names=[VICTIM])[VICTIM], sum(calls.values())


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    root = tmp_path_factory.mktemp("trust")
    texts = Workspace(BACKBONE).intended()
    with (
        pytest.MonkeyPatch.context() as patch,
        EmulatedRouters(texts, root / "lab", network=loopback_network()) as routers,
    ):
        workspace = emulated_workspace(routers, root, patch)
        applied_before(workspace)
        network = Network(routers, workspace.directory, root / "state")
        assert network.do("identity", "init", "--unprotected").code == 0
        assert network.do("identity", "certify").code == 0, "their keys are pinned"
        for router in texts:
            network.shows(router, network.certificate(router))
        file = routers.directory / "credentials.yaml"
        known = str(root / "state" / "reference" / "identity" / "known_hosts")
        data = yaml.safe_load(file.read_text()) | {"known-hosts": known}
        file.write_text(yaml.safe_dump(data))
        yield network


def test_nothing_is_written_to_a_router_that_is_another(network: Network, tmp_path: Path) -> None:
    sites = network.root / "sites" / "guangdong.yaml"
    entries = yaml.safe_load(sites.read_text()) | {
        "party-foshan": party_site("guangdong", VICTIM, 14, "eth4")
    }
    sites.write_text(yaml.safe_dump(entries, sort_keys=False))
    plan = tmp_path / "site.plan"
    made = network.do("plan", "-o", plan)
    assert made.code == 3, made.stderr
    before = network.seen()

    own = network.shows(VICTIM, "")
    others = network.shows(OTHER, network.certificate(OTHER))
    network.shows(VICTIM, network.certificate(OTHER), others)
    said = f"its host certificate is for {OTHER}, not for {VICTIM}: it is another machine"
    applied = network.do("apply", plan)
    assert applied.code == 5
    assert said in " ".join((applied.stdout + applied.stderr).split())
    drift = network.do("drift", "--json")
    assert drift.code == 5
    unreachable = {
        row["device"]: row["unreachable"] for row in drift.json["devices"] if row["unreachable"]
    }
    assert list(unreachable) == [VICTIM], "the others go on"
    assert said in unreachable[VICTIM]
    assert network.seen() == before, "nobody logged in, and it runs what it ran"

    network.shows(VICTIM, network.certificate(VICTIM), own)
    done = network.do("apply", plan)
    assert done.code == 0, done.stderr
    assert network.seen()[0] != before[0]

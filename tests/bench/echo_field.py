"""The lab that benchmarks interrupt: hosts of sites send to each other, and gaps are counted."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from egovnet.inventory.model import Network
from egovnet.lab.backend import Backend
from egovnet.playbooks.change.plan import make_plan
from egovnet.playbooks.change.transaction import Transaction
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.verification import HealthReport
from egovnet.playbooks.verbs.lab import running_lab
from egovnet.playbooks.verbs.lab_hosts import site_hosts
from tests.chaos.runs import Health
from tests.playbooks.conftest import Workplace
from tests.playbooks.steady_echoes import EchoFlow, gaps

#: Pairs of sites of one VPN on different routers; both families are sent.
PAIRS = (
    ("party-beijing", "party-sichuan"),
    ("gov-guangdong", "gov-shanghai"),
    ("public-beijing", "public-guangzhou"),
    ("public-shanghai", "public-beijing"),
    ("court-shanghai", "court-beijing"),
    ("tax-guangdong", "tax-sichuan"),
)
Texts = Mapping[str, str]


@dataclass
class Field:
    """The lab, its workspace, and the texts that it was booted with."""

    workspace: Workspace
    lab: Backend
    texts: Texts

    def push(self, texts: Texts) -> float:
        """Push as a change is pushed, without verification; seconds."""
        plan = make_plan(self.workspace, Silent(), intended=dict(texts))
        assert not plan.unreachable, plan.unreachable
        begun = time.perf_counter()
        outcome = Transaction(
            self.workspace,
            plan,
            lambda _: HealthReport(),
            Silent(),
            plan.waves_or_one(),
            Health(),
        ).run()
        assert outcome.data["result"] == "done", outcome.data
        return time.perf_counter() - begun

    def gaps(
        self, during: Callable[[], Any], *, every: float = 0.02, after: float = 15
    ) -> dict[str, dict[str, Any]]:
        """Flow -> what became of its echoes, one in `every` seconds, while `during` ran and for
        `after` seconds more."""
        flows = _flows(self.workspace.network)
        return gaps(self.lab, flows, during, every=every, after=after)

    def exec(self, node: str, command: str) -> str:
        """What a shell line prints on a node of the lab."""
        return self.lab.exec(node, command, 120).stdout


def _flows(network: Network) -> list[EchoFlow]:
    """Each pair in each family."""
    hosts = site_hosts(network, [site for pair in PAIRS for site in pair])
    found = []
    for one, other in PAIRS:
        for source in hosts[one].addresses:
            for target in hosts[other].addresses:
                if (":" in source) == (":" in target):
                    name = f"{one} {other} {'ipv6' if ':' in source else 'ipv4'}"
                    found.append((name, hosts[one].node, source, target))
    return found


@pytest.fixture(scope="module", name="field")
def echo_field(workplace: Workplace) -> Iterator[Field]:
    patch = pytest.MonkeyPatch()
    patch.setenv("EGOVNET_STATE", str(Path(workplace.environment["EGOVNET_STATE"])))
    # how long a failure lasts is measured with the network's own intervals, not those of stories
    workplace.edit("base", "network.yaml", lambda network: network.pop("bfd"))
    up = workplace.run("lab", "up", "--provisioned", "--json")
    assert up.exit == 0, up.err
    workspace = Workspace(workplace.inventory("base"))
    lab = running_lab(workspace)
    assert lab is not None
    time.sleep(20)
    yield Field(workspace, lab, workspace.intended())
    workplace.run("lab", "down")
    patch.undo()

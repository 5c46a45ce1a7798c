"""Fixtures `lab`, `routers`, `hosts` and `matrix`, of a session: there with --egovnet-inventory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from egovnet.inventory.errors import EgovnetError
from egovnet.lab.backend import Backend
from egovnet.lab.errors import LabError
from egovnet.lab.generate import host_name
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.lab_tests.matrix import Matrix, measure
from egovnet.playbooks.lab_tests.nodes import HostNode, Named, RouterNode
from egovnet.playbooks.lab_tests.options import BACKEND, INVENTORY, KEEP
from egovnet.playbooks.verbs.lab import LabOptions, packetless, running_lab, up
from egovnet.playbooks.verbs.lab_backends import backend
from egovnet.playbooks.verbs.lab_connections import lab_senders
from egovnet.playbooks.verify.verify import Verifier
from egovnet.playbooks.verify.verifying import Verifying

#: Seconds that routing may take to converge after the lab was booted.
_CONVERGE = 120


def pytest_report_header(config: pytest.Config) -> str:
    """Which network is tested."""
    return f"egovnet: {config.getoption(INVENTORY)}"


@pytest.fixture(scope="session")
def egovnet_workspace(request: pytest.FixtureRequest) -> Workspace:
    """The inventory; a mistake in it ends the run with all that `egovnet validate` says."""
    workspace = Workspace(Path(request.config.getoption(INVENTORY)))
    try:
        _ = workspace.network, workspace.allocation
    except EgovnetError as error:
        pytest.exit(f"{INVENTORY}: {error}", returncode=pytest.ExitCode.USAGE_ERROR)
    return workspace


@pytest.fixture(scope="session")
def lab(request: pytest.FixtureRequest, egovnet_workspace: Workspace) -> Iterator[Backend]:
    """The virtual network, up and verified.

    One that is up is used as it is, and left. Otherwise one is booted into the intended
    configuration, and ended after the tests (but for --egovnet-keep).
    """
    workspace, config = egovnet_workspace, request.config
    found = running_lab(workspace) or (backend(workspace) if packetless(workspace) else None)
    if found is not None:
        yield found
        return
    try:
        options = LabOptions(config.getoption(BACKEND), provisioned=True)
        up(workspace, options, lambda _line: None)
        booted = backend(workspace)
        try:
            _verified(workspace)
            yield booted
        finally:
            if not config.getoption(KEEP):
                booted.down()
    except LabError as error:
        pytest.exit(f"the lab is not up: {error}", returncode=pytest.ExitCode.INTERNAL_ERROR)


def _verified(workspace: Workspace) -> None:
    how = Verifying(_CONVERGE, lab_senders(workspace), packetless(workspace))
    found = Verifier(workspace, Silent(), how).verify()
    if not found.passed:
        messages = [finding.message for finding in found.findings[:5]]
        messages += [f"{name}: {why}" for name, why in found.unreachable.items()]
        raise LabError(f"its network is not as the inventory intends: {'; '.join(messages)}")


@pytest.fixture(scope="session")
def routers(egovnet_workspace: Workspace, lab: Backend) -> Named[RouterNode]:
    """Routers by name: `routers["pe1"].show("show bgp summary")`."""
    names = egovnet_workspace.network.routers
    return Named("router", {name: RouterNode(name, lab) for name in names})


@pytest.fixture(scope="session")
def hosts(egovnet_workspace: Workspace, lab: Backend) -> Named[HostNode]:
    """Hosts by their site: `hosts["taxes-north"].reaches("taxes-centre")`."""
    _require_packets(lab)
    network = egovnet_workspace.network
    present = {node.name for node in lab.status().nodes}
    sites = [site for site in network.sites if host_name(site) in present]
    return Named("site", {site: HostNode(host_name(site), lab, site, network) for site in sites})


@pytest.fixture(scope="session")
def matrix(egovnet_workspace: Workspace, lab: Backend) -> Matrix:
    """All hosts against all, measured once: `matrix.leaks == ()`."""
    _require_packets(lab)
    return measure(egovnet_workspace)


def _require_packets(lab: Backend) -> None:
    """Fail a test that sends packets where the lab carries none."""
    if lab.no_packets:
        pytest.fail(f"{lab.no_packets}; another --egovnet-backend has hosts", pytrace=False)

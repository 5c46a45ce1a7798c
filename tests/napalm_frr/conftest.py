"""A lab of two routers for the driver's live tests: r1 and r2, cabled eth1 to eth1, day-0.

Every live test runs on real routers (``real``, in the lab's virtual machine) and on emulated ones
(``emulated``): what is claimed of the driver holds on both, and the emulated ones are as the real
ones. What is done to r1 beside the driver has a name in ``Beside`` and two ways of doing it.
A test that an emulated router cannot stand for is marked ``real_only`` with the reason.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from napalm import get_network_driver

from egovnet.lab.backends import default_lab
from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.lab.topology import Endpoint, Link, Node, Topology
from napalm_frr import FRRDriver
from tests.loopback import loopback_network
from tests.napalm_frr.beside import Beside, BesideEmulated, BesideReal

HERE = Path(__file__).parent
DAEMONS = ("zebra", "staticd", "bgpd", "isisd", "ldpd")
DAY0 = """{name}
# This file describes the network interfaces
auto lo
iface lo inet loopback

auto mgmt
iface mgmt
    vrf-table 1000

auto eth0
iface eth0
    address {address}/24
    vrf mgmt
# ports.conf --
frr version 8.4.4
frr defaults traditional
hostname {name}
service integrated-vtysh-config
!
"""
MANAGEMENT = {"r1": "172.20.20.101", "r2": "172.20.20.102"}


@dataclass(frozen=True)
class TwoRouters:
    """The running lab and how to get at its routers."""

    credentials: dict[str, str]
    addresses: dict[str, str]
    beside: Beside
    """What is done to r1 from outside SSH."""

    def driver(self, name: str, **options: Any) -> FRRDriver:  # noqa: ANN401  # NAPALM's optional_args
        """A driver for a router, not opened; options override the working ones."""
        password = options.pop("password", "")
        username = options.pop("username", self.credentials["username"])
        timeout = options.pop("timeout", 60)
        arguments = {
            "port": 2222,
            "ssh_strict": True,
            "known_hosts": self.credentials["known-hosts"],
            "key_file": self.credentials["ssh-key"],
        }
        driver = get_network_driver("frr")(
            self.addresses[name], username, password, timeout, arguments | options
        )
        assert isinstance(driver, FRRDriver)
        return driver

    def day0(self, name: str) -> str:
        """The text the router booted with."""
        return DAY0.format(name=name, address=MANAGEMENT[name])


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "real_only(reason): what an emulated router cannot stand for, and why"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests marked ``real_only`` have no emulated twin."""
    gone = [
        item
        for item in items
        if item.get_closest_marker("real_only") and "emulated" in item.name.rpartition("[")[2]
    ]
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item in items if item not in set(gone)]


def _node(name: str) -> Node:
    number = MANAGEMENT[name].rpartition(".")[2]
    return Node(
        name=name,
        kind="router",
        management=MANAGEMENT[name],
        forward=(f"127.20.23.{number}", 2222),
        daemons=DAEMONS,
        config=DAY0.format(name=name, address=MANAGEMENT[name]),
    )


@contextlib.contextmanager
def _real(state: Path) -> Iterator[TwoRouters]:
    """Boot the lab, about 15 s; it is not to run beside other tests' labs."""
    vm = default_lab(state, progress=print)
    topology = Topology(
        name="driver",
        management_subnet="172.20.20.0/24",
        nodes=(_node("r1"), _node("r2")),
        links=(Link(a=Endpoint(node="r1", port="eth1"), b=Endpoint(node="r2", port="eth1")),),
    )
    try:
        # where another lab has these addresses they are others
        nodes = vm.up(topology, progress=print).nodes
        credentials = yaml.safe_load((state / "credentials.yaml").read_text())
        addresses = {node.name: node.forward[0] for node in nodes if node.forward}
        yield TwoRouters(credentials, addresses, BesideReal(vm))
    finally:
        vm.down()


@contextlib.contextmanager
def _emulated(state: Path) -> Iterator[TwoRouters]:
    texts = {name: DAY0.format(name=name, address=MANAGEMENT[name]) for name in MANAGEMENT}
    ports = dict.fromkeys(texts, ("eth0", "eth1"))
    with EmulatedRouters(texts, state, network=loopback_network(), ports=ports) as routers:
        credentials = yaml.safe_load((state / "credentials.yaml").read_text())
        addresses = {name: host for name, (host, _) in routers.addresses.items()}
        yield TwoRouters(credentials, addresses, BesideEmulated(routers))


@pytest.fixture(scope="package")
def real_routers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoRouters]:
    """Real routers for this folder's tests, each of which begins by loading what it needs."""
    with _real(tmp_path_factory.mktemp("two-routers")) as routers:
        yield routers


@pytest.fixture(scope="package")
def emulated_routers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoRouters]:
    """Emulated routers for this folder's tests, as above."""
    with _emulated(tmp_path_factory.mktemp("two-routers")) as routers:
        yield routers


@pytest.fixture(scope="module", params=[pytest.param("real", marks=pytest.mark.lab), "emulated"])
def two_routers(request: pytest.FixtureRequest) -> TwoRouters:
    """The lab for a module's tests: of real routers, then of emulated ones."""
    routers = request.getfixturevalue(f"{request.param}_routers")
    assert isinstance(routers, TwoRouters)
    return routers


@pytest.fixture
def router(two_routers: TwoRouters) -> Iterator[FRRDriver]:
    """An open driver on r1, which is day-0 again at the start of each test."""
    driver = two_routers.driver("r1")
    driver.open()
    try:
        if driver.has_pending_commit():
            driver.rollback()
        driver.load_replace_candidate(config=two_routers.day0("r1"))
        driver.commit_config()
        yield driver
    finally:
        driver.close()


@pytest.fixture
def r1(two_routers: TwoRouters) -> Beside:
    """What is done to r1 from outside SSH."""
    return two_routers.beside

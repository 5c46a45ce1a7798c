"""A lab of two routers of its own for the driver's tests: r1 and r2, cabled eth1 to eth1, day-0."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from napalm import get_network_driver

from lab.microvm import MicroVm
from lab.topology import Endpoint, Link, Node, Topology
from napalm_frr import FRRDriver

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


@dataclass(frozen=True)
class TwoRouters:
    """The running lab and how to get at its routers."""

    vm: MicroVm
    credentials: dict[str, str]
    addresses: dict[str, str]

    def driver(self, name: str, **options: Any) -> FRRDriver:  # noqa: ANN401  # NAPALM's optional_args
        """A driver for a router, not opened; options override the working ones."""
        password = options.pop("password", "")
        timeout = options.pop("timeout", 60)
        arguments = {
            "port": 2222,
            "ssh_strict": True,
            "known_hosts": self.credentials["known-hosts"],
            "key_file": self.credentials["ssh-key"],
        }
        driver = get_network_driver("frr")(
            self.addresses[name], "root", password, timeout, arguments | options
        )
        assert isinstance(driver, FRRDriver)
        return driver

    def day0(self, name: str) -> str:
        """The text the router booted with."""
        return DAY0.format(name=name, address=f"172.20.20.{101 if name == 'r1' else 102}")

    def run(self, name: str, command: str) -> str:
        """A command on the router from outside SSH; its output whatever its result."""
        return self.vm.exec(name, command, timeout=60).stdout


def _node(name: str, number: int) -> Node:
    return Node(
        name=name,
        kind="router",
        management=f"172.20.20.{number}",
        forward=(f"127.20.23.{number}", 2222),
        daemons=DAEMONS,
        config=DAY0.format(name=name, address=f"172.20.20.{number}"),
    )


@pytest.fixture(scope="module")
def two_routers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoRouters]:
    """Boot the lab for a module's tests, about 15 s; it is not to run beside other tests' labs."""
    state = tmp_path_factory.mktemp("two-routers")
    vm = MicroVm(state, control=("127.20.23.99", 2222))
    topology = Topology(
        name="driver",
        management_subnet="172.20.20.0/24",
        nodes=(_node("r1", 101), _node("r2", 102)),
        links=(Link(a=Endpoint(node="r1", port="eth1"), b=Endpoint(node="r2", port="eth1")),),
    )
    try:
        vm.up(topology, progress=print)
        credentials = yaml.safe_load((state / "credentials.yaml").read_text())
        yield TwoRouters(vm, credentials, {"r1": "127.20.23.101", "r2": "127.20.23.102"})
    finally:
        vm.down()


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
def on_r1(two_routers: TwoRouters) -> Callable[[str], str]:
    """Run a command on r1 from outside."""
    return lambda command: two_routers.run("r1", command)

"""Three emulated routers for a module's tests, each day-0 again at the start of each test."""

from collections.abc import Callable, Iterator

import pytest
from napalm import get_network_driver

from egovnet.lab.emulated.process import EmulatedRouters
from napalm_frr import FRRDriver
from tests.loopback import loopback_network

NAMES = ("r1", "r2", "r3")
STATIC = "ip route 10.77.0.0/16 Null0\n"
Open = Callable[..., FRRDriver]


def day0(name: str) -> str:
    number = 101 + NAMES.index(name)
    return (
        f"{name}\n# This file describes the network interfaces\nauto lo\niface lo inet loopback\n\n"
        "auto mgmt\niface mgmt\n    vrf-table 1000\n\nauto eth0\niface eth0\n"
        f"    address 172.20.20.{number}/24\n    vrf mgmt\n# ports.conf --\nfrr version 8.4.4\n"
        f"frr defaults traditional\nhostname {name}\nservice integrated-vtysh-config\n!\n"
    )


TEXTS = {name: day0(name) for name in NAMES}


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedRouters]:
    with EmulatedRouters(
        TEXTS, tmp_path_factory.mktemp("e"), network=loopback_network()
    ) as routers:
        yield routers


@pytest.fixture
def routers(process: EmulatedRouters) -> EmulatedRouters:
    process.reset(TEXTS)
    process.set_latency(0.0)
    return process


@pytest.fixture
def login(routers: EmulatedRouters) -> Iterator[Open]:
    """Drivers by router, open; closed at the end."""
    opened: list[FRRDriver] = []

    def driver(name: str = "r1", *, timeout: int = 20) -> FRRDriver:
        made = get_network_driver("frr")(
            routers.addresses[name][0], "root", "", timeout, routers.optional_args(name)
        )
        made.open()
        opened.append(made)
        return made

    yield driver
    for made in opened:
        made.close()

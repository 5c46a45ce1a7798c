"""NAPALM's own conformance classes on a live router; every getter is either checked or named as
absent."""

from __future__ import annotations

import os
import unittest
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

os.environ["NAPALM_TEST_MOCK"] = "0"  # napalm.base.test reads it when imported: live, not mocked

from napalm.base.exceptions import CommandErrorException
from napalm.base.test import base, getters

from napalm_frr import FRRDriver
from napalm_frr.driver import DriverMethods

if TYPE_CHECKING:
    from tests.napalm_frr.conftest import TwoRouters

# NAPALM's getter checks return what they checked, for its mocked mode
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestReturnNotNoneWarning")
HERE = Path(__file__).parent

ABSENT = {
    "get_bgp_config": "BGP groups as NAPALM models them are Junos's; compare_config tells the "
    "configuration",
    "get_probes_config": "FRR has no probes",
    "get_probes_results": "FRR has no probes",
    "get_optics": "transceivers are the network card driver's",
    "get_firewall_policies": "the firewall is nftables, not FRR",
}

WITHOUT_PROGRAM = {
    "get_lldp_neighbors": "no program lldpcli: install lldpd",
    "get_lldp_neighbors_detail": "no program lldpcli: install lldpd",
    "get_ntp_peers": "no program chronyc: install chrony",
    "get_ntp_servers": "no program chronyc: install chrony",
    "get_ntp_stats": "no program chronyc: install chrony",
    "get_snmp_information": "install snmpd",
}
"""What these routers have no program for, and how they say so. With it: test_program_getters.py."""

NOTHING_TO_SAY = {"get_mac_address_table": "a router has no bridge"}

REAL_ONLY = {
    "get_arp_table": "nobody answers ARP where there are no packets",
    "get_arp_table_with_vrf": "nobody answers ARP where there are no packets",
    "get_ipv6_neighbors_table": "nobody answers neighbour discovery where there are no packets",
    "get_route_to": "NAPALM asks for BGP's route, and no session comes up without packets",
    "get_route_to_longer": "NAPALM asks for BGP's route, and no session comes up without packets",
    "ping": "an emulated router sends no packets",
    "traceroute": "an emulated router sends no packets",
}
"""What an emulated router cannot stand for. All else NAPALM checks of both kinds."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.function.__dict__.get("build_test_cases", False):
        metafunc.parametrize("test_case", ["live"])


def _provision(two_routers: TwoRouters) -> Iterator[FRRDriver]:
    """Both routers of ``network/``: IS-IS, LDP, VPNv4, a VRF and its customer; r1 when routes are
    there."""
    drivers = {name: two_routers.driver(name) for name in ("r1", "r2")}

    def provision(name: str) -> None:
        drivers[name].open()
        drivers[name].load_replace_candidate(filename=str(HERE / "network" / f"{name}.conf"))
        drivers[name].commit_config()

    with ThreadPoolExecutor() as pool:
        list(pool.map(provision, drivers))
    two_routers.beside.wait_for_routes()
    yield drivers["r1"]
    for driver in drivers.values():
        driver.close()


@pytest.fixture(scope="module")
def provisioned_real(real_routers: TwoRouters) -> Iterator[FRRDriver]:
    yield from _provision(real_routers)


@pytest.fixture(scope="module")
def provisioned_emulated(emulated_routers: TwoRouters) -> Iterator[FRRDriver]:
    yield from _provision(emulated_routers)


class _Configuration(base.TestConfigNetworkDriver):
    vendor = "frr"

    @classmethod
    def setup_class(cls) -> None:
        """Nothing: NAPALM's calls setUpClass once more, which pytest does by itself."""

    @classmethod
    def teardown_class(cls) -> None:
        """Nothing, as above."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.before = Path.cwd()
        os.chdir(HERE)

    @classmethod
    def tearDownClass(cls) -> None:
        try:
            super().tearDownClass()
        finally:
            os.chdir(cls.before)

    @classmethod
    def connect(cls, two_routers: TwoRouters) -> None:
        cls.device = two_routers.driver("r1")
        cls.device.open()
        cls.device.load_replace_candidate(filename=str(HERE / "frr" / "initial.conf"))
        cls.device.commit_config()


# NAPALM's classes are unittest's, which pytest does not parametrise: one class for each kind
@pytest.mark.lab
class TestConfigurationReal(_Configuration, unittest.TestCase):
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _device(cls, real_routers: TwoRouters) -> None:
        cls.connect(real_routers)


class TestConfigurationEmulated(_Configuration, unittest.TestCase):
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _device(cls, emulated_routers: TwoRouters) -> None:
        cls.connect(emulated_routers)


class _AbsentGetters:
    """Instead of NAPALM's skips: what is not implemented says so, and is listed above with its
    reason."""

    device: Any  # looked up by name


def _absent(name: str) -> Callable[[_AbsentGetters], None]:
    def check(self: _AbsentGetters) -> None:
        with pytest.raises(NotImplementedError):
            getattr(self.device, name)()

    return check


def _without_program(name: str, said: str) -> Callable[[_AbsentGetters], None]:
    def check(self: _AbsentGetters) -> None:
        with pytest.raises(CommandErrorException, match=said):
            getattr(self.device, name)()

    return check


def _with_nothing(name: str) -> Callable[[_AbsentGetters], None]:
    def check(self: _AbsentGetters) -> None:
        assert getattr(self.device, name)() == []

    return check


for _name in ABSENT:
    setattr(_AbsentGetters, f"test_{_name}", _absent(_name))
for _name, _said in WITHOUT_PROGRAM.items():
    setattr(_AbsentGetters, f"test_{_name}", _without_program(_name, _said))
for _name in NOTHING_TO_SAY:
    setattr(_AbsentGetters, f"test_{_name}", _with_nothing(_name))


class _WithoutPackets:
    """Leaves out what is for real routers only."""


for _name in REAL_ONLY:
    setattr(_WithoutPackets, f"test_{_name}", None)


@pytest.mark.lab
class TestGettersReal(_AbsentGetters, getters.BaseTestGetters):
    driver = FRRDriver

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _device(cls, provisioned_real: FRRDriver) -> None:
        cls.device = provisioned_real


class TestGettersEmulated(_WithoutPackets, _AbsentGetters, getters.BaseTestGetters):
    driver = FRRDriver

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _device(cls, provisioned_emulated: FRRDriver) -> None:
        cls.device = provisioned_emulated


@pytest.mark.lab
class TestGettersOfOldSuiteReal(_AbsentGetters, base.TestGettersNetworkDriver, unittest.TestCase):
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _device(cls, provisioned_real: FRRDriver) -> None:
        cls.device = provisioned_real


class TestGettersOfOldSuiteEmulated(
    _WithoutPackets, _AbsentGetters, base.TestGettersNetworkDriver, unittest.TestCase
):
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _device(cls, provisioned_emulated: FRRDriver) -> None:
        cls.device = provisioned_emulated


def test_an_emulated_router_says_that_it_has_no_packets(provisioned_emulated: FRRDriver) -> None:
    assert provisioned_emulated.ping("8.8.8.8") == {"error": "an emulated router sends no packets"}
    assert provisioned_emulated.get_arp_table() == []
    assert provisioned_emulated.get_route_to("1.0.4.0/24", "bgp") == {}


def test_absent_getters_are_all_that_is_absent() -> None:
    methods = {name[5:] for name in dir(getters.BaseTestGetters) if name.startswith("test_get_")}
    variants = ("_with_vrf", "_longer", "_filtered", "_sanitized", "_sanitized_filtered")
    for variant in variants:
        methods = {name.removesuffix(variant) for name in methods}
    own = {name for name in methods if any(name in vars(c) for c in DriverMethods.__mro__)}
    assert methods - own == set(ABSENT)


def test_commands_are_answered_in_json_too(provisioned_emulated: FRRDriver) -> None:
    command = "show bgp vrf all summary"
    found = provisioned_emulated.cli([command], encoding="json")
    assert {"default", "TEST"} <= found[command].keys()
    with pytest.raises(CommandErrorException, match="show nothing"):
        provisioned_emulated.cli(["show nothing"], encoding="json")
    with pytest.raises(NotImplementedError, match="xml is not supported: text and json are"):
        provisioned_emulated.cli([command], encoding="xml")

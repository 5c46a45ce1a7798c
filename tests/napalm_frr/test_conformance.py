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

from napalm.base.test import base, getters

from napalm_frr import FRRDriver

if TYPE_CHECKING:
    from tests.napalm_frr.conftest import TwoRouters

pytestmark = [
    pytest.mark.lab,
    # NAPALM's getter checks return what they checked, for its mocked mode
    pytest.mark.filterwarnings("ignore::pytest.PytestReturnNotNoneWarning"),
]
HERE = Path(__file__).parent

ABSENT = {
    "get_lldp_neighbors": "FRR has no LLDP daemon",
    "get_lldp_neighbors_detail": "FRR has no LLDP daemon",
    "get_bgp_config": "BGP groups as NAPALM models them are Junos's; compare_config tells the "
    "configuration",
    "get_ntp_peers": "time is systemd's or chrony's, not FRR's",
    "get_ntp_servers": "time is systemd's or chrony's, not FRR's",
    "get_ntp_stats": "time is systemd's or chrony's, not FRR's",
    "get_mac_address_table": "a router has no bridge",
    "get_snmp_information": "SNMP is net-snmp's, not FRR's",
    "get_probes_config": "FRR has no probes",
    "get_probes_results": "FRR has no probes",
    "get_optics": "transceivers are the network card driver's",
    "get_firewall_policies": "the firewall is nftables, not FRR",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.function.__dict__.get("build_test_cases", False):
        metafunc.parametrize("test_case", ["live"])


@pytest.fixture(scope="module")
def provisioned(two_routers: TwoRouters) -> Iterator[Any]:
    """Both routers of ``network/``: IS-IS, LDP, VPNv4, a VRF and its customer; r1 when routes are
    there."""
    drivers = {name: two_routers.driver(name) for name in ("r1", "r2")}

    def provision(name: str) -> None:
        drivers[name].open()
        drivers[name].load_replace_candidate(filename=str(HERE / "network" / f"{name}.conf"))
        drivers[name].commit_config()

    with ThreadPoolExecutor() as pool:
        list(pool.map(provision, drivers))
    r1 = drivers["r1"]
    r1.linux(
        "for i in $(seq 150); do"
        " vtysh -c 'show ip route vrf TEST 1.0.4.0/24 json' | grep -q bgp &&"
        " ping -c 1 -W 1 8.8.8.8 && ping -c 1 -W 1 -I TEST 10.64.0.2 && exit 0; sleep 0.3; done; "
        "exit 1"
    )
    yield r1
    for driver in drivers.values():
        driver.close()


class TestConfiguration(base.TestConfigNetworkDriver, unittest.TestCase):
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

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _device(cls, two_routers: TwoRouters) -> None:
        cls.device = two_routers.driver("r1")
        cls.device.open()
        cls.device.load_replace_candidate(filename=str(HERE / "frr" / "initial.conf"))
        cls.device.commit_config()


class _AbsentGetters:
    """Instead of NAPALM's skips: what is not implemented says so, and is listed above with its
    reason."""

    device: Any  # looked up by name


def _absent(name: str) -> Callable[[_AbsentGetters], None]:
    def check(self: _AbsentGetters) -> None:
        with pytest.raises(NotImplementedError):
            getattr(self.device, name)()

    return check


for _name in ABSENT:
    setattr(_AbsentGetters, f"test_{_name}", _absent(_name))


class TestGetters(_AbsentGetters, getters.BaseTestGetters):
    driver = FRRDriver

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _device(cls, provisioned: FRRDriver) -> None:
        cls.device = provisioned


class TestGettersOfOldSuite(_AbsentGetters, base.TestGettersNetworkDriver, unittest.TestCase):
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _device(cls, provisioned: FRRDriver) -> None:
        cls.device = provisioned


def test_absent_getters_are_all_that_is_absent() -> None:
    methods = {name[5:] for name in dir(getters.BaseTestGetters) if name.startswith("test_get_")}
    variants = ("_with_vrf", "_longer", "_filtered", "_sanitized", "_sanitized_filtered")
    for variant in variants:
        methods = {name.removesuffix(variant) for name in methods}
    own = {name for name in methods if any(name in vars(c) for c in FRRDriver.__mro__[:3])}
    assert methods - own == set(ABSENT)

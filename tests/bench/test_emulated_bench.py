"""What the emulated routers cost, so that nobody measures them for the controller.

`pytest tests/bench --benchmark-enable`. What extra_info has is processor time of the routers' own
process, per router: a login; with it the check and commit of a line, on a router with nothing
and on one with a thousand lines; of a thousand lines at once; of all that verification asks a
provider edge of a thousand lines and twenty VRFs, without the login. And how many megabytes a
router of a thousand lines takes.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from napalm import get_network_driver
from pytest_benchmark.fixture import BenchmarkFixture

from egovnet.inventory.allocation.allocate import allocate
from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.templates.frr.state.state_reader import read_state, state_script
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.registry import render
from napalm_frr import FRRDriver
from tests.generated import nation, network_of
from tests.lab.emulated.networks import ports
from tests.loopback import loopback_network

ROUTERS = 50
FEW = 3
SESSIONS_AT_ONCE = 8
VRFS = 32
STATIC = "ip route 10.77.0.0/16 Null0\n"


def text(number: int, vrfs: int) -> str:
    """A provider edge, with addresses that no other has; about 28 lines a VRF."""
    name, net, loopback = f"r{number}", 10 + number // 250, f"10.255.{number // 250}.{number % 250}"
    linux = f"auto lo\niface lo inet loopback\n    address {loopback}/32\n\nauto mgmt\niface mgmt\n"
    linux += (
        "    vrf-table 1000\n\nauto eth0\niface eth0\n    address 172.20.20.101/24\n    vrf mgmt\n"
    )
    frr = f"frr version 8.4.4\nfrr defaults traditional\nhostname {name}\n"
    frr += "service integrated-vtysh-config\n!\n"
    for n in range(1, vrfs + 1):
        vrf, peer = f"v{n}", f"{net}.{number % 250}.{n}.2"
        linux += f"\nauto {vrf}\niface {vrf}\n    vrf-table {1000 + n}\n\nauto eth1.{n}\n"
        linux += f"iface eth1.{n}\n    address {net}.{number % 250}.{n}.1/30\n    vrf {vrf}\n"
        frr += f"router bgp 65000 vrf {vrf}\n bgp router-id {loopback}\n"
        frr += f" no bgp default ipv4-unicast\n neighbor {peer} remote-as 65101\n"
        frr += f" neighbor {peer} description customer {n}\n !\n address-family ipv4 unicast\n"
        frr += f"  redistribute connected\n  neighbor {peer} activate\n"
        frr += f"  neighbor {peer} maximum-prefix 100\n  neighbor {peer} route-map all in\n"
        frr += f"  label vpn export auto\n  rd vpn export {loopback}:{n}\n  rt vpn both 65000:{n}\n"
        frr += "  export vpn\n  import vpn\n exit-address-family\nexit\n!\n"
    return f"{name}\n# This file describes the network interfaces\n{linux}# ports.conf --\n{frr}"


def session(routers: EmulatedRouters, name: str, work: Callable[[FRRDriver], None]) -> None:
    driver = get_network_driver("frr")(
        routers.addresses[name][0], "root", "", 60, routers.optional_args(name)
    )
    driver.open()
    try:
        work(driver)
    finally:
        driver.close()


def nothing(driver: FRRDriver) -> None:
    """Only to log in."""


def one_line(driver: FRRDriver) -> None:
    driver.load_merge_candidate(config=STATIC)
    driver.commit_config()


def all_lines(driver: FRRDriver) -> None:
    """From nothing to a thousand lines, or only a line more."""
    number = int(driver.running_text().split("\n")[0][1:])
    driver.load_replace_candidate(config=text(number, VRFS) + STATIC)
    driver.commit_config()


@pytest.mark.parametrize(
    ("work", "vrfs"),
    [(nothing, 0), (one_line, 0), (one_line, VRFS), (all_lines, 0)],
    ids=["login", "a-line", "a-line-more-in-1000", "1000-lines"],
)
def test_session(
    benchmark: BenchmarkFixture, tmp_path: Path, work: Callable[[FRRDriver], None], vrfs: int
) -> None:
    texts = {f"r{n}": text(n, vrfs) for n in range(FEW if benchmark.disabled else ROUTERS)}
    names = list(texts)
    with EmulatedRouters(texts, tmp_path, network=loopback_network()) as routers:
        lock = threading.Lock()
        spent: list[float] = []

        def each() -> None:
            before = routers.cpu_seconds()
            with ThreadPoolExecutor(SESSIONS_AT_ONCE) as pool:
                list(pool.map(lambda name: session(routers, name, work), names))
            with lock:
                spent.append((routers.cpu_seconds() - before) / len(names))

        benchmark.pedantic(each, setup=lambda: routers.reset(texts), rounds=3)
        # in the first round every line is new to the process, too
        benchmark.extra_info["first_router_cpu_ms"] = round(spent[0] * 1000, 1)
        benchmark.extra_info["router_cpu_ms"] = round(min(spent) * 1000, 1)
        running = routers.running()
        benchmark.extra_info["lines_at_the_end"] = running["r0"].count("\n")
        assert all((STATIC in running[name]) == (work is not nothing) for name in names)


def test_state(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    edges = FEW if benchmark.disabled else ROUTERS
    network = network_of(nation(edges, 20, group=25))
    devices = intend(network, allocate(network))
    texts = {name: render(device) for name, device in devices.items()}
    edge_names = [name for name in texts if name.startswith("pe")]
    cabled = {name: ports(text) for name, text in texts.items()}
    with EmulatedRouters(texts, tmp_path, network=loopback_network(), ports=cabled) as routers:
        drivers = {
            name: get_network_driver("frr")(
                routers.addresses[name][0], "root", "", 60, routers.optional_args(name)
            )
            for name in edge_names
        }
        for driver in drivers.values():
            driver.open()
        spent: list[float] = []
        said: dict[str, str] = {}

        def ask(name: str) -> None:
            said[name] = drivers[name].run_script(state_script(devices[name]))

        def each() -> None:
            before = routers.cpu_seconds()
            with ThreadPoolExecutor(SESSIONS_AT_ONCE) as pool:
                list(pool.map(ask, edge_names))
            spent.append((routers.cpu_seconds() - before) / edges)

        benchmark.pedantic(each, rounds=4)
        for driver in drivers.values():
            driver.close()
    assert all(read_state(devices[name], said[name]).unread == {} for name in edge_names)
    spent += spent[:1] * benchmark.disabled  # then there is one round
    benchmark.extra_info["first_state_cpu_ms"] = round(spent[0] * 1000, 1)
    benchmark.extra_info["state_cpu_ms"] = round(min(spent[1:]) * 1000, 1)
    benchmark.extra_info["lines"] = texts["pe1"].count("\n")
    benchmark.extra_info["answer_kb"] = round(len(said["pe1"]) / 1000)


def test_memory(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    number = FEW if benchmark.disabled else 10 * ROUTERS
    texts = {f"r{n}": text(n, VRFS) for n in range(number)}

    def start() -> float:
        with EmulatedRouters(texts, tmp_path, network=loopback_network()) as routers:
            status = Path(f"/proc/{routers.pid}/status").read_text()
            return int(status.split("VmRSS:")[1].split()[0]) / 1024

    megabytes = benchmark.pedantic(start, rounds=1)
    benchmark.extra_info["routers"] = number
    benchmark.extra_info["mb_per_router"] = round(megabytes / number, 2)
    assert megabytes / number < 100

"""Every allocated number, changed in a network that runs: said before, pushed, taken back."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml

from egovnet.inventory.allocation.allocate import Allocation, allocate
from egovnet.inventory.allocation.lock_file import LOCK_FILE
from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.playbooks.change.dependents import Dependents
from egovnet.playbooks.change.impact import Impact
from egovnet.playbooks.change.plan import Plan, make_plan
from egovnet.playbooks.change.plan_steps import prove_steps
from egovnet.playbooks.change.transaction import Transaction
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.verification import HealthReport
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.registry import render
from tests.chaos.runs import Health
from tests.inventories import BACKBONE
from tests.loopback import loopback_network
from tests.playbooks.emulated_workspace import applied_before, emulated_workspace


@dataclass(frozen=True)
class Number:
    """A name of a pool, its new number, and what the plan says that it interrupts."""

    name: str
    value: int | str
    #: Class -> routers that change and sites that lose their routes, in its row.
    classes: dict[str, tuple[str, str]]


_FAR = {"far-end": ("", "tax-guangdong")}
_BOTH = "party-sichuan tax-sichuan"
_PUBLIC = "public-shanghai/main"
#: By pool; the reference network has no other kinds of pools.
NUMBERS = {
    "vrf/sc-pe1": Number("taxation", 1077, {"vrf-table": ("sc-pe1", "tax-sichuan"), **_FAR}),
    "route-target/intranet": Number(
        "party",
        1900,
        {"route-targets": ("bj-pe1 gd-pe1 sc-pe1", "party-beijing party-guangdong party-sichuan")},
    ),
    "vlan/sc-pe1/eth3": Number("party-sichuan/main", 777, {"port": ("sc-pe1", "party-sichuan")}),
    "access-ipv4": Number(_PUBLIC, "10.200.9.0/30", {"port": ("sh-pe1", "public-shanghai")}),
    "access-ipv6": Number(_PUBLIC, "fde9:fa::900/126", {"port": ("sh-pe1", "public-shanghai")}),
    "circuit-ipv4": Number(
        "sc-pe1--bj-p1", "10.254.9.0/31", {"circuit": ("bj-p1 sc-pe1", _BOTH), **_FAR}
    ),
    "circuit-ipv6": Number(
        "sc-pe1--bj-p1", "fde9:fe::900/127", {"circuit": ("bj-p1 sc-pe1", _BOTH), **_FAR}
    ),
    # the router id, the NET, LDP's id and the route distinguishers are made of it
    "loopback-ipv4": Number("sc-pe1", "10.255.0.96", {"loopback": ("sc-pe1", _BOTH), **_FAR}),
    "loopback-ipv6": Number("sc-pe1", "fde9:ff::96", {"loopback": ("sc-pe1", _BOTH), **_FAR}),
    "site-asn": Number("public-shanghai", 4200000900, {"session": ("sh-pe1", "public-shanghai")}),
    # it is in the name of its VRF: another comes, and the port goes over to it
    "spoke/gz-pe1/court": Number(
        "court/court-guangzhou", 9, {"vrf-table": ("gz-pe1", "court-guangzhou")}
    ),
}
REFERENCE_NETWORK = Workspace(BACKBONE)


def renumbered(pool: str) -> Allocation:
    lock = REFERENCE_NETWORK.allocation.lock
    number = NUMBERS[pool]
    assert number.name in lock.pools[pool]
    pools = {**lock.pools, pool: {**lock.pools[pool], number.name: number.value}}
    return allocate(REFERENCE_NETWORK.network, replace(lock, pools=pools))


def test_every_kind_of_pool_is_tried() -> None:
    kinds = {pool.split("/")[0] for pool in REFERENCE_NETWORK.allocation.lock.pools}
    assert kinds == {pool.split("/")[0] for pool in NUMBERS}


@pytest.mark.parametrize("pool", NUMBERS)
def test_what_another_number_interrupts_is_said(pool: str) -> None:
    network, numbers = REFERENCE_NETWORK.network, renumbered(pool)
    before = REFERENCE_NETWORK.intended()
    after = {name: render(device) for name, device in intend(network, numbers).items()}
    pushed = {n: _Pushed(before[n], text) for n, text in after.items() if before[n] != text}
    former = Dependents(network, REFERENCE_NETWORK.allocation)
    found = Impact(Dependents(network, numbers), former).of(pushed)
    rows = {one.klass.id: (" ".join(one.devices), " ".join(one.sites)) for one in found.interrupted}
    assert rows == NUMBERS[pool].classes
    known = [one for one in found.interrupted if one.seconds is None]
    assert not known, "for how long was measured on the lab"


@dataclass(frozen=True)
class _Pushed:
    before: str
    intended: str
    diff: str = ""


# -- pushed to routers, and taken back -------------------------------------------------------------


@pytest.fixture(scope="module")
def routers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedRouters]:
    texts = REFERENCE_NETWORK.intended()
    ports = dict.fromkeys(texts, tuple(f"eth{number}" for number in range(10)))
    directory = tmp_path_factory.mktemp("routers")
    with EmulatedRouters(texts, directory, network=loopback_network(), ports=ports) as started:
        yield started


@pytest.fixture
def place(routers: EmulatedRouters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """The inventory of these routers with every number another."""
    workspace = emulated_workspace(routers, tmp_path, monkeypatch)
    applied_before(workspace)
    path = tmp_path / "inventory" / LOCK_FILE
    lock = yaml.safe_load(path.read_text(encoding="utf-8"))
    for pool, number in NUMBERS.items():
        lock["pools"][pool][number.name] = number.value
    path.write_text(yaml.safe_dump(lock, sort_keys=False), encoding="utf-8")
    return Workspace(path.parent)


def push(workspace: Workspace, texts: dict[str, str]) -> Plan:
    """As a change is pushed; what the network makes of it is for the lab's tests."""
    plan = make_plan(workspace, Silent(), intended=texts)
    done = Transaction(
        workspace, plan, lambda _: HealthReport(), Silent(), plan.waves_or_one(), Health()
    ).run()
    assert done.data["result"] == "done", done.data
    return plan


def test_all_of_them_at_once_there_and_back(place: Workspace, routers: EmulatedRouters) -> None:
    before, after = routers.running(), place.intended()
    plan = push(place, after)
    assert plan.needs == ("--disruptive",)
    assert prove_steps(place, Silent(), plan)[0].proved
    assert "vrf-table 1077" in routers.running()["sc-pe1"]
    assert not make_plan(place, Silent()).devices, "and Linux is as its text says"
    push(place, before)
    assert not make_plan(place, Silent(), intended=before).devices, "but for the order of instances"

"""The whole life of changes on a network of toys: plan, transaction, verification, drift, rollback.

Everything but the routers is the product; the toy's driver is found by NAPALM by its name.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from egovnet.playbooks.core.workspace import Workspace
from egovnet.templates.registry import registered, render, render_day0
from tests.inventories import BACKBONE
from tests.playbooks.console import Ran, egovnet, logged_in
from tests.toy_platform.devices import NETWORK, ToyDevice
from tests.toy_platform.network import mixed_inventory
from tests.toy_platform.platform import TOY

DRIVER = Path(__file__).parents[1] / "toy_platform" / "driver"
ROUTERS = tuple(yaml.safe_load((BACKBONE / "hosts.yaml").read_text(encoding="utf-8")))
EDGE = "bj-pe1"


class Toys:
    """A network of toys that were delivered, and the command line over it."""

    def __init__(self, directory: Path) -> None:
        self.inventory = mixed_inventory(directory / "network", ROUTERS)
        self.state = directory / "state"
        self.environment = logged_in(self.state)
        workspace = Workspace(self.inventory)
        self.of = {
            name: ToyDevice(name, render_day0(device)) for name, device in workspace.devices.items()
        }
        NETWORK.devices = {
            router.hostname: self.of[name] for name, router in workspace.network.routers.items()
        }

    def run(self, *words: str) -> Ran:
        """One command."""
        words = (*words, "--json", "--inventory", str(self.inventory))
        return egovnet(*words, state=self.state, env=self.environment)

    @property
    def running(self) -> Mapping[str, str]:
        """What every toy runs."""
        return {name: toy.running for name, toy in self.of.items()}

    def intended(self) -> Mapping[str, str]:
        """What every toy is to run."""
        return {name: render(each) for name, each in Workspace(self.inventory).devices.items()}

    def change_line(self, name: str, old: str, new: str) -> None:
        """A person changes a toy by hand."""
        toy = self.of[name]
        assert old in toy.running
        toy.running = toy.running.replace(old, new, 1)


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Toys]:
    monkeypatch.syspath_prepend(DRIVER)
    with registered(TOY):
        yield Toys(tmp_path)
    NETWORK.devices = {}


@pytest.fixture
def provisioned(toys: Toys) -> Toys:
    ran = toys.run("apply", "--yes")
    assert ran.code == 0, ran.stdout + ran.stderr
    return toys


def differences(ran: Ran) -> list[Any]:
    return list(ran.json["differences"])


def test_plan_shows_the_platform_s_own_lines(toys: Toys) -> None:
    ran = toys.run("plan")
    assert ran.code == 3, ran.stderr
    diffs = {name: each["diff"] for each in ran.json["changes"] for name in each["devices"]}
    assert set(diffs) == set(ROUTERS)
    assert "+vrf i-party" in diffs[EDGE]
    assert ran.json["proof"]["proved"]
    assert toys.running == {name: toys.of[name].running for name in ROUTERS}
    assert all(toy.pushes == 0 for toy in toys.of.values())


def test_a_change_is_applied_verified_and_confirmed(provisioned: Toys) -> None:
    assert provisioned.running == provisioned.intended()
    states = {c.state for toy in provisioned.of.values() for c in toy.commits.values()}
    assert states == {"confirmed"}
    verified = provisioned.run("verify")
    assert verified.code == 0, verified.stdout
    assert provisioned.run("plan").code == 0


def test_a_router_that_refuses_takes_all_of_them_back(toys: Toys) -> None:
    before = toys.running
    toys.of[EDGE].refuses = "no such statement"
    ran = toys.run("apply", "--yes")
    assert ran.code == 5, ran.stdout
    assert toys.running == before


def test_a_change_whose_verification_fails_is_undone(provisioned: Toys) -> None:
    before = provisioned.running
    site = provisioned.inventory / "sites" / "sichuan.yaml"
    sites = yaml.safe_load(site.read_text(encoding="utf-8"))
    name, entry = next(iter(sites.items()))
    entry["prefixes"] = [*entry["prefixes"], "10.77.0.0/24"]
    site.write_text(yaml.safe_dump({**sites, name: entry}, sort_keys=False), encoding="utf-8")
    # a device that lies: it takes the text, and its daemons do not do it
    provisioned.of["sc-pe1"].forgets = "10.77.0.0/24"
    ran = provisioned.run("apply", "--yes", "--settle", "0")
    assert ran.code == 4, ran.stdout
    assert provisioned.running == before


def test_drift_is_found_remediated_and_then_unchanged(provisioned: Toys) -> None:
    clean = provisioned.run("drift")
    assert clean.code == 0, clean.stdout
    assert differences(clean) == []
    again = provisioned.run("drift").json
    assert all(device["as_before"] for device in again["devices"])
    route = next(line for line in provisioned.of[EDGE].running.splitlines() if "route " in line)
    provisioned.change_line(EDGE, f"{route}\n", "")
    found = provisioned.run("drift")
    assert found.code == 3
    assert {each["class"] for each in differences(found)} == {"service"}
    mended = provisioned.run("drift", "--remediate", "service")
    assert provisioned.running == provisioned.intended(), mended.stdout
    assert provisioned.run("drift").code == 0


def test_a_leak_by_hand_is_named_with_its_line(provisioned: Toys) -> None:
    texts = provisioned.of[EDGE].running
    party = next(line for line in texts.splitlines() if line.startswith("vrf i-party"))
    public = next(line for line in texts.splitlines() if line.startswith("vrf e-"))
    target = public.split(" export ")[1]
    provisioned.change_line(EDGE, party, party.replace(" export", f" {target} export"))
    ran = provisioned.run("drift")
    assert ran.code == 4, ran.stdout
    leaks = [each for each in differences(ran) if each["class"] == "leak"]
    assert leaks
    assert any(target in line for each in leaks for line in each["lines"])
    assert any(target in hop for each in leaks for hop in each["path"])


def test_a_change_is_rolled_back_by_its_number(provisioned: Toys) -> None:
    before = provisioned.running
    site = provisioned.inventory / "sites" / "sichuan.yaml"
    sites = yaml.safe_load(site.read_text(encoding="utf-8"))
    sites.pop(next(iter(sites)))
    site.write_text(yaml.safe_dump(sites, sort_keys=False), encoding="utf-8")
    assert provisioned.run("apply", "--yes").code == 0
    assert provisioned.running != before
    ran = provisioned.run("rollback", "2", "--yes")
    assert ran.code == 0, ran.stdout + ran.stderr
    assert provisioned.running == before

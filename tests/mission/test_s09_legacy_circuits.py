"""S9: dedicated lines are merged in; a few stay after approval; nobody lays a new one.

Two routers have a link that no plan knows, with IS-IS. The nightly job names it; the register's
approval lets it stay; the day after its last one it is found again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from egovnet.inventory.registers.legacy_circuits import FILE
from egovnet.inventory.today import today
from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.playbooks.core.workspace import Workspace
from tests.inventories import BACKBONE
from tests.legacy_lines import GOOD
from tests.loopback import loopback_network
from tests.playbooks.console import Ran, edit, egovnet
from tests.playbooks.drift.test_compare import edited
from tests.playbooks.emulated_workspace import applied_before, emulated_workspace

ENDS = {"bj-pe1": "192.0.2.1/30", "sc-pe1": "192.0.2.2/30"}
ISIS = " ip router isis backbone\n isis circuit-type level-2-only\n isis network point-to-point\n"


@dataclass(frozen=True)
class Place:
    """Emulated routers, and the command on their inventory."""

    workspace: Workspace
    routers: EmulatedRouters
    state: Path

    def run(self, *words: str | Path) -> Ran:
        credentials = str(self.routers.directory / "credentials.yaml")
        env = {"EGOVNET_CREDENTIALS": credentials}
        where = ("--inventory", self.workspace.directory)
        return egovnet(*words, *where, state=self.state, env=env)

    def register(self, text: str) -> None:
        (self.workspace.directory / FILE).write_text(text, encoding="utf-8")

    def lay(self, isis: str = "") -> None:
        """A line between two routers, at a port of each that nothing uses."""
        for name, address in ENDS.items():
            text = self.workspace.intended([name])[name]
            port = f"auto eth7\niface eth7\n    address {address}\n\n"
            edits = [{"replace": "auto eth1\n", "by": f"{port}auto eth1\n"}]
            if isis:
                frr = f"interface eth7\n{isis}exit\n!\n"
                edits.append({"replace": "interface eth1\n ip", "by": f"{frr}interface eth1\n ip"})
            self.routers.reset({name: edited(text, edits)})


@pytest.fixture(scope="module")
def routers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedRouters]:
    root = tmp_path_factory.mktemp("legacy")
    texts = Workspace(BACKBONE).intended()
    with EmulatedRouters(texts, root / "lab", network=loopback_network()) as routers:
        yield routers


@pytest.fixture
def place(routers: EmulatedRouters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    workspace = emulated_workspace(routers, tmp_path, monkeypatch)
    applied_before(workspace)
    routers.reset(workspace.intended())
    return Place(workspace, routers, tmp_path / "state")


def links(ran: Ran) -> dict[tuple[str, str], dict[str, str]]:
    found = [d for d in ran.json["differences"] if d["class"] == "link"]
    return {(d["device"], d["port"]): d for d in found}


def test_from_the_register_to_what_drift_says(place: Place) -> None:
    place.lay(ISIS)
    ran = place.run("drift", "--json")
    assert ran.code == 4
    found = links(ran)
    assert found.keys() == {("bj-pe1", "eth7"), ("sc-pe1", "eth7")}
    one = found["bj-pe1", "eth7"]
    assert one["subject"] == "link eth7"
    assert one["message"] == "IS-IS neighbour sc-pe1, network 192.0.2.0/30: stands in no register"
    assert one["why_not"].startswith("take it down; or write it into circuits.yaml")
    assert not ran.json["proved"]  # who is there is not known: it joins the backbone

    place.register(GOOD)
    assert place.run("validate").code == 0
    ran = place.run("drift", "--json")
    assert (ran.code, ran.json["proved"]) == (0, True), ran.json["differences"]
    assert ran.json["differences"]
    for difference in ran.json["differences"]:
        assert difference["status"] == "acknowledged"
        assert difference["acknowledged_by"] == "Li Na"
        assert difference["until"] == "2099-03-31"
    assert links(ran)["bj-pe1", "eth7"]["reason"].startswith("legacy circuit beijing-sichuan: ")

    assert place.run("prove", "--running").code == 0

    plan = place.run("plan", "--json")  # which leaves the line where it is
    assert (plan.code, plan.json["changes"]) == (0, []), plan.stdout
    site = place.workspace.directory / "sites" / "beijing.yaml"
    edit(site, "maximum-prefix: 50}\ngov-beijing", "maximum-prefix: 60}\ngov-beijing")
    plan = place.run("plan", "--json")  # another change of the same router does, too
    (change,) = plan.json["changes"]
    assert (plan.code, change["devices"], plan.json["proof"]["proved"]) == (3, ["bj-pe1"], True)
    assert "maximum-prefix 60" in change["diff"] and "eth7" not in change["diff"]
    edit(site, "maximum-prefix: 60}\ngov-beijing", "maximum-prefix: 50}\ngov-beijing")

    yesterday = (today() - timedelta(days=1)).isoformat()
    place.register(GOOD.replace("2099-03-31", yesterday, 1))
    assert "[legacy-circuit-expired]" in place.run("validate").stderr
    assert "expired" in place.run("report", "circuits").stdout.splitlines()[1]
    ran = place.run("drift", "--json")
    assert ran.code == 4
    assert f"ended on {yesterday}" in links(ran)["sc-pe1", "eth7"]["message"]
    assert (
        f"beijing-sichuan of government (bj-pe1 eth7 - sc-pe1 eth7) ended on {yesterday}"
        in (ran.json["policy_notes"][0])
    )
    proof = place.run("prove", "--running", "--json")
    assert proof.code == 4
    denying = [f for f in proof.json["findings"] if f["severity"] != "hygiene"]
    assert {"bj-pe1", "sc-pe1"} <= {f["device"] for f in denying}
    assert f"ended on {yesterday}" in proof.stderr
    assert f"ended on {yesterday}" in place.run("prove").stderr
    plan = place.run("plan", "--json")  # and now takes it away
    assert plan.code == 3
    assert {name for change in plan.json["changes"] for name in change["devices"]} == set(ENDS)


def test_an_address_outside_the_plan_is_a_link(place: Place) -> None:
    place.lay()
    found = links(place.run("drift", "--json"))
    assert found["bj-pe1", "eth7"]["message"] == "network 192.0.2.0/30: stands in no register"
    place.register(GOOD)
    ran = place.run("drift", "--json")
    assert (ran.code, ran.json["proved"]) == (0, True), ran.json["differences"]


def test_a_line_that_leads_elsewhere_is_not_approved(place: Place) -> None:
    place.lay(ISIS)
    place.register(GOOD.replace("sc-pe1, port: eth7", "gd-pe1, port: eth7", 1))
    ran = place.run("drift", "--json")
    found = links(ran)
    assert found["bj-pe1", "eth7"]["message"].endswith(
        "legacy circuit beijing-sichuan leads to gd-pe1 eth7, and somebody else is there"
    )
    assert found["sc-pe1", "eth7"]["message"].endswith("stands in no register")
    assert ran.code == 4


def test_bad_entries_are_refused_all_at_once(place: Place) -> None:
    text = GOOD
    for old, new in (
        ("bj-pe1, port: eth7", "bj-pe9, port: eth7"),  # an unknown router
        ("sc-pe1, port: eth7", "sc-pe1, port: eth1"),  # a circuit of the backbone
        ("tax-guangdong", "tax-gone"),  # an end that does not exist
        ("approved-by: Li Na", "approved-by: Nobody"),
        ("valid-until: 2099-03-31", "valid-until: 2026-03-01"),  # before it begins
    ):
        assert old in text
        text = text.replace(old, new, 1)
    place.register(text)
    ran = place.run("validate")
    assert ran.code == 2
    said = [line for line in ran.stderr.splitlines() if f"{FILE}:" in line]
    assert len(said) == 5, ran.stderr

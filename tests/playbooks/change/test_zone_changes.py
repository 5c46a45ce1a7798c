"""What goes from one zone to the other is named, and pushed only with an option of its own."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import allocate
from egovnet.playbooks.change.apply import apply
from egovnet.playbooks.change.plan import make_plan, read_plan, write_plan
from egovnet.playbooks.change.words import Words
from egovnet.playbooks.change.zone_changes import held_by_inventory, zone_changes
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.selection import Selection, UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.rollback.rollback import rollback
from egovnet.templates.intend.read_inventory import read_inventory
from egovnet.templates.registry import render_day0
from tests.extranet_network import extranet_network
from tests.hypothesis_profiles import examples
from tests.playbooks.console import Ran, copy_of_backbone, edit, egovnet
from tests.playbooks.memory_routers import MemoryRouters
from tests.strategies import networks, parts

Data = dict[str, Any]


@dataclass
class Place:
    """An inventory that is edited, its routers, and the command line over both."""

    root: Path
    routers: MemoryRouters

    def edit(self, file: str, change: Callable[[Data], object]) -> None:
        path = self.root / file
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(data)
        path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")

    def workspace(self, *limit: str) -> Workspace:
        return Workspace(self.root, Selection(limit))

    def run(self, *words: str) -> Ran:
        state = self.root.parent / "state"
        return egovnet(
            *words, "--inventory", self.root, state=state, env={"EGOVNET_USERNAME": "li"}
        )


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The reference network, applied as change 1."""
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("EGOVNET_USERNAME", "li")
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    found = Place(copy_of_backbone(tmp_path / "network"), MemoryRouters(trusting=True))
    found.routers.take_part(monkeypatch)
    found.routers.boot(found.workspace())
    assert apply(found.workspace(), Silent(), yes=True).data["result"] == "done"
    return found


# -- the kinds -------------------------------------------------------------------------------------


def _vpn(place: Place) -> None:
    place.edit("vpns.yaml", lambda vpns: vpns["government"].update(zone="extranet"))


def _agency(place: Place) -> None:
    """Another VPN of the same agency, in the other zone, in the place of its only one."""

    def move(vpns: Data) -> None:
        vpns["party2"] = vpns.pop("party") | {"zone": "extranet"}

    place.edit("vpns.yaml", move)
    for path in sorted((place.root / "sites").glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("vpn: party\n", "vpn: party2\n"), encoding="utf-8")


def _site(place: Place) -> None:
    place.edit("sites/sichuan.yaml", lambda sites: sites["party-sichuan"].update(vpn="public"))


def _renamed_site(place: Place) -> None:
    """Another name, another VPN, the same port: what is behind the port is the same."""

    def move(sites: Data) -> None:
        sites["tax2-sichuan"] = sites.pop("party-sichuan") | {"vpn": "taxation"}

    place.edit("sites/sichuan.yaml", move)


def _vlan(place: Place) -> None:
    """A VLAN of one zone is written for a site of the other, and its own gets a new one."""
    taken = place.workspace().allocation.vlan["party-beijing/main"]

    def move(sites: Data) -> None:
        sites["party-beijing"]["site-network-accesses"]["main"]["vlan"] = 777
        sites["public-beijing"]["site-network-accesses"]["main"] |= {"port": "eth3", "vlan": taken}

    place.edit("sites/beijing.yaml", move)


def _port(place: Place) -> None:
    """A port with nobody else on it, to a site that comes."""

    def move(sites: Data) -> None:
        sites.pop("tax-sichuan")
        sites["court-sichuan"] = {
            "region": "sichuan",
            "vpn": "court",
            "site-role": "spoke-role",
            "prefixes": ["10.1.33.0/24"],
            "site-network-accesses": {
                "main": {"pe": "sc-pe1", "port": "eth4", "routing-protocol": "static"}
            },
        }

    place.edit("sites/sichuan.yaml", move)


def _lock(place: Place, change: Callable[[Data], object]) -> None:
    place.edit("plan.lock.yaml", change)


def _number(place: Place) -> None:
    """A VRF's number on a router, to one of the other zone, whose own is new."""

    def move(lock: Data) -> None:
        numbers = lock["pools"]["vrf/sc-pe1"]
        numbers["party"], numbers["taxation"] = numbers["taxation"], 1500

    _lock(place, move)


def _target(place: Place) -> None:
    """A route target: the zones' ranges are moved, and a number comes from the other's."""

    def ranges(network: Data) -> None:
        network["zones"]["intranet"]["route-targets"] = {"first": 1001, "last": 2001}
        network["zones"]["extranet"]["route-targets"] = {"first": 2002, "last": 2999}

    place.edit("network.yaml", ranges)

    def move(lock: Data) -> None:
        lock["pools"]["route-target/intranet"]["party"] = 2001
        lock["pools"]["route-target/extranet"]["public"] = 2500

    _lock(place, move)


def _taken_name(place: Place) -> None:
    """A VPN goes, and one of the other zone takes its name."""

    def move(vpns: Data) -> None:
        vpns["taxation"] = {"name": "Another", "zone": "intranet", "owner": "congress"}

    place.edit("vpns.yaml", move)


def _prefix(place: Place) -> None:
    """A site goes, and its prefix is another's, on another router."""

    def gone(sites: Data) -> None:
        sites.pop("party-sichuan")

    place.edit("sites/sichuan.yaml", gone)
    place.edit(
        "sites/shanghai.yaml",
        lambda sites: sites["public-shanghai"]["prefixes"].append("10.1.12.0/24"),
    )


def _access_addresses(place: Place) -> None:
    def move(lock: Data) -> None:
        addresses = lock["pools"]["access-ipv4"]
        addresses["tax-sichuan/main"] = addresses["party-sichuan/main"]
        addresses["party-sichuan/main"] = "10.200.9.0/30"

    _lock(place, move)


KINDS: list[tuple[Callable[[Place], None], str, str]] = [
    (_vpn, "vpn", "government"),
    (_agency, "agency", "party2"),
    (_site, "site", "public"),
    (_renamed_site, "port", "taxation"),
    (_renamed_site, "site-prefix", "taxation"),
    (_vlan, "port", "public"),
    (_port, "port", "court"),
    (_number, "vrf-number", "party"),
    (_target, "route-target", "party"),
    (_taken_name, "vpn", "taxation"),
    (_prefix, "site-prefix", "public"),
    (_access_addresses, "access-prefix", "taxation"),
]


@pytest.mark.parametrize(
    ("change", "kind", "vpn"), KINDS, ids=[f"{c.__name__[1:]}-{k}" for c, k, _ in KINDS]
)
def test_a_kind_is_named_and_refused_without_its_word(
    place: Place, change: Callable[[Place], None], kind: str, vpn: str
) -> None:
    change(place)
    plan = make_plan(place.workspace(), Silent())
    found = {(one.kind, one.vpn) for one in plan.zone_changes}
    assert (kind, vpn) in found, plan.zone_changes
    assert f"--zone-change {vpn}" in plan.needs
    before = dict(place.routers.running)
    refused = apply(place.workspace(), Silent(), yes=True)
    assert (refused.exit, refused.data["result"], refused.data["failed_stage"]) == (
        4,
        "refused",
        "words",
    )  # fmt: skip -- one comparison
    assert f"--zone-change {vpn}" in refused.notes[0]
    assert place.routers.running == before


@pytest.mark.parametrize("change", [_vpn, _site, _renamed_site, _vlan, _number])
def test_who_lost_the_journal_is_told_by_the_texts(
    place: Place, change: Callable[[Place], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "another state"))
    change(place)
    plan = make_plan(place.workspace(), Silent())
    assert plan.zone_changes
    assert plan.needs


def test_the_routers_that_a_limit_left_for_later_need_the_word_too(place: Place) -> None:
    _vpn(place)
    words = Words(("government",))
    first = apply(place.workspace("gd-pe1"), Silent(), yes=True, words=words)
    assert first.data["result"] in {"done", "refused"}
    rest = make_plan(place.workspace(), Silent())
    assert rest.needs == ("--zone-change government",)


def test_a_port_that_somebody_moved_by_hand_goes_back_without_a_word(place: Place) -> None:
    text = place.routers.running["bj-pe1"]
    place.routers.running["bj-pe1"] = text.replace("    vrf i-party\n", "    vrf e-public\n")
    plan = make_plan(place.workspace(), Silent())
    assert plan.devices
    assert plan.needs == ()


@examples(40)
@given(st.data())
def test_what_stays_in_its_zone_needs_no_word(data: st.DataObject) -> None:
    """Sites, VPNs and routers come and go; nothing that both have is of another zone."""
    network = data.draw(networks())
    one, other = data.draw(parts(network)), data.draw(parts(network))
    numbers = allocate(one)
    former = held_by_inventory(one, numbers)
    found = zone_changes(former, held_by_inventory(other, allocate(other, numbers.lock)))
    # an agency, and a port that was one zone's and is now the other's with other VLANs
    assert {change.kind for change in found} <= {"agency", "port"}
    ports = [change.subject for change in found if change.kind == "port"]
    assert not [name for name in ports if "VLAN" in name or "tag" in name]


@examples(40)
@given(st.data())
def test_a_vpn_of_the_other_zone_is_always_found(data: st.DataObject) -> None:
    network = data.draw(networks(max_vpns=3).filter(lambda drawn: bool(drawn.vpns)))
    name = data.draw(st.sampled_from(sorted(network.vpns)))
    vpn = network.vpns[name]
    zones = [zone for zone in network.backbone.zones if zone is not vpn.zone]
    vpns = {**network.vpns, name: vpn.model_copy(update={"zone": zones[0]})}
    moved = network.model_copy(update={"vpns": vpns})
    numbers = allocate(network)
    found = zone_changes(
        held_by_inventory(network, numbers), held_by_inventory(moved, allocate(moved))
    )
    assert name in {change.vpn for change in found if change.kind == "vpn"}


# -- the command line ------------------------------------------------------------------------------


def test_the_plan_says_so_in_its_first_lines_and_writes_no_file(place: Place) -> None:
    _site(place)
    file = place.root.parent / "p.plan"
    ran = place.run("plan", "-o", str(file))
    assert ran.code == 4
    first = ran.stdout.splitlines()[0]
    assert first == (
        "ZONE CHANGE: site party-sichuan moves from the intranet to the extranet: "
        "from VPN party to VPN public"
    )
    assert "--zone-change public" in ran.stdout
    assert "was not written" in ran.stderr
    assert not file.exists()


def test_with_its_word_it_is_planned_recorded_and_pushed(place: Place) -> None:
    _site(place)
    file = place.root.parent / "p.plan"
    ran = place.run("plan", "--zone-change", "public", "-o", str(file), "--json")
    assert ran.json["needs"] == []
    assert ran.json["zone_changes"][0]["kind"] == "site"
    plan = read_plan(file)
    assert plan.words == Words(("public",))
    # P11 has its own say: a port may not change hands in one push
    assert ran.code in {3, 4}
    again = place.run("apply", str(file), "--zone-change", "public")
    assert again.code == 2
    assert "give them to egovnet plan" in again.stderr


def test_a_file_hashed_anew_without_the_word_is_refused(place: Place) -> None:
    _vpn(place)
    workspace = place.workspace()
    plan = make_plan(workspace, Silent(), words=Words(("government",)))
    file = place.root.parent / "p.plan"
    write_plan(replace(plan, zone_changes=(), words=Words()), file)
    refused = apply(place.workspace(), Silent(), file)
    assert refused.data["failed_stage"] == "words"
    assert json.loads(file.read_text())["words"] == asdict(Words()) | {
        "zone_change": [],
        "gone": [],
    }


def test_a_word_for_a_vpn_that_changes_no_zone_is_bad_usage(place: Place) -> None:
    _site(place)
    with pytest.raises(UsageError, match="--zone-change party: nothing of that VPN"):
        make_plan(place.workspace(), Silent(), words=Words(("party",)))
    ran = place.run("plan", "--zone-change", "pubic")
    assert ran.code == 2
    assert "those that do: public" in ran.stderr


def test_the_way_back_needs_the_word_as_well(place: Place) -> None:
    """A VPN that has no site yet moves without a text that changes; then its site comes."""
    place.edit("vpns.yaml", lambda vpns: vpns["cppcc"].update(zone="extranet"))
    place.edit("sites/sichuan.yaml", lambda sites: sites["party-sichuan"].update(vpn="cppcc"))
    place.edit(
        "sites/sichuan.yaml",
        lambda sites: sites["party-sichuan"]["site-network-accesses"]["main"].update(port="eth6"),
    )
    done = apply(place.workspace(), Silent(), yes=True, words=Words(("cppcc",)))
    assert done.data["result"] == "done", done
    shown = rollback(place.workspace(), Silent(), 2)
    assert shown.exit == 4
    needs = shown.data["needs"]
    assert needs == ["--zone-change cppcc", "--zone-change party"]
    vpns = tuple(re.findall(r"--zone-change (\S+)", " ".join(needs)))
    refused = rollback(place.workspace(), Silent(), 2, yes=True)
    assert refused.data["failed_stage"] == "words"
    back = rollback(place.workspace(), Silent(), 2, yes=True, words=Words(vpns))
    assert back.data["result"] == "done"
    steps = place.workspace().journal.steps(back.data["change"])
    assert [json.loads(s.detail)["zone_change"] for s in steps if s.stage == "words"] == [
        list(vpns)
    ]


def test_the_first_roll_out_needs_no_word(tmp_path: Path, place: Place) -> None:
    workspace = place.workspace()
    for name, device in workspace.devices.items():
        place.routers.running[name] = render_day0(device)
    assert make_plan(workspace, Silent()).needs == ()
    del tmp_path


def test_a_department_with_a_plan_of_its_own_takes_no_prefix_from_anybody(tmp_path: Path) -> None:
    root = extranet_network(tmp_path / "network")
    edit(root / "sites" / "extranet.yaml", ", 10.1.10.0/24", "")
    before, after = (
        held_by_inventory(network, allocate(network))
        for network in (
            read_inventory(root)[0],
            read_inventory(extranet_network(tmp_path / "other"))[0],
        )
    )
    assert zone_changes(before, after) == ()
    assert zone_changes(after, before) == ()
    assert after["site-prefix", "10.1.10.0/24"].vpn == "party"

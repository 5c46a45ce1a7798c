"""S1, S8: a province's own backbone joins the nation's, each planned and applied by its owner.

Two inventories become two autonomous systems on real routers: each is applied by itself, and then
packets pass between the sites of one VPN on both sides, and to no other. What one owner does
changes nothing on the other's routers.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from egovnet.lab.connections import ConnectionAttempt, SeenConnection
from tests.border_network import NATION_BORDER, nation, province
from tests.playbooks.console import edit
from tests.playbooks.lab_place import LabPlace

pytestmark = pytest.mark.lab("provinces")
WAITING = NATION_BORDER.replace("  numbering", "  state: waiting-for-neighbor\n  numbering")
#: Host, and its addresses in each family.
HOSTS = {
    "party-office-host": ("10.11.1.10", "fde9:11:1::a"),
    "taxation-office-host": ("10.12.1.10", "fde9:12:1::a"),
    "gdparty-office-host": ("10.41.1.10", "fde9:41:1::a"),
    "gdtax-office-host": ("10.42.1.10", "fde9:42:1::a"),
}
MEET = {frozenset({"party-office-host", "gdparty-office-host"}),
        frozenset({"taxation-office-host", "gdtax-office-host"})}  # fmt: skip


@dataclass(frozen=True)
class Both:
    """The two owners, in one lab."""

    nation: LabPlace
    province: LabPlace

    def runs(self, of: LabPlace) -> dict[str, str]:
        """What one owner's routers run, by name."""
        names = of.workspace.network.routers
        text = "vtysh -c 'show running-config' && cat /etc/network/interfaces"
        found = self.nation.lab.exec_many(dict.fromkeys(names, text))
        return {name: done.stdout for name, done in found.items()}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    root = tmp_path_factory.mktemp("provinces")
    state = root / "state"
    first = LabPlace(nation(root / "nation", WAITING, "127.20.31."), state)
    second = LabPlace(province(root / "province", loopback="127.20.31."), state)
    try:
        first.run("lab", "up", "--with", second.inventory, "--timeout", "400")
        yield Both(first, second)
    finally:
        first.run("lab", "down")


def test_both_sides_agree_before_anything_is_applied(both: Both) -> None:
    found = both.nation.run("validate", "--with", both.province.inventory, "--json").json
    assert (found["with"]["network"], found["with"]["vpns"]) == ("guangdong", 2)


def test_the_nation_is_first_and_waits_for_its_neighbour(both: Both) -> None:
    before = both.runs(both.province)
    done = both.nation.run("apply", "--yes", "--json").json
    assert set(done["devices"]) == {"bj-pe1", "bj-asbr1"}
    assert both.runs(both.province) == before


def test_the_province_joins_by_itself(both: Both) -> None:
    before = both.runs(both.nation)
    both.province.run("apply", "--yes")
    assert both.runs(both.nation) == before
    borders = both.nation.inventory / "borders.yaml"
    borders.write_text(NATION_BORDER, encoding="utf-8")
    for owner in (both.nation, both.province):
        verified = owner.run("verify", "--json").json
        assert verified["passed"], verified["findings"]
        assert owner.run("plan", "--json").json["changes"] == []
        assert owner.run("prove", "--running", "--json").json["proved"]


def test_packets_cross_within_a_vpn_and_nowhere_else(both: Both) -> None:
    attempts = [
        ConnectionAttempt(
            source,
            own[family],
            target,
            its[family],
            "tcp",
            443,
            expected=frozenset({source, target}) in MEET,
        )
        for source, own in HOSTS.items()
        for target, its in HOSTS.items()
        if source != target
        for family in (0, 1)
    ]
    seen = both.nation.lab.try_connections(attempts)
    for attempt, result in zip(attempts, seen, strict=True):
        assert (result is SeenConnection.ANSWERED) == attempt.expected, attempt
        assert result.passed == attempt.expected, attempt


def test_no_label_and_no_target_crosses(both: Both) -> None:
    """The link has Ethernet's types of IP alone, and routes of the neighbour have no targets."""
    lab = both.nation.lab
    says = lab.exec("bj-asbr1", "cat /proc/sys/net/mpls/conf/eth5*/input").stdout
    assert set(says.split()) == {"0"}
    asked = "vtysh -c 'show bgp vrf i-party ipv4 unicast 10.41.1.0/24 json'"
    route = json.loads(lab.exec("bj-asbr1", asked).stdout)
    heard = [path for path in route["paths"] if path["aspath"]["string"].startswith("64844")]
    assert heard
    sent = "vtysh -c 'show bgp vrf i-party ipv4 neighbors 10.1.16.2 advertised-routes json'"
    told = json.loads(lab.exec("bj-asbr1", sent).stdout)["advertisedRoutes"]
    assert told.keys() == {"10.11.1.0/24"}


def test_a_change_of_one_owner_leaves_the_others_routers_alone(both: Both) -> None:
    before = both.runs(both.nation)
    edit(
        both.province.inventory / "borders.yaml",
        "      announces: [10.42.0.0/16",
        "      maximum-prefix: 77\n      announces: [10.42.0.0/16",
    )
    changed = both.province.run("apply", "--yes", "--json").json
    assert changed["devices"] == ["gd-asbr1"]
    assert both.runs(both.nation) == before
    assert both.nation.run("drift", "--json").json["separation"] == "held"
    both.province.run("rollback", str(changed["change"]), "--yes")
    assert "maximum-prefix 77" not in both.runs(both.province)["gd-asbr1"]
    assert both.runs(both.nation) == before


def test_what_was_not_agreed_is_dropped_where_it_comes_in(both: Both) -> None:
    """A neighbour that filters nothing itself sends to an address of the same VPN that it was not
    told of; without the filter here it is answered."""
    lab = both.nation.lab

    def answered(address: str) -> bool:
        return lab.exec("gd-asbr1", f"ping -c 2 -W 1 -I i-gdparty {address}").exit_code == 0

    lab.exec("gd-asbr1", "ip route add 10.1.16.8/30 via 10.1.16.1 vrf i-gdparty")
    assert lab.exec("gd-asbr1", "nft delete table inet egovnet").exit_code == 0
    try:
        assert answered("10.1.16.1")
        assert not answered("10.1.16.10")
        assert lab.exec("bj-asbr1", "nft delete table inet egovnet").exit_code == 0
        assert answered("10.1.16.10")
    finally:
        lab.exec("gd-asbr1", "ip route del 10.1.16.8/30 via 10.1.16.1 vrf i-gdparty")

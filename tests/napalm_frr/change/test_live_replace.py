"""A text in place of another on a live router: what vtysh is asked, what Linux makes anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from napalm.base.exceptions import ReplaceConfigException

from napalm_frr import CommitStage, FRRDriver
from napalm_frr.errors import CommitUndone
from tests.napalm_frr.beside import BesideReal
from tests.napalm_frr.change.test_live_commit_ids import kill_when_stalled, new_id
from tests.napalm_frr.change.test_live_faults import with_vrf

if TYPE_CHECKING:
    from tests.napalm_frr.beside import Beside
    from tests.napalm_frr.conftest import TwoRouters

#: In place of vtysh: counts the checks it is asked for.
COUNTING = (
    'printf \'#!/bin/sh\\n[ "$1" != -C ] || echo so >>/run/checks\\nexec /usr/bin/vtysh "$@"\\n\''
    " > /usr/sbin/vtysh; chmod 755 /usr/sbin/vtysh; rm -f /run/checks"
)


def checks(beside: BesideReal) -> int:
    return int(beside.run("cat /run/checks 2>/dev/null | wc -l"))


@pytest.mark.real_only("an emulated router has one vtysh")
def test_a_text_is_checked_once_by_a_vtysh(
    router: FRRDriver, r1: Beside, two_routers: TwoRouters
) -> None:
    assert isinstance(r1, BesideReal)
    text = router.running_text() + "ip prefix-list CHECKED seq 5 permit 10.0.0.0/8\n"
    wrong = text + "ip prefix-list CHECKED seq 6 perhaps 10.0.0.0/8\n"
    router.load_replace_candidate(config=text)
    r1.run(COUNTING)
    try:
        for times, config in enumerate((text, text + "!\n", text), start=1):
            # another vtysh, another text, and the first again: it was not the last
            for _ in range(2):
                other = two_routers.driver("r1")
                other.open()
                other.load_replace_candidate(config=config)
                other.close()
            assert checks(r1) == times
        for _ in range(2):
            with pytest.raises(ReplaceConfigException, match="perhaps"):
                router.load_replace_candidate(config=wrong)
        assert checks(r1) == 5
    finally:
        r1.run("rm -f /usr/sbin/vtysh /run/checks")


# -- a VRF with another table, a VLAN that is another ----------------------------------------------


def renumbered(text: str) -> str:
    """Another number of the VRF: its table and its route distinguisher."""
    return text.replace("vrf-table 1001", "vrf-table 1077").replace(
        "10.255.0.1:101", "10.255.0.1:1077"
    )


def tables(r1: Beside) -> dict[str, int]:
    return {
        link["ifname"]: link["linkinfo"]["info_data"]["table"]
        for link in r1.links()
        if link.get("linkinfo", {}).get("info_kind") == "vrf"
    }


def holds(r1: Beside, table: int) -> None:
    """The VRF has this table, its port is in it and up, and what comes for it with a label, too."""
    assert tables(r1)["i-party"] == table
    port = next(link for link in r1.links() if link["ifname"] == "eth1.101")
    assert port["master"] == "i-party"
    assert "UP" in port["flags"]
    assert "10.64.0.1/30" in r1.addresses_of("eth1.101")
    if isinstance(r1, BesideReal):
        labels = r1.run("for i in 1 2 3 4 5 6; do sleep 0.5; ip -f mpls route; done")
        assert "dev i-party" in labels


def test_a_vrf_gets_another_table_and_gets_it_back(
    router: FRRDriver, two_routers: TwoRouters, r1: Beside
) -> None:
    text = with_vrf(two_routers.day0("r1"))
    router.load_replace_candidate(config=text)
    router.commit_config()
    before = r1.everything()
    router.load_replace_candidate(config=renumbered(text))
    router.commit_config(revert_in=120)
    holds(r1, 1077)
    router.rollback()
    holds(r1, 1001)
    assert r1.everything() == before
    router.load_replace_candidate(config=renumbered(text))
    router.commit_config()
    assert router.compare_config() == ""
    holds(r1, 1077)
    router.rollback()
    holds(r1, 1001)
    assert r1.everything() == before


@pytest.mark.parametrize("moment", ["linux", "provide"])
def test_killed_in_the_middle_of_it_it_goes_back(
    router: FRRDriver, two_routers: TwoRouters, r1: Beside, moment: str
) -> None:
    text = with_vrf(two_routers.day0("r1"))
    router.load_replace_candidate(config=text)
    router.commit_config()
    before = r1.everything()
    router.load_replace_candidate(config=renumbered(text))
    change = new_id(f"table-{moment}")
    with r1.stalled(moment):
        kill_when_stalled(r1, change, commit_as(router, change))
    assert tables(r1)["i-party"] == 1077
    if moment == "linux":  # a start reads the new table and FRR's old text
        r1.restart_since(change)
        assert router.commit_state(change).state is CommitStage.UNDONE
    else:
        assert router.roll_back_change(change).state is CommitStage.UNDONE
    holds(r1, 1001)
    assert r1.everything() == before


def commit_as(router: FRRDriver, change: str) -> Callable[[], None]:
    def commit() -> None:
        router.commit_as(change)
        router.commit_config(revert_in=120)

    return commit


def test_a_vrf_or_vlan_that_somebody_made_otherwise_is_made_again(
    router: FRRDriver, two_routers: TwoRouters, r1: Beside
) -> None:
    text = with_vrf(two_routers.day0("r1"))
    router.load_replace_candidate(config=text)
    router.commit_config()
    r1.delete_link("i-party")
    r1.delete_link("eth1.101")
    r1.run("ip link add link eth1 name eth1.101 type vlan id 102")
    router.load_replace_candidate(config=text)
    shown = router.compare_config()
    assert "i-party: is missing" in shown
    assert "eth1.101: is not VLAN 101 on eth1" in shown
    router.commit_config()
    assert router.compare_config() == ""
    holds(r1, 1001)


@pytest.mark.real_only("an emulated router gives a VRF no table that another has")
def test_a_failing_ifreload_names_the_line(
    router: FRRDriver, two_routers: TwoRouters, r1: Beside
) -> None:
    text = two_routers.day0("r1")
    before = r1.everything()
    wrong = text.replace(
        "# ports.conf --", "\nauto eth1.7\niface eth1.7\n    vrf lo\n# ports.conf --"
    )
    number = wrong.splitlines().index("iface eth1.7") + 1
    router.load_replace_candidate(config=wrong)
    with pytest.raises(
        CommitUndone, match=rf"ifreload failed: eth1\.7: .*\(line {number}: 'iface eth1\.7'\)"
    ):
        router.commit_config()
    assert r1.everything() == before

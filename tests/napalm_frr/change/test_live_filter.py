"""A packet filter is a part of a commit: applied whole, confirmed, taken back like the others."""

from __future__ import annotations

import threading
import time

import pytest
from napalm.base.exceptions import ConnectionException, ReplaceConfigException

from napalm_frr import CommitStage, FRRDriver
from napalm_frr.errors import CommitUndone, SessionLostInCommit
from tests.napalm_frr.beside import Beside
from tests.napalm_frr.conftest import TwoRouters

FILTER = """\
table inet egovnet {
	chain local {
		type filter hook input priority filter; policy drop;
		iifname vmap { "lo" : accept, "mgmt" : accept }
		iifname "eth1" tcp dport 179 accept comment "peers"
	}

	chain forward {
		type filter hook forward priority filter; policy drop;
		iifname "eth1" ip saddr 10.0.0.0/8 tcp dport { 443, 8443 } ct direction original ct state established,new accept
	}
}
"""  # noqa: E501 -- as nft prints it
OTHER = FILTER.replace("8443", "8080")
LISTED = "nft -s list ruleset"
PREFIXES = "ip prefix-list ANY seq 5 permit any\n!\n"


def with_filter(text: str, ruleset: str, frr: str = "") -> str:
    """A whole text with a packet filter, and with more lines of FRR."""
    head, mark, own = text.partition("frr version")
    part = f"# nftables.conf --\n{ruleset}" if ruleset else ""
    return f"{head}{part}{mark}{own}{frr}"


def push(router: FRRDriver, text: str) -> None:
    router.load_replace_candidate(config=text)
    router.commit_config()


@pytest.fixture
def day0(two_routers: TwoRouters) -> str:
    return two_routers.day0("r1")


def test_a_filter_comes_changes_and_goes(router: FRRDriver, r1: Beside, day0: str) -> None:
    wanted = with_filter(day0, FILTER)
    router.load_replace_candidate(config=wanted)
    assert "@@ nftables @@" in router.compare_config()
    assert '+   iifname "eth1" tcp dport 179 accept comment "peers"' in router.compare_config()
    router.commit_config()
    assert r1.run(LISTED) == FILTER
    assert FILTER in router.get_config()["running"]
    assert FILTER in router.get_config()["startup"]
    router.load_replace_candidate(config=wanted)
    assert router.compare_config() == ""
    push(router, with_filter(day0, OTHER, PREFIXES))
    assert r1.run(LISTED) == OTHER
    router.rollback()
    assert r1.run(LISTED) == FILTER
    assert FILTER in router.get_config()["startup"]
    push(router, day0)
    assert r1.run(LISTED) == ""
    assert "nftables" not in router.get_config()["running"]
    assert "nftables" not in router.get_config()["startup"].replace("# nftables.conf --\n", "")
    assert r1.leftovers() == ""


def test_a_filter_is_merged_table_by_table(router: FRRDriver, r1: Beside, day0: str) -> None:
    push(router, with_filter(day0, FILTER))
    router.load_merge_candidate(config=f"# nftables.conf --\n{OTHER}")
    router.commit_config()
    assert r1.run(LISTED) == OTHER


def test_what_nft_refuses_changes_nothing(router: FRRDriver, r1: Beside, day0: str) -> None:
    push(router, with_filter(day0, FILTER))
    before = r1.everything()
    wrong = with_filter(day0, FILTER.replace("policy drop;", "polcy drop;", 1), PREFIXES)
    line = wrong.splitlines().index("\t\ttype filter hook input priority filter; polcy drop;") + 1
    with pytest.raises(ReplaceConfigException, match=rf"line {line}: nft does not take it"):
        router.load_replace_candidate(config=wrong)
    assert r1.everything() == before
    assert r1.run(LISTED) == FILTER


def test_a_filter_that_locks_out_is_refused(router: FRRDriver, r1: Beside, day0: str) -> None:
    closed = FILTER.replace(', "mgmt" : accept', "")
    with pytest.raises(ReplaceConfigException, match=r"drops SSH that comes in by 'mgmt'.*'local'"):
        router.load_replace_candidate(config=with_filter(day0, closed))
    assert r1.run(LISTED) == ""


@pytest.mark.real_only("an emulated router filters no packets")
def test_a_router_that_is_locked_out_goes_back(
    two_routers: TwoRouters, router: FRRDriver, r1: Beside, day0: str
) -> None:
    push(router, with_filter(day0, FILTER))
    closed = FILTER.replace(', "mgmt" : accept', "")
    bold = two_routers.driver("r1", allow_management_change=True, accept_seconds=4, timeout=8)
    bold.open()
    bold.load_replace_candidate(config=with_filter(day0, closed))
    with pytest.raises((SessionLostInCommit, CommitUndone, ConnectionException)):
        bold.commit_config()
    bold.close()
    r1.wait_for("undone")
    assert r1.run(LISTED) == FILTER


def test_the_timer_brings_the_old_filter_back(router: FRRDriver, r1: Beside, day0: str) -> None:
    push(router, with_filter(day0, FILTER))
    router.load_replace_candidate(config=with_filter(day0, OTHER, PREFIXES))
    router.commit_config(revert_in=2)
    assert r1.run(LISTED) == OTHER
    assert OTHER not in router.get_config()["startup"]
    r1.wait_for("undone")
    assert r1.run(LISTED) == FILTER
    assert "ANY" not in r1.running()


@pytest.mark.parametrize("at", ["provide", "permanent"])
def test_a_killed_commit_lets_through_what_both_do(
    at: str, two_routers: TwoRouters, router: FRRDriver, r1: Beside, day0: str
) -> None:
    push(router, with_filter(day0, FILTER))
    change = f"killed-{at}-{time.time_ns()}"
    renamed = day0.replace("r1\n", "r1-new\n")  # a start-up file more
    wanted = with_filter(renamed, OTHER, PREFIXES)
    with r1.stalled(at):
        other = two_routers.driver("r1", timeout=30)
        other.open()
        other.commit_as(change)
        other.load_replace_candidate(config=wanted)

        def commit() -> None:
            with pytest.raises(Exception):  # noqa: B017 -- however it ends
                other.commit_config()

        doing = threading.Thread(target=commit)
        doing.start()
        r1.wait_stalled(change)
        r1.kill_commit(change)
        listed = r1.run(LISTED)
        if at == "provide":
            assert listed == FILTER + OTHER.replace("inet egovnet", "inet egovnet-next")
        doing.join(60)
        other.close()
    state = router.roll_back_change(change)
    confirmed = state.state is CommitStage.CONFIRMED
    assert r1.run(LISTED) == (OTHER if confirmed else FILTER)
    startup = router.get_config()["startup"]
    assert (OTHER in startup, FILTER in startup) == (confirmed, not confirmed)


@pytest.mark.real_only("what an emulated router filters, nobody changes by hand")
def test_a_table_of_nobodys_is_shown_and_goes(router: FRRDriver, r1: Beside, day0: str) -> None:
    push(router, with_filter(day0, FILTER))
    r1.run(
        "nft add table inet mine;"
        " nft 'add chain inet mine c { type filter hook output priority 0; }'"
    )
    router.load_replace_candidate(config=with_filter(day0, FILTER))
    assert "- table inet mine" in router.compare_config()
    router.commit_config()
    assert r1.run(LISTED) == FILTER


@pytest.mark.real_only("an emulated router puts nothing into a set")
def test_what_packets_leave_in_a_set_is_no_change(router: FRRDriver, r1: Beside, day0: str) -> None:
    seen = (
        "\tset seen {\n\t\ttype ipv4_addr\n\t\tsize 65535\n\t\tflags dynamic,timeout\n"
        "\t\ttimeout 1h\n\t}\n\n"
    )
    recording = FILTER.replace("{\n", "{\n" + seen, 1)
    push(router, with_filter(day0, recording))
    r1.run("nft add element inet egovnet seen '{ 10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4 }'")
    assert "10.0.0.3" in r1.run(LISTED)
    router.load_replace_candidate(config=with_filter(day0, recording))
    assert router.compare_config() == ""
    assert recording in router.get_config()["running"]
    # another filter goes on with it, and so does the one that comes back
    push(router, with_filter(day0, recording.replace("8443", "8080"), PREFIXES))
    assert "10.0.0.3" in r1.run(LISTED)
    router.rollback()
    assert "10.0.0.3" in r1.run(LISTED)
    assert recording in router.get_config()["running"]
    push(router, with_filter(day0, FILTER))
    assert r1.run(LISTED) == FILTER

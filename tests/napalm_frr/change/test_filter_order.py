"""What passes while a change is under way, wherever its process is killed: what both filters pass.

The real agent on this machine; see `agent_host`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from napalm.base.exceptions import CommandErrorException, CommitError, ReplaceConfigException

from napalm_frr import CommitStage, FRRDriver
from napalm_frr.text.device_text import FILTER_MARK
from tests.hypothesis_profiles import examples
from tests.napalm_frr.change.agent_host import (
    BOTH_FILTERS,
    CHANGED,
    FILTER,
    OTHER_FILTER,
    AgentHost,
)
from tests.napalm_frr.change.test_full_disk import MOMENTS


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgentHost]:
    host = AgentHost(tmp_path_factory.mktemp("filter") / "host")
    yield host
    host.close()


@pytest.fixture(scope="module")
def driver(host: AgentHost) -> FRRDriver:
    return host.driver()


def rest_of(runs: str) -> str:
    """What runs beside the filter."""
    return runs.partition("table inet")[0]


@examples(20)
@given(moment=st.integers(1, MOMENTS))
def test_a_filter_opens_only_what_is_there(host: AgentHost, driver: FRRDriver, moment: int) -> None:
    host.reset()
    before, started = host.runs(), host.startup()
    driver.load_replace_candidate(config=CHANGED)
    driver.commit_as("one")
    with host.killed_at(moment), contextlib.suppress(CommandErrorException, CommitError):
        driver.commit_config(revert_in=60)
        driver.confirm_change("one")
    runs = host.runs()
    filtering = runs.removeprefix(rest_of(runs))
    whole = "10.71" in runs and "10.70" not in runs and "i-x" in runs
    assert filtering in (FILTER, OTHER_FILTER, BOTH_FILTERS)
    if filtering == FILTER:
        assert rest_of(runs) == rest_of(before)
    elif filtering == OTHER_FILTER:
        assert whole
    state = driver.commit_state("one").state
    if state is CommitStage.CONFIRMED:
        assert whole
        assert OTHER_FILTER in host.startup()
        return
    if state is CommitStage.APPLIED:  # it waits for its verdict, and would for half a minute
        driver.roll_back_change("one")
    elif state is not CommitStage.NONE:
        assert driver.roll_back_change("one").state is CommitStage.UNDONE
    assert (host.runs(), host.startup()) == (before, started)


def test_a_router_without_nft_takes_what_needs_none(host: AgentHost) -> None:
    host.reset()
    driver = host.driver()
    host.sh("mv /usr/sbin/nft /mnt/nft-away; rm -f /mnt/nft")
    try:
        with pytest.raises(ReplaceConfigException, match="it has no nft, which filters packets"):
            driver.load_replace_candidate(config=CHANGED)
        driver.load_replace_candidate(config=CHANGED.replace(f"{FILTER_MARK}\n{OTHER_FILTER}", ""))
        driver.commit_config()
        assert "10.71" in host.sh("cat /mnt/frr")
    finally:
        host.sh("mv /mnt/nft-away /usr/sbin/nft; touch /mnt/nft")


def test_a_filter_alone_changes_at_once(host: AgentHost, driver: FRRDriver) -> None:
    host.reset()
    alone = CHANGED.replace("10.71", "10.70").replace("    vrf-table 1001\n", "")
    alone = alone.replace("\nauto i-x\niface i-x\n", "")
    driver.load_replace_candidate(config=alone)
    driver.commit_config(revert_in=60)
    assert "filter-both" not in [step.name for step in driver.last_commit_steps]
    assert OTHER_FILTER in host.runs()
    driver.rollback()
    assert FILTER in host.runs()

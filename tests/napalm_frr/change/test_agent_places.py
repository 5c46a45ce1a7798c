"""Links in the places where the agent reads and writes as root are not followed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from napalm_frr import CommitStage, FRRDriver
from napalm_frr.errors import AgentRefusal
from tests.napalm_frr.change.agent_host import CHANGED, AgentHost


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgentHost]:
    host = AgentHost(tmp_path_factory.mktemp("agent") / "host")
    yield host
    host.close()


@pytest.fixture
def driver(host: AgentHost) -> FRRDriver:
    host.reset()
    return host.driver()


def commit(driver: FRRDriver) -> None:
    driver.load_replace_candidate(config=CHANGED)
    driver.commit_as("one")
    driver.commit_config(revert_in=60)


@pytest.mark.parametrize("file", ["/etc/frr/frr.conf", "/etc/network/interfaces", "/etc/hostname"])
def test_a_start_up_file_that_is_a_link(host: AgentHost, driver: FRRDriver, file: str) -> None:
    host.sh(f"mv {file} /mnt/kept; ln -s /mnt/kept {file}; echo of-root >/mnt/shadow")
    before = host.runs()
    with pytest.raises(AgentRefusal, match=f"{file} is a link"):
        commit(driver)
    with pytest.raises(AgentRefusal, match=f"{file} is a link"):
        driver.get_config("startup")
    assert host.runs() == before
    assert driver.commit_state("one").state == CommitStage.NONE
    host.sh(f"mv /mnt/kept {file}")
    commit(driver)
    driver.roll_back_change("one")


def test_its_own_directory_that_is_a_link(host: AgentHost, driver: FRRDriver) -> None:
    host.sh("mkdir -p /mnt/elsewhere; ln -s /mnt/elsewhere /run/egovnet")
    with pytest.raises(AgentRefusal, match="/run/egovnet is a link, or not root's"):
        driver.running_text()
    assert host.sh("ls /mnt/elsewhere") == ""


@pytest.mark.parametrize("link", ["/etc/frr/frr.conf.egovnet", "/etc/frr/.probe", "/etc/frr/.room"])
def test_a_link_by_the_name_of_what_it_writes(
    host: AgentHost, driver: FRRDriver, link: str
) -> None:
    host.sh(f"echo of-root >/mnt/shadow; ln -s /mnt/shadow {link}")
    commit(driver)
    driver.confirm_change("one")
    assert host.sh("cat /mnt/shadow") == "of-root\n"
    host.sh(f"rm -f {link}")

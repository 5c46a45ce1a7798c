"""What each kind of login does and may: root, least rights, sudo for anything."""

import re

import pytest
from napalm import get_network_driver

from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.playbooks.core.workspace import Workspace
from egovnet.templates.registry import platform
from napalm_frr.change.installation import INSTALLED
from napalm_frr.ssh.session import Completed, Session
from tests.inventories import BACKBONE


@pytest.mark.parametrize(("user", "sudo"), [("root", False), ("egovnet", False), ("egovnet", True)])
def test_each_kind_of_login_commits(routers: EmulatedRouters, user: str, *, sudo: bool) -> None:
    options = routers.optional_args("r1") | {"sudo": sudo}
    driver = get_network_driver("frr")(routers.addresses["r1"][0], user, "", 60, options)
    driver.open()
    try:
        driver.load_merge_candidate(config="ip route 10.77.0.0/16 Null0\n")
        driver.commit_config(revert_in=60)
        driver.confirm_commit()
        against = driver.read_against(driver.running_text, then="hostname")
        assert against.rest.strip() == "r1"
        assert not against.changes
        driver.rollback()
    finally:
        driver.close()


#: NAPALM's getters; what each asks is FRR's and Linux' to tell to the account's groups.
GETTERS = (
    "get_facts",
    "get_interfaces",
    "get_interfaces_ip",
    "get_interfaces_counters",
    "get_vlans",
    "get_arp_table",
    "get_ipv6_neighbors_table",
    "get_bgp_neighbors",
    "get_bgp_neighbors_detail",
    "get_network_instances",
    "get_route_to",
    "get_environment",
    "get_users",
)


def test_state_is_read_without_root(
    routers: EmulatedRouters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the groups of FRR and Linux; of the configuration a packet filter is root's to list."""
    asked: list[str] = []
    run = Session.run

    def noted(self: Session, command: str, **how: object) -> Completed:
        asked.append(command)
        return run(self, command, **how)  # type: ignore[arg-type] # as it was given

    monkeypatch.setattr(Session, "run", noted)
    options = routers.optional_args("r1")
    driver = get_network_driver("frr")(routers.addresses["r1"][0], "egovnet", "", 60, options)
    driver.open()
    try:
        for getter in GETTERS:
            getattr(driver, getter)()
        device = Workspace(BACKBONE).devices["bj-pe1"]
        driver.run_script(platform("frr").state_script(device))
        driver.cli(["show version"])
        assert len(asked) > len(GETTERS)
        assert not [command for command in asked if "sudo -n" in command or INSTALLED in command]
        asked.clear()
        driver.get_config()
        words = {word for command in asked for word in re.findall(r"sudo -n (\S+ \w+)", command)}
        assert words == {f"{INSTALLED} read", f"{INSTALLED} startup"}
    finally:
        driver.close()

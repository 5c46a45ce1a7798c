"""A commit by each kind of login: root, least rights, sudo for anything."""

import pytest
from napalm import get_network_driver

from egovnet.lab.emulated.process import EmulatedRouters


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

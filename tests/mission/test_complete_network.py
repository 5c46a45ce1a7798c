"""One network with all that issue by issue was built: `egovnet init --like complete`.

Its packets: tests/playbooks/test_gateways_live.py.
"""

from pathlib import Path

import pytest

from egovnet.inventory.access_classes import classes_of
from egovnet.inventory.load import load
from egovnet.inventory.model import ExtranetPart, Filtering, Network, Role
from egovnet.inventory.model.access_classes import AccessClass
from egovnet.inventory.overlapping_plans import Plans
from egovnet.playbooks.verbs.init import EXAMPLES
from tests.mission.texts import change, proved, rendered
from tests.playbooks.console import egovnet


@pytest.fixture(scope="module")
def network() -> Network:
    return load(EXAMPLES["complete"])


def test_it_holds_every_part(network: Network) -> None:
    roles = [role for router in network.routers.values() for role in router.roles]
    assert roles.count(Role.FIREWALL) == roles.count(Role.GATEWAY) == 2
    assert {vpn.part for vpn in network.vpns.values()} == {None, *ExtranetPart}
    assert {vpn.filtering for vpn in network.vpns.values()} == {*Filtering}
    found = {one for site in network.sites.values() for _, _, one in classes_of(site)}
    assert found == {*AccessClass}
    assert network.exchanges and network.applications
    plans = Plans(network)
    assert plans.overlap("health", "customs") and plans.overlap("party", "customs")


def test_it_is_valid_without_warnings_and_proved(tmp_path: Path) -> None:
    inventory = tmp_path / "net"
    assert egovnet("init", "--like", "complete", inventory, state=tmp_path).code == 0
    checked = egovnet("validate", "--json", "--inventory", inventory, state=tmp_path).json
    assert checked["valid"] and checked["warnings"] == []
    configs = rendered(inventory, tmp_path / "configs", tmp_path)
    assert proved(inventory, tmp_path, "--configs", configs).json["proved"] is True

    # what a platform lets through never goes on by a gateway
    change(configs / "bj-fw1.cfg", lambda text: text + "ip route 0.0.0.0/0 10.200.0.29\n")
    leak = proved(inventory, tmp_path, "--configs", configs)
    assert leak.json["proved"] is False

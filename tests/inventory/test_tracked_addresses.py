"""Where connections are tracked an address is of one VPN: filtering PEs, firewalls, gateways."""

from itertools import combinations
from pathlib import Path

import pytest

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.errors import InventoryError
from egovnet.inventory.load import load
from egovnet.inventory.with_access_classes import with_access_classes
from egovnet.inventory.with_platform import with_platform
from egovnet.templates.intend.build_devices import intend
from tests.extranet_network import extranet_network
from tests.isolation.mutants.reference import PLATFORM_DAY
from tests.platform_network import platform_network
from tests.playbooks.console import edit


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two departments with the same prefixes, the platform and a gateway."""
    return extranet_network(tmp_path_factory.mktemp("tracked") / "network", platform_network)


def test_no_firewall_or_gateway_meets_an_address_twice(root: Path) -> None:
    network = with_platform(with_access_classes(load(root)), PLATFORM_DAY)
    devices = intend(network, allocate(network))
    tracking = {name for name, device in devices.items() if device.firewall is not None}
    assert {"bj-fw1", "sh-fw1", "bj-gw1"} <= tracking
    for name in tracking:
        vpns = {
            site.vpn for site in network.sites.values() if name in site.site_network_accesses
        }  # a derived site's access has the name of the firewall or gateway
        assert vpns
        held = {
            vpn: [p for s in network.written_sites.values() if s.vpn == vpn for p in s.prefixes]
            for vpn in vpns
        }
        for one, other in combinations(held, 2):
            for mine in held[one]:
                for its in held[other]:
                    assert mine.version != its.version or not mine.overlaps(its), (name, one, other)


@pytest.mark.parametrize("filtering", ["observed", "enforced"])
def test_a_pe_that_filters_meets_no_address_twice(
    root: Path, tmp_path: Path, filtering: str
) -> None:
    other = extranet_network(tmp_path / "network", platform_network)
    edit(other / "vpns.yaml", "owner: health\n", f"owner: health\n  filtering: {filtering}\n")
    with pytest.raises(InventoryError, match="sc-pe1 tracks connections of VPNs health") as raised:
        load(other)
    assert len(raised.value.problems) == 1
    # without the access that they share a PE by
    sites = other / "sites" / "extranet.yaml"
    text = sites.read_text(encoding="utf-8")
    begin = text.index("health-sichuan:")
    sites.write_text(text[:begin] + text[text.index("customs-shanghai:") :], encoding="utf-8")
    load(other)

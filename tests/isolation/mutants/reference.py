"""The reference network as a ground for mutants, and with an interconnection platform."""

from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.allocation.lock_file import read_lock
from egovnet.inventory.load import load
from egovnet.inventory.model import Application, Filtering
from egovnet.inventory.with_platform import with_platform
from tests.inventories import BACKBONE
from tests.isolation.mutants.ground import Ground
from tests.platform_network import platform_network

#: A day on which its exchanges are in force.
PLATFORM_DAY = date(2026, 11, 29)
_DOCUMENTS = {
    "name": "Documents",
    "owner": "party",
    "vpn": "party",
    "level": 2,
    "servers": ["10.1.10.16/28", "fde9:1:10::10/124"],
    "protocol": "tcp",
    "ports": [443, "8000-8010"],
}


@cache
def reference() -> Ground:
    """The reference network's backbone, planned and rendered."""
    network = load(BACKBONE)
    return Ground(network, allocate(network, read_lock(BACKBONE)))


@cache
def platform() -> Ground:
    """The reference network with an interconnection platform, on a day of its exchanges.

    The party's VPN is enforced, and has an application.
    """
    with TemporaryDirectory() as directory:
        written = load(platform_network(Path(directory) / "network"))
    party = written.vpns["party"].model_copy(update={"filtering": Filtering.ENFORCED})
    changes = {
        "vpns": {**written.vpns, "party": party},
        "applications": {"documents": Application.model_validate(_DOCUMENTS)},
    }
    written = written.model_copy(update=changes)
    network = with_platform(written, PLATFORM_DAY)
    return Ground(network, allocate(network))

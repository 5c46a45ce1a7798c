"""The reference network as a ground for mutants, and with an interconnection platform."""

from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import egovnet.inventory.reference
from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.allocation.lock_file import read_lock
from egovnet.inventory.load import load
from egovnet.inventory.with_platform import with_platform
from tests.isolation.mutants.ground import Ground
from tests.platform_network import platform_network

#: A day on which its exchanges are in force.
PLATFORM_DAY = date(2026, 11, 29)
REFERENCE = Path(egovnet.inventory.reference.__path__[0])


@cache
def reference() -> Ground:
    """The reference network, planned and rendered."""
    network = load(REFERENCE)
    return Ground(network, allocate(network, read_lock(REFERENCE)))


@cache
def platform() -> Ground:
    """The reference network with an interconnection platform, on a day of its exchanges."""
    with TemporaryDirectory() as directory:
        written = load(platform_network(Path(directory) / "network"))
    network = with_platform(written, PLATFORM_DAY)
    return Ground(network, allocate(network))

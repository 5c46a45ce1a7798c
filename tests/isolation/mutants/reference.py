"""The reference network as a ground for mutants."""

from functools import cache
from pathlib import Path

import egovnet.inventory.reference
from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.allocation.lock_file import read_lock
from egovnet.inventory.load import load
from tests.isolation.mutants.ground import Ground

REFERENCE = Path(egovnet.inventory.reference.__path__[0])


@cache
def reference() -> Ground:
    """The reference network, planned and rendered."""
    network = load(REFERENCE)
    return Ground(network, allocate(network, read_lock(REFERENCE)))

"""The reference network as a ground for mutants."""

from functools import cache
from pathlib import Path

import inventory.reference
from inventory.allocation import allocate
from inventory.loader import load
from inventory.lock_file import read_lock
from tests.isolation.mutants.ground import Ground

REFERENCE = Path(inventory.reference.__path__[0])


@cache
def reference() -> Ground:
    """The reference network, planned and rendered."""
    network = load(REFERENCE)
    return Ground(network, allocate(network, read_lock(REFERENCE)))

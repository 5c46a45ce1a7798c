"""Inventories of the tests' own.

`BACKBONE` is the reference network as its backbone carries it: the same files without the
interconnection platform, so without firewalls, exchanges and the day that those are of. Tests of
other matters take it, as each router of a lab costs seconds.
"""

from pathlib import Path

BACKBONE = Path(__file__).with_name("backbone")

"""Entries of the inventory by the names that a person gives."""

from collections.abc import Collection

from egovnet.inventory.model.shown import listed, nearest
from egovnet.inventory.model.transport import PortRanges
from egovnet.playbooks.core.selection import UsageError


def require_entry(kind: str, name: str, known: Collection[str]) -> None:
    """Refuse a name that the inventory has no entry of.

    Raises:
        UsageError: says what was probably meant, or what there is.
    """
    if name not in known:
        near = nearest(name, known)
        there = f"; it has {listed(known)}" if known else ", which has none"
        meant = f"; did you mean {near}?" if near else there
        raise UsageError(f"no {kind} {name} in the inventory{meant}")


def port_texts(ranges: PortRanges) -> tuple[str, ...]:
    """Ports as a register has them, such as "443" and "8000-8010"."""
    return tuple(str(low) if low == high else f"{low}-{high}" for low, high in ranges)

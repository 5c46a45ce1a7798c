"""Entries of a register by the names that a person gives."""

from collections.abc import Collection

from egovnet.inventory.model.shown import nearest
from egovnet.inventory.model.transport import PortRanges
from egovnet.playbooks.core.selection import UsageError


def require_entry(kind: str, name: str, known: Collection[str]) -> None:
    """Refuse a name that the register has no entry of.

    Raises:
        UsageError: says what was probably meant.
    """
    if name not in known:
        near = nearest(name, known)
        meant = f"; did you mean {near}?" if near else ""
        raise UsageError(f"no {kind} {name} in the inventory{meant}")


def port_texts(ranges: PortRanges) -> tuple[str, ...]:
    """Ports as a register has them, such as "443" and "8000-8010"."""
    return tuple(str(low) if low == high else f"{low}-{high}" for low, high in ranges)

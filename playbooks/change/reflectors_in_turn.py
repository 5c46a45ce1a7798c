"""Reflectors that a change makes anew, in turn: which of them wait for the second transaction.

A router has its VPN routes from reflectors alone. Where none of them stays as it is, they are made
anew in two transactions: in the network between, some are as they were and the others as they will
be, so that every router keeps one through each. Pure.
"""

from egovnet.inventory.model import Role
from egovnet.playbooks.change.handovers import Numbered


def waiting_reflectors(former: Numbered, now: Numbered) -> frozenset[str]:
    """Reflectors that are as they were in the network between; none where one transaction does, or
    where two do no better."""
    old, new = _reflectors(former), _reflectors(now)
    both = sorted(old & new)
    moved = [name for name in both if _loopbacks(former, name) != _loopbacks(now, name)]
    gone = sorted(name for name in old - new if name in now.network.routers)
    come = new - old
    if len(moved) < len(both) or not old or not new:
        return frozenset()
    if come:
        # they are there before the others go
        return frozenset((*moved, *gone))
    if gone:
        return frozenset(gone)
    return frozenset(moved[(len(moved) + 1) // 2 :])


def _reflectors(numbered: Numbered) -> set[str]:
    return set(numbered.network.with_role(Role.RR))


def _loopbacks(numbered: Numbered, name: str) -> tuple[object, object]:
    """All that a session with it, and its own identity, is made of."""
    allocation = numbered.allocation
    return allocation.loopback4.get(name), allocation.loopback6.get(name)

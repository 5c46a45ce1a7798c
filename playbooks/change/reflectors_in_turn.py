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
    both = old & new
    moved = {name for name in both if _loopbacks(former, name) != _loopbacks(now, name)}
    gone = {name for name in old - new if name in now.network.routers}
    if moved != both or not old or not new:
        return frozenset()
    groups = _groups(former, now, moved | gone)
    if new - old:
        # they are there before the others go
        return frozenset().union(*groups)
    if gone:
        return frozenset().union(*(group for group in groups if group <= gone))
    waiting: frozenset[str] = frozenset()
    for group in groups:
        if len(waiting | group) <= max(len(moved) // 2, len(group)) and waiting | group != moved:
            waiting |= group
    return waiting


def _groups(former: Numbered, now: Numbered, names: set[str]) -> list[frozenset[str]]:
    """For each that may wait, it and those that must wait with it, as they take its loopbacks; the
    fewest first."""
    holders = {
        address: name
        for name in now.network.routers
        for address in _loopbacks(now, name)
        if address
    }
    found = set()
    for name in names:
        group, asked = {name}, [name]
        while asked:
            for address in filter(None, _loopbacks(former, asked.pop())):
                taker = holders.get(address)
                if taker is not None and taker not in group:
                    group.add(taker)
                    asked.append(taker)
        if group <= names:
            found.add(frozenset(group))
    return sorted(found, key=lambda group: (len(group), sorted(group, reverse=True)))


def _reflectors(numbered: Numbered) -> set[str]:
    return set(numbered.network.with_role(Role.RR))


def _loopbacks(numbered: Numbered, name: str) -> tuple[object, object]:
    """All that a session with it, and its own identity, is made of."""
    allocation = numbered.allocation
    return allocation.loopback4.get(name), allocation.loopback6.get(name)

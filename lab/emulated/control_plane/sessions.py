"""Adjacencies and sessions: what two routers' facts of the backbone make together.

Two routers see each other where they have addresses in one subnet, as there are no cables. A
loopback is reached over IS-IS alone. VPN routes pass over direct sessions and one or two route
reflectors (RFC 4456).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar, cast

from egovnet.lab.emulated.control_plane.facts import Backbone, family_of

_Fact = TypeVar("_Fact")


class Sessions:
    """The sessions of a fleet. What follows from facts is kept until one of them changes."""

    def __init__(self) -> None:
        self.version = 0
        """Grows when a fact changes."""
        self._facts: dict[str, Backbone] = {}
        self._at: dict[str, dict[tuple[str, str], None]] = {}
        """Subnet -> (router, port) with IS-IS."""
        self._ldp_at: dict[str, dict[str, None]] = {}
        self._owners: dict[str, dict[str, None]] = {}
        self._memo: dict[tuple[str, ...], object] = {}
        self._isis_memo: dict[tuple[str, ...], object] = {}
        """What follows from IS-IS alone, which is the whole network's."""

    def replace(self, name: str, facts: Backbone) -> None:
        """Take a router's facts instead of those it had."""
        before = self._facts.get(name)
        if before == facts:
            return
        if before is not None:
            self._index(name, before, add=False)
        self._index(name, facts, add=True)
        self._facts[name] = facts
        self.version += 1
        self._memo.clear()
        if before is None or before.isis != facts.isis:
            self._isis_memo.clear()

    def note(self, addresses: Iterable[str]) -> None:
        """VRFs' sessions with these neighbours changed, of which some may be routers here."""
        if any(address in self._owners for address in addresses):
            self.version += 1

    def facts(self, name: str) -> Backbone:
        """A router's."""
        return self._facts[name]

    def adjacencies(self, name: str) -> list[tuple[str, str, int, str]]:
        """IS-IS neighbours: (port, router, level, family)."""
        key = ("adjacencies", name)
        return self._kept(key, lambda: list(self._adjacencies(name)), self._isis_memo)

    def _adjacencies(self, name: str) -> Iterator[tuple[str, str, int, str]]:
        for port, mine in self._facts[name].isis.items():
            for net in mine.nets:
                for other, its in self._at[net]:
                    theirs = self._facts[other].isis[its]
                    levels = mine.levels & theirs.levels
                    if other != name and levels and mine.hello == theirs.hello:
                        yield port, other, max(levels), family_of(net)

    def ldp_sessions(self, name: str) -> list[tuple[str, str]]:
        """LDP sessions that are operational: (router, family of the transport)."""
        return self._kept(("ldp", name), lambda: list(self._ldp_sessions(name)))

    def ldp_hellos(self, name: str) -> Iterator[tuple[str, str, str]]:
        """LDP's link hellos that come: (port, router, family)."""
        for net, (family, port) in self._facts[name].ldp_nets.items():
            for other in self._ldp_at[net]:
                if other != name:
                    yield port, other, family

    def _ldp_sessions(self, name: str) -> Iterator[tuple[str, str]]:
        mine = self._facts[name]
        heard: dict[str, set[str]] = {}
        for net, (family, _) in mine.ldp_nets.items():
            for other in self._ldp_at[net]:
                if other != name:
                    heard.setdefault(other, set()).add(family)
        for other, families in heard.items():
            its = self._facts[other]
            prefers = mine.ldp_prefers_ipv4 or its.ldp_prefers_ipv4
            family = "ipv6" if "ipv6" in families and not (prefers and "ipv4" in families) else (
                "ipv4")  # fmt: skip
            ends = (mine.ldp_transports.get(family, ""), its.ldp_transports.get(family, ""))
            same = mine.ldp_passwords.get(its.ldp_id) == its.ldp_passwords.get(mine.ldp_id)
            if same and all(ends) and self._reach(name, ends[0], other, ends[1]):
                yield other, family

    def session(self, name: str, address: str) -> tuple[str, frozenset[str]] | None:
        """The router that a session of the default VRF is established with, and its families."""
        return self._kept(("session", name, address), lambda: self._session(name, address))

    def _session(self, name: str, address: str) -> tuple[str, frozenset[str]] | None:
        mine = self._facts[name]
        peer = mine.peers[address]
        for other in () if peer.shutdown else self._owners.get(address, ()):
            its = self._facts[other]
            for source in mine.sources(address):
                back = its.peers.get(source)
                if other == name or back is None or back.shutdown:
                    continue
                families = peer.families & back.families
                if (
                    families
                    and address in its.sources(source)
                    and not (address in mine.broken or source in its.broken)
                    and peer.password == back.password
                    and _is_number(peer.remote_as, its.asn, mine.asn)
                    and _is_number(back.remote_as, mine.asn, its.asn)
                    and self._reach(name, source, other, address)
                ):
                    return other, families
        return None

    def carries(self, source: str, to: str, family: str) -> bool:
        """Whether VPN routes of one router reach another; itself always."""
        if source == to:
            return True
        pair = ("carries", source, to, family)
        return bool(self._kept(pair, lambda: self._passes(source, to, f"{family} vpn")))

    def _passes(self, source: str, to: str, family: str) -> bool:
        ours, theirs = self._mates(source, family), self._mates(to, family)
        if to in ours:
            return True
        for first, from_client in ours.items():
            if self._reflects(first, family):
                for last, to_client in theirs.items():
                    if first == last and (from_client or to_client):
                        return True
                    between = last in self._mates(first, family) and self._reflects(last, family)
                    if from_client and to_client and between:
                        return True
        return False

    def _mates(self, name: str, family: str) -> dict[str, bool]:
        """Routers with an established session of a family -> whether we are their client in it."""
        return self._kept(("mates", name, family), lambda: dict(self._find_mates(name, family)))

    def _find_mates(self, name: str, family: str) -> Iterator[tuple[str, bool]]:
        mine = self._facts[name]
        for address, peer in mine.peers.items():
            if family in peer.families:
                up = self.session(name, address)
                if up and family in up[1]:
                    its = self._facts[up[0]].peers
                    yield up[0], any(family in its[source].clients
                                     for source in mine.sources(address)
                                     if source in its)  # fmt: skip

    def _reflects(self, name: str, family: str) -> bool:
        peers = self._facts[name].peers
        key = ("reflects", name, family)
        return bool(self._kept(key, lambda: any(family in p.clients for p in peers.values())))

    def _reach(self, one: str, source: str, other: str, address: str) -> bool:
        """Whether packets flow between two addresses: over one link, or IS-IS."""
        mine, its = self._facts[one], self._facts[other]
        link = mine.address_of.get(source)
        if link is not None and link.covers(address):
            return True
        family = family_of(address)
        parts = self._kept(("parts", family), lambda: self._parts(family), self._isis_memo)
        return (
            source in mine.in_isis and address in its.in_isis and bool(parts[one] == parts[other])
        )

    def _parts(self, family: str) -> dict[str, str]:
        """Router -> the first of those that IS-IS connects it with."""
        found: dict[str, str] = {}
        for first in self._facts:
            if first in found:
                continue
            found[first] = first
            queue = deque((first,))
            while queue:
                for _, other, _, its in self.adjacencies(queue.popleft()):
                    if its == family and other not in found:
                        found[other] = first
                        queue.append(other)
        return found

    def _kept(
        self,
        key: tuple[str, ...],
        make: Callable[[], _Fact],
        memo: dict[tuple[str, ...], object] | None = None,
    ) -> _Fact:
        memo = self._memo if memo is None else memo
        if key not in memo:
            memo[key] = make()
        return cast("_Fact", memo[key])

    def _index(self, name: str, facts: Backbone, *, add: bool) -> None:
        for port, isis in facts.isis.items():
            for net in isis.nets:
                _put(self._at.setdefault(net, {}), (name, port), add=add)
        for net in facts.ldp_nets:
            _put(self._ldp_at.setdefault(net, {}), name, add=add)
        for address in facts.addresses:
            _put(self._owners.setdefault(address.host, {}), name, add=add)


def _put(index: dict[Any, None], key: object, *, add: bool) -> None:
    if add:
        index[key] = None
    else:
        index.pop(key, None)


def _is_number(remote_as: str, number: str, own: str) -> bool:
    """Whether `remote-as` names the other side's AS."""
    if remote_as in ("internal", "external"):
        return (number == own) == (remote_as == "internal")
    return remote_as == number

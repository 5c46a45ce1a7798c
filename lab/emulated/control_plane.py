"""The control plane that the emulated routers of a fleet make together.

Nothing is sent: adjacencies, sessions and routes follow from the facts of both ends. Facts of a
router are read again when it changed; what follows from them is worked out when it is asked for,
and kept until a fact that it rests on is another.

The rules: two routers see each other where they have addresses in one subnet, as there are no
cables. A loopback is reached over IS-IS alone, and VPN routes pass over direct sessions and one or
two route reflectors (RFC 4456, RFC 4364). Not emulated: metrics, best paths of the default VRF,
maximum-prefix, route-maps of a VPN.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, cast

from lab.emulated.control_facts import Backbone, addresses_by_vrf, family_of, read_backbone
from lab.emulated.control_tables import Exports, Tables, read_tables
from lab.emulated.router import Router

_LONG = 4096
_Fact = TypeVar("_Fact")


@dataclass
class _Known:
    backbone: Backbone
    tables: Tables
    version: int = 0


class ControlPlane:
    """What the routers of a fleet know of each other; none may be made in two fleets."""

    def __init__(self, routers: Iterable[Router]) -> None:
        self._routers = {router.name: router for router in routers}
        self._changed = dict.fromkeys(self._routers)
        self._known: dict[str, _Known] = {}
        self._backbone = 0
        """Grows when a fact of the backbone changes anywhere."""
        self._at: dict[str, dict[tuple[str, str], None]] = {}
        """Subnet -> (router, port) with IS-IS."""
        self._ldp_at: dict[str, dict[str, None]] = {}
        self._owners: dict[str, dict[str, None]] = {}
        self._exporters: dict[tuple[str, str], dict[tuple[str, str], Exports]] = {}
        """(family, target) -> (router, VRF) -> what it exports."""
        self._moved: dict[tuple[str, str], int] = {}
        """(family, target) -> how often its routes changed."""
        self._memo: dict[tuple[str, ...], object] = {}
        self._isis_memo: dict[tuple[str, ...], object] = {}
        """What follows from IS-IS alone, which is the whole network's."""
        self._answers: dict[tuple[str, str], tuple[tuple[int, ...], str | bytes]] = {}
        for name, router in self._routers.items():
            router.control_plane = self
            router.on_change.append(partial(self._changed.setdefault, name))

    def settle(self) -> None:
        """Read what changed since the last time."""
        if not self._changed:
            return
        for name in list(self._changed):
            router = self._routers[name]
            # without power it is not there for the others
            addresses = addresses_by_vrf(router) if router.powered else {}
            backbone = read_backbone(router, tuple(addresses.get("default", ())))
            tables = read_tables(router, addresses) if router.powered else Tables({}, {}, {})
            before = self._known.get(name)
            if before is None or before.backbone != backbone:
                if before is not None:
                    self._index(name, before.backbone, add=False)
                self._index(name, backbone, add=True)
                self._backbone += 1
                self._memo.clear()
                if before is None or before.backbone.isis != backbone.isis:
                    self._isis_memo.clear()
            if before is None or before.tables != tables:
                self._index_exports(name, before.tables if before else None, tables)
            same = before is not None and (before.backbone, before.tables) == (backbone, tables)
            if before is None or not same:
                version = before.version + 1 if before else 0
                self._known[name] = _Known(backbone, tables, version)
            del self._changed[name]

    def answer(self, router: Router, question: str, make: Callable[[], str]) -> str:
        """``make()``, or what it said last time while nothing it rests on changed."""
        self.settle()
        known = self._known[router.name]
        key = (self._backbone, known.version, self._imported(known.tables))
        kept = self._answers.get((router.name, question))
        if kept is not None and kept[0] == key:
            return kept[1] if isinstance(kept[1], str) else zlib.decompress(kept[1]).decode()
        text = make()
        # thousands of routers keep theirs, and routes are much alike
        stored = text if len(text) < _LONG else zlib.compress(text.encode(), 1)
        self._answers[router.name, question] = (key, stored)
        return text

    def backbone(self, name: str) -> Backbone:
        """A router's facts."""
        self.settle()
        return self._known[name].backbone

    def tables(self, name: str) -> Tables:
        """What a router has in its VRFs of itself."""
        self.settle()
        return self._known[name].tables

    def hostname(self, name: str) -> str:
        """What a router calls itself."""
        return self._routers[name].hostname

    def adjacencies(self, name: str) -> list[tuple[str, str, int, str]]:
        """IS-IS neighbours: (port, router, level, family)."""
        key = ("adjacencies", name)
        return self._kept(key, lambda: list(self._adjacencies(name)), self._isis_memo)

    def _adjacencies(self, name: str) -> Iterator[tuple[str, str, int, str]]:
        for port, mine in self._known[name].backbone.isis.items():
            for net in mine.nets:
                for other, its in self._at[net]:
                    theirs = self._known[other].backbone.isis[its]
                    levels = mine.levels & theirs.levels
                    if other != name and levels and mine.hello == theirs.hello:
                        yield port, other, max(levels), family_of(net)

    def ldp_sessions(self, name: str) -> list[tuple[str, str]]:
        """LDP sessions that are operational: (router, family of the transport)."""
        return self._kept(("ldp", name), lambda: list(self._ldp_sessions(name)))

    def _ldp_sessions(self, name: str) -> Iterator[tuple[str, str]]:
        mine = self._known[name].backbone
        heard: dict[str, set[str]] = {}
        for net, (family, _) in mine.ldp_nets.items():
            for other in self._ldp_at[net]:
                if other != name:
                    heard.setdefault(other, set()).add(family)
        for other, families in heard.items():
            its = self._known[other].backbone
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
        mine = self._known[name].backbone
        peer = mine.peers[address]
        for other in () if peer.shutdown else self._owners.get(address, ()):
            its = self._known[other].backbone
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

    def routes(self, name: str, vrf: str, family: str) -> dict[str, tuple[str, str]]:
        """A table: prefix -> (protocol, next hops as JSON)."""
        self.settle()
        mine = self._known[name].tables
        table = mine.tables[vrf, family]
        found = dict(table.routes)
        for other in table.import_vrfs:
            leaking = mine.tables.get((other, family))
            for prefix in leaking.told if leaking else ():
                found.setdefault(prefix, ("bgp", f'[{{"vrf":"{other}","active":true,"fib":true}}]'))
        for target in sorted(table.imports):
            for (router, its_vrf), exports in self._exporters.get((family, target), {}).items():
                if (router, its_vrf) == (name, vrf) or not self._carries(router, name, family):
                    continue
                hop = self._known[router].backbone.router_id
                where = f'"vrf":"{its_vrf}"' if router == name else f'"ip":"{hop}","vrf":"default"'
                for prefix in exports.prefixes:
                    if prefix not in found:
                        found[prefix] = ("bgp", f'[{{{where},"active":true,"fib":true}}]')
        return found

    def _carries(self, source: str, to: str, family: str) -> bool:
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
        mine = self._known[name].backbone
        for address, peer in mine.peers.items():
            if family in peer.families:
                up = self.session(name, address)
                if up and family in up[1]:
                    its = self._known[up[0]].backbone.peers
                    yield up[0], any(family in its[source].clients
                                     for source in mine.sources(address)
                                     if source in its)  # fmt: skip

    def _reflects(self, name: str, family: str) -> bool:
        peers = self._known[name].backbone.peers
        key = ("reflects", name, family)
        return bool(self._kept(key, lambda: any(family in p.clients for p in peers.values())))

    def _reach(self, one: str, source: str, other: str, address: str) -> bool:
        """Whether packets flow between two addresses: over one link, or IS-IS."""
        mine, its = self._known[one].backbone, self._known[other].backbone
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
        for first in self._known:
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
        self.settle()
        memo = self._memo if memo is None else memo
        if key not in memo:
            memo[key] = make()
        return cast("_Fact", memo[key])

    def _imported(self, tables: Tables) -> int:
        """Grows when a route may have changed that one of the tables imports."""
        moved = self._moved
        return sum(
            moved.get((family, target), 0)
            for (_, family), table in tables.tables.items()
            for target in table.imports
        )

    def _index(self, name: str, facts: Backbone, *, add: bool) -> None:
        for port, isis in facts.isis.items():
            for net in isis.nets:
                _put(self._at.setdefault(net, {}), (name, port), add=add)
        for net in facts.ldp_nets:
            _put(self._ldp_at.setdefault(net, {}), name, add=add)
        for address in facts.addresses:
            _put(self._owners.setdefault(address.host, {}), name, add=add)

    def _index_exports(self, name: str, before: Tables | None, now: Tables) -> None:
        for (vrf, family), table in (before.tables if before else {}).items():
            has = now.tables.get((vrf, family))
            if table.exports is None or (has is not None and has.exports == table.exports):
                continue
            for target in table.exports.targets:
                del self._exporters[family, target][name, vrf]
                self._moved[family, target] = self._moved.get((family, target), 0) + 1
        for (vrf, family), table in now.tables.items():
            had = before.tables.get((vrf, family)) if before else None
            if table.exports is None or (had is not None and had.exports == table.exports):
                continue
            for target in table.exports.targets:
                self._exporters.setdefault((family, target), {})[name, vrf] = table.exports
                self._moved[family, target] = self._moved.get((family, target), 0) + 1


def _put(index: dict[Any, None], key: object, *, add: bool) -> None:
    if add:
        index[key] = None
    else:
        index.pop(key, None)


def _is_number(said: str, number: str, own: str) -> bool:
    """Whether ``remote-as`` names the other side's AS."""
    if said in ("internal", "external"):
        return (number == own) == (said == "internal")
    return said == number

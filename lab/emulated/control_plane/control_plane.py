"""The control plane that the emulated routers of a fleet make together.

Nothing is sent: adjacencies, sessions and routes follow from the facts of both ends. Facts of a
router are read again when it changed; what follows from them is worked out when it is asked for,
and kept until a fact that it rests on is another.

VRFs have what their routers have of themselves and what they import by route target (RFC 4364).
Not emulated: metrics, the default VRF's routes by IS-IS, maximum-prefix, route-maps of a VPN.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from egovnet.lab.emulated.control_plane.facts import addresses_by_vrf, read_backbone
from egovnet.lab.emulated.control_plane.sessions import Sessions
from egovnet.lab.emulated.control_plane.tables import LAST_RESORT, Exports, Tables, read_tables
from egovnet.lab.emulated.router.router import Router

_LONG = 4096
_FIRST_LABEL = 80


@dataclass
class _Known:
    tables: Tables
    version: int


class ControlPlane:
    """What the routers of a fleet know of each other."""

    def __init__(self, routers: Iterable[Router]) -> None:
        self._routers = {router.name: router for router in routers}
        self._changed = dict.fromkeys(self._routers)
        self._sessions = Sessions()
        self._known: dict[str, _Known] = {}
        self._exporters: dict[tuple[str, str], dict[tuple[str, str], Exports]] = {}
        """(family, target) -> (router, VRF) -> what it exports."""
        self._moved: dict[tuple[str, str], int] = {}
        """(family, target) -> how often its routes changed."""
        self._labels: dict[str, dict[tuple[str, str], int]] = {}
        """Router -> (VRF, family) -> its label."""
        self._behind: dict[str, dict[str, frozenset[str]]] = {}
        """Address that a VRF has a session with -> the router, and the session's families."""
        self._answers: dict[tuple[str, str], tuple[tuple[int, ...], str | bytes]] = {}
        for name, router in self._routers.items():
            router.on_change.append(partial(self._changed.setdefault, name))

    @property
    def sessions(self) -> Sessions:
        """Adjacencies and sessions as they are now."""
        self.refresh()
        return self._sessions

    def refresh(self) -> None:
        """Read what changed since the last time."""
        if not self._changed:
            return
        for name in list(self._changed):
            router = self._routers[name]
            # without power it is not there for the others
            addresses = addresses_by_vrf(router) if router.powered else {}
            backbone = read_backbone(router, tuple(addresses.get("default", ())))
            tables = read_tables(router, addresses) if router.powered else Tables({}, {}, {})
            self._sessions.replace(name, backbone)
            before = self._known.get(name)
            if before is None or before.tables != tables:
                self._index_exports(name, before.tables if before else None, tables)
                self._index_sessions(name, before.tables if before else None, tables)
                self._known[name] = _Known(tables, before.version + 1 if before else 0)
            del self._changed[name]

    def answer(self, router: Router, question: str, make: Callable[[], str]) -> str:
        """`make()`, or what it gave last time while nothing it rests on changed."""
        self.refresh()
        known = self._known[router.name]
        key = (self._sessions.version, known.version, self._imported(known.tables))
        kept = self._answers.get((router.name, question))
        if kept is not None and kept[0] == key:
            return kept[1] if isinstance(kept[1], str) else zlib.decompress(kept[1]).decode()
        text = make()
        # thousands of routers keep theirs, and routes are much alike
        stored = text if len(text) < _LONG else zlib.compress(text.encode(), 1)
        self._answers[router.name, question] = (key, stored)
        return text

    def session(self, name: str, address: str) -> frozenset[str] | None:
        """Families of an established session of the default VRF: with a router's default VRF,
        or with a VRF of the PE that a firewall or gateway is behind; None: it is not.
        """
        found = self.sessions.session(name, address)
        if found is not None:
            return found[1]
        mine = self._sessions.facts(name)
        for source in mine.sources(address):
            for families in self._behind.get(source, {}).values():
                if common := mine.peers[address].families & families:
                    return common
        return None

    def tables(self, name: str) -> Tables:
        """What a router has in its VRFs of itself."""
        self.refresh()
        return self._known[name].tables

    def hostname(self, name: str) -> str:
        """What a router calls itself."""
        return self._routers[name].hostname

    def routes(self, name: str, vrf: str, family: str) -> dict[str, tuple[str, str]]:
        """A table: prefix -> (protocol, next hops as JSON)."""
        self.refresh()
        mine = self._known[name].tables
        table = mine.tables[vrf, family]
        found = dict(table.routes)
        for other in table.import_vrfs:
            leaking = mine.tables.get((other, family))
            for prefix in leaking.announced_by_bgp if leaking else ():
                found.setdefault(prefix, ("bgp", f'[{{"vrf":"{other}","active":true,"fib":true}}]'))
        for target in sorted(table.imports):
            for (router, its_vrf), exports in self._exporters.get((family, target), {}).items():
                if (router, its_vrf) == (name, vrf) or not self._sessions.carries(
                    router, name, family
                ):
                    continue
                hop = self._sessions.facts(router).router_id
                where = f'"vrf":"{its_vrf}"' if router == name else f'"ip":"{hop}","vrf":"default"'
                for prefix in exports.prefixes:
                    if found.get(prefix, LAST_RESORT)[0] == LAST_RESORT[0]:
                        found[prefix] = ("bgp", f'[{{{where},"active":true,"fib":true}}]')
        return found

    def imported(self, name: str, vrf: str, family: str) -> dict[str, tuple[str, str]]:
        """Prefixes that a VRF imports by target -> the (router, VRF) that `routes` has them of."""
        table = self.tables(name).tables[vrf, family]
        found: dict[str, tuple[str, str]] = {}
        for target in sorted(table.imports):
            for source, exports in self._exporters.get((family, target), {}).items():
                if source == (name, vrf) or not self._sessions.carries(source[0], name, family):
                    continue
                for prefix in exports.prefixes:
                    if table.routes.get(prefix, LAST_RESORT)[0] == LAST_RESORT[0]:
                        found.setdefault(prefix, source)
        return found

    def exports_of(self, family: str) -> list[tuple[tuple[str, str], Exports]]:
        """What every VRF gives to the VPN, each once."""
        self.refresh()
        return [
            ((name, vrf), table.exports)
            for name, known in self._known.items()
            for (vrf, of), table in known.tables.tables.items()
            if of == family and table.exports is not None
        ]

    def label(self, name: str, vrf: str, family: str) -> int:
        """The label of a VRF's family; a router never gives it to another."""
        given = self._labels.setdefault(name, {})
        return given.setdefault((vrf, family), _FIRST_LABEL + len(given))

    def loopback(self, name: str, family: str) -> str:
        """The address that a router is next hop by."""
        facts = self.sessions.facts(name)
        own = facts.hosts_of.get(("lo", family), ())
        return own[0] if own else facts.router_id

    def _imported(self, tables: Tables) -> int:
        """Grows when a route may have changed that one of the tables imports."""
        moved = self._moved
        return sum(
            moved.get((family, target), 0)
            for (_, family), table in tables.tables.items()
            for target in table.imports
        )

    def _index_sessions(self, name: str, before: Tables | None, now: Tables) -> None:
        had, has = (_established(tables) if tables else {} for tables in (before, now))
        for address in had.keys() - has.keys():
            self._behind.get(address, {}).pop(name, None)
        for address, families in has.items():
            self._behind.setdefault(address, {})[name] = families
        changed = (one for one in {**had, **has} if had.get(one) != has.get(one))
        self._sessions.note(changed)

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


def _established(tables: Tables) -> dict[str, frozenset[str]]:
    """Neighbours of VRFs with an established session -> its families."""
    return {
        session.address: session.families
        for sessions in tables.sessions.values()
        for session in sessions
        if session.state == "Established"
    }

"""Keys that get other values in turn, so that no session is missed while it is made anew; pure.

What a router does when a key changes decides who goes together and who waits:

- IS-IS keeps an adjacency until its hold time ends. All that have a key get the new one in one
  push, and no more routers at once than are pushed side by side.
- BGP ends a session when its key changes (FRR's `peer_password_set`), and so does LDP, which
  withdraws its labels as well (ldpd has no graceful restart, RFC 3478). One reflector, or one
  firewall, is done after the other; a circuit is done while traffic avoids it: its metric is
  raised, its key changes, its metric is restored.

In the network between two turns every key is the same at all of its ends: it may stay so.
"""

import copy
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.history.snapshot import Sections, texts
from egovnet.inventory.model import Network, Role
from egovnet.inventory.model.keys import KeyPurpose
from egovnet.inventory.session_keys import KeyNeed, needed_keys
from egovnet.playbooks.core.intended import Inventory, SnapshotInventory
from egovnet.templates.intend.read_inventory import read_inventory_texts

#: The most that counts (RFC 5305 section 3.7: 2^24 - 1 is no way at all).
DRAINED_METRIC = 16777214
#: Routers that are pushed in one breath, within a hold time.
MOST_TOGETHER = 100


@dataclass(frozen=True, slots=True)
class Turn:
    """A network on the way: which keys have their new values in it, and what traffic avoids."""

    #: For people: what was done last.
    what: str
    keys: frozenset[str]
    #: Circuits whose metric is raised.
    drained: frozenset[str] = frozenset()


def rotated_keys(former: Network, now: Network) -> dict[str, KeyNeed]:
    """Keys that sessions of both networks need, and that have another value in the second."""
    before = needed_keys(former)
    return {
        name: need
        for name, need in needed_keys(now).items()
        if name in before and _serial(former, name) != _serial(now, name)
    }


def key_turns(former: Network, now: Network) -> tuple[Turn, ...]:
    """The networks from `former` to `now`, the last of them `now` itself; none where one push does
    as well."""
    rotated = rotated_keys(former, now)
    if not rotated:
        return ()
    turns: list[Turn] = []
    done: frozenset[str] = frozenset()
    groups = [*_adjacencies(now, rotated), *_servers(now, rotated)]
    batches = list(_circuits(now, rotated))
    if len(groups) + len(batches) == 1 and not any(circuits for _, circuits in batches):
        return ()
    for what, keys in groups:
        done |= keys
        turns.append(Turn(what, done))
    for keys, circuits in batches:
        what = f"LDP of {_pairs(keys)}"
        if circuits:
            turns.append(Turn(f"traffic avoids {', '.join(sorted(circuits))}", done, circuits))
        done |= keys
        turns.append(Turn(what, done, circuits))
    if turns[-1].drained:
        turns.append(Turn("traffic is back", done))
    return tuple(turns)


def inventory_in_turn(former: Inventory, now: Inventory, turn: Turn) -> SnapshotInventory:
    """The network of a turn: `now`, but for keys that wait and circuits that traffic avoids.

    Raises:
        InventoryError: the checks refuse it.
        ValueError: nobody knows what one of the two was made from.
    """
    old, new = former.intent, now.intent
    if old is None or new is None:
        raise ValueError("a network between two is made of what both were made from")
    sections: Sections = copy.deepcopy(dict(new.sections))
    keys, before = sections.get("keys", {}), old.sections.get("keys", {})
    for name in rotated_keys(former.network, now.network).keys() - turn.keys:
        keys.pop(name, None)
        if name in before:
            keys[name] = copy.deepcopy(before[name])
    for name in turn.drained:
        sections["circuits"][name]["metric"] = DRAINED_METRIC
    lock = now.allocation.lock
    network = read_inventory_texts(texts(sections, lock, new, old).files)
    allocation = allocate(network, lock)
    intent = texts(sections, allocation.lock, new, old)
    return SnapshotInventory(network, allocation, intent)


def without_way_round(network: Network, keys: Collection[str]) -> frozenset[str]:
    """Keys of LDP whose circuits are the only way between two parts of the backbone: traffic has
    nowhere to go while their sessions are made anew."""
    return _without_way_round(_Backbone(network), keys)


def _without_way_round(backbone: "_Backbone", keys: Collection[str]) -> frozenset[str]:
    pairs = backbone.circuits
    return frozenset(name for name in keys if name in pairs and backbone.is_parted(pairs[name]))


def _serial(network: Network, name: str) -> int:
    known = network.keys.get(name)
    return 1 if known is None else known.serial


def _adjacencies(
    network: Network, rotated: Mapping[str, KeyNeed]
) -> Iterator[tuple[str, frozenset[str]]]:
    """Keys of IS-IS, as many at once as their routers are pushed within one hold time."""
    hellos = sorted(n for n, need in rotated.items() if need.purpose is KeyPurpose.HELLO)
    domain = [name for name, need in rotated.items() if need.purpose is KeyPurpose.DOMAIN]
    group: list[str] = []
    routers: set[str] = set()
    groups: list[list[str]] = []
    for name in hellos:
        ends = set(rotated[name].ends)
        if group and len(routers | ends) > MOST_TOGETHER:
            groups.append(group)
            group, routers = [], set()
        group.append(name)
        routers |= ends
    if group:
        groups.append(group)
    if domain and len(groups) == 1 and len(network.routers) <= MOST_TOGETHER:
        groups[0] += domain
    elif domain:
        # link state that was accepted stays for the better part of its lifetime, 1,200 s
        groups.append(domain)
    for number, names in enumerate(groups, start=1):
        part = f", part {number} of {len(groups)}" if len(groups) > 1 else ""
        yield f"IS-IS{part}", frozenset(names)


def _servers(
    network: Network, rotated: Mapping[str, KeyNeed]
) -> Iterator[tuple[str, frozenset[str]]]:
    """Keys of one reflector, or of one firewall or gateway, after the other."""
    left = {n: need.ends for n, need in rotated.items() if need.purpose is KeyPurpose.BGP}
    for reflector in network.with_role(Role.RR):
        keys = frozenset(name for name, ends in left.items() if reflector in ends)
        if keys:
            yield f"BGP of {reflector}", keys
        left = {name: ends for name, ends in left.items() if name not in keys}
    hosts: dict[str, set[str]] = {}
    for name, need in rotated.items():
        if need.purpose is KeyPurpose.PLATFORM:
            hosts.setdefault(need.ends[0], set()).add(name)
    for host, names in hosts.items():
        yield f"BGP of {host}", frozenset(names)
    of_sites = sorted(name for name, need in rotated.items() if need.purpose is KeyPurpose.SITE)
    # of a site one access after the other
    sites: dict[str, list[str]] = {}
    for name in of_sites:
        sites.setdefault(name.partition("/")[2].partition("+")[0], []).append(name)
    for round_ in range(max(map(len, sites.values()), default=0)):
        yield "BGP of sites", frozenset(own[round_] for own in sites.values() if round_ < len(own))


def _circuits(
    network: Network, rotated: Mapping[str, KeyNeed]
) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """(keys of LDP, circuits that traffic avoids meanwhile): of a router one neighbour at a time,
    and never so many that a part is cut off. Those that nothing goes round come last."""
    backbone = _Backbone(network)
    left = sorted(name for name, need in rotated.items() if need.purpose is KeyPurpose.LDP)
    alone = _without_way_round(backbone, left)
    left = [name for name in left if name not in alone]
    while left:
        keys: list[str] = []
        circuits: set[str] = set()
        busy: set[str] = set()
        for name in left:
            ends, more = rotated[name].ends, circuits | backbone.circuits[name]
            if not busy.intersection(ends) and not backbone.is_parted(more):
                keys.append(name)
                circuits = more
                busy.update(ends)
        yield frozenset(keys), frozenset(circuits)
        left = [name for name in left if name not in keys]
    if alone:
        yield alone, frozenset()


class _Backbone:
    """The routers of a network, and the circuits between them."""

    def __init__(self, network: Network) -> None:
        #: Router -> (circuit, its other end) of each.
        self._at: dict[str, list[tuple[str, str]]] = {name: [] for name in network.routers}
        #: Key of LDP -> the circuits between its two routers.
        self.circuits: dict[str, set[str]] = {}
        for name, circuit in network.circuits.items():
            one, other = circuit.a.router, circuit.b.router
            self._at[one].append((name, other))
            self._at[other].append((name, one))
            pair = "+".join(sorted((one, other)))
            self.circuits.setdefault(f"{KeyPurpose.LDP}/{pair}", set()).add(name)
        self._parts = self._count(())

    def is_parted(self, without: Collection[str]) -> bool:
        """Whether two routers that reach each other would not without these circuits; linear."""
        return self._count(without) != self._parts

    def _count(self, without: Collection[str]) -> int:
        """How many parts there are."""
        seen: set[str] = set()
        found = 0
        for router in self._at:
            if router in seen:
                continue
            found += 1
            seen.add(router)
            asked = [router]
            while asked:
                for name, other in self._at[asked.pop()]:
                    if other not in seen and name not in without:
                        seen.add(other)
                        asked.append(other)
        return found


def _pairs(keys: Iterable[str]) -> str:
    return ", ".join(sorted(name.partition("/")[2] for name in keys))

"""The network between two others: an inventory in which what changes hands is in nobody's.

It is an inventory like any: written as files, checked, numbered, and rendered, so that a network
that stays there (a router died, somebody went home) is one that everything else understands.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from egovnet.inventory.allocation.allocate import LOCK_FILE, Lock, allocate
from egovnet.inventory.allocation.pool import Values
from egovnet.inventory.errors import InventoryError, Problem
from egovnet.inventory.history.snapshot import Intent, Sections, texts
from egovnet.inventory.model import Network
from egovnet.isolation.model.expectation import from_inventory
from egovnet.playbooks.change.handovers import (
    Form,
    Numbered,
    Unit,
    fewer,
    forms,
    groups_of,
    handovers,
)
from egovnet.playbooks.change.proof_gate import proof_of
from egovnet.playbooks.change.reflectors_in_turn import waiting_reflectors
from egovnet.playbooks.core.intended import Inventory, SnapshotInventory
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.intend.read_inventory import read_inventory_texts

#: Of networks that might lack less; each takes as long as the proof of a plan.
_MOST_PROOFS = 64
_ACCESSES = "site-network-accesses"
#: Of a site: what its accesses cannot have in two ways.
_OF_THE_WHOLE = ("vpn", "site-role")
_HUB, _SPOKE = "hub-role", "spoke-role"
_REFLECTOR = "reflector"


@dataclass(frozen=True)
class Between:
    """The network between, and the accesses ("site/access") that it lacks though both have them."""

    inventory: SnapshotInventory
    lacking: tuple[str, ...]


def between(former: Inventory, now: Inventory) -> Between | None:
    """The network between `former` and `now` that lacks the least; None: nothing changes hands, and
    a reflector stays.

    Raises:
        InventoryError: the checks refuse it.
    """
    old_intent, new_intent = former.intent, now.intent
    if old_intent is None or new_intent is None:
        return None
    numbered = _numbered(former), _numbered(now)
    handed, waiting = handovers(*numbered), waiting_reflectors(*numbered)
    if not handed.hard and not waiting:
        return None
    found = forms(handed) | {(_REFLECTOR, name): Form.OLD for name in waiting}
    proofs = 0
    for group in groups_of(handed.hard):
        for other in fewer(handed, found, group):
            proofs += 1
            if proofs > _MOST_PROOFS:
                break
            if _is_proved(former, other, now):
                found = other
                break
    return _between(former, found, now)


def all_reflectors(former: Inventory | None, now: Inventory) -> bool:
    """Whether all reflectors are made anew, and may be so in turn."""
    return former is not None and bool(waiting_reflectors(_numbered(former), _numbered(now)))


def _numbered(inventory: Inventory) -> Numbered:
    return Numbered(inventory.network, inventory.allocation)


def _is_proved(former: Inventory, found: Mapping[Unit, Form], now: Inventory) -> bool:
    """Whether both pushes are proved: to the network between, and from it."""
    try:
        there = _between(former, found, now).inventory
    except InventoryError:
        return False
    return proves(former, there) and proves(there, now)


def proves(one: Inventory, other: Inventory) -> bool:
    """Whether a push from one network, as it is intended, to another is proved."""
    old, new = (
        {name: intended_facts(device) for name, device in each.devices.items()}
        for each in (one, other)
    )
    former = from_inventory(one.network, one.allocation)
    expectation = from_inventory(other.network, other.allocation)
    return proof_of(old, new, expectation, former).proved


def _between(former: Inventory, found: Mapping[Unit, Form], now: Inventory) -> Between:
    old_intent, new_intent = former.intent, now.intent
    assert old_intent is not None  # noqa: S101 -- asked for by its only caller
    assert new_intent is not None  # noqa: S101 -- as above
    pool = now.network.backbone.pools.vlan
    made = _Made(old_intent, new_intent, found, range(pool.first, pool.last + 1))
    sections, lock = made.sections(), made.lock()
    for name, host in sections.get("hosts", {}).items():
        if made.waits(name):
            host["data"] = {
                **(host.get("data") or {}),
                "roles": [str(role) for role in former.network.routers[name].roles],
            }
    network = read_inventory_texts(texts(sections, lock, new_intent, old_intent).files)
    allocation = allocate(network, lock)
    intent = texts(sections, allocation.lock, new_intent, old_intent)
    absent = sorted(
        f"{site}/{access}"
        for site, entry in now.network.sites.items()
        for access in entry.site_network_accesses
        if _has(former.network, site, access) and not _has(network, site, access)
    )
    return Between(SnapshotInventory(network, allocation, intent), tuple(absent))


def _has(network: Network, site: str, access: str) -> bool:
    entry = network.sites.get(site)
    return entry is not None and access in entry.site_network_accesses


class _Made:
    """The sections and the lock of the network between."""

    def __init__(self, old: Intent, new: Intent, found: Mapping[Unit, Form], vlans: range) -> None:
        self.old, self.new = old.sections, new.sections
        self.old_lock, self.new_lock = old.lock, new.lock
        self.forms = dict(found)
        self._vlans = vlans
        self._agree_within_sites()
        self._sites = self._made_sites()

    def _form(self, unit: Unit) -> Form:
        return self.forms.get(unit, Form.NEW)

    # -- sites -----------------------------------------------------------------------------------

    def _accesses(self, sections: Sections, site: str) -> dict[str, Any]:
        return dict(sections.get("sites", {}).get(site, {}).get(_ACCESSES, {}))

    def _agree_within_sites(self) -> None:
        """A site is in one VPN: its accesses are all as they were or all as they will be, or away;
        and away where the VPN itself is another by then."""
        for site, entry in self.new.get("sites", {}).items():
            former = self.old.get("sites", {}).get(site)
            if former is None:
                continue
            same = all(former.get(key) == entry.get(key) for key in _OF_THE_WHOLE)
            same = same and self._topology(self.old, former) == self._topology(self.new, former)
            units = [("access", f"{site}/{name}") for name in self._accesses(self.old, site)]
            staying = all(self._form(unit) is Form.OLD for unit in units)
            if same or (staying and former["vpn"] not in self.new.get("vpns", {})):
                continue
            for unit in units:
                if self._form(unit) is Form.OLD:
                    self.forms[unit] = Form.AWAY

    @staticmethod
    def _topology(sections: Sections, site: Mapping[str, Any]) -> tuple[Any, Any]:
        vpn = sections.get("vpns", {}).get(site["vpn"], {})
        return vpn.get("zone"), vpn.get("vpn-service-topology")

    def _made_sites(self) -> dict[str, Any]:
        made = {}
        names = dict.fromkeys([*self.new.get("sites", {}), *self.old.get("sites", {})])
        for site in names:
            old, new = self._accesses(self.old, site), self._accesses(self.new, site)
            present: dict[str, Any] = {}
            is_old = True
            for name in dict.fromkeys([*new, *old]):
                form = self._form(("access", f"{site}/{name}"))
                chosen = {Form.OLD: old, Form.NEW: new}.get(form, {}).get(name)
                if chosen is not None:
                    present[name] = copy.deepcopy(chosen)
                    is_old = is_old and form is Form.OLD
            if present:
                source = self.old if is_old or site not in self.new.get("sites", {}) else self.new
                made[site] = copy.deepcopy(source["sites"][site]) | {_ACCESSES: present}
        return dict(self._with_hubs(made))

    def _with_hubs(self, sites: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        """Without spokes whose hubs are all away: they reach nobody."""
        hubs = {site["vpn"] for site in sites.values() if site.get("site-role") == _HUB}
        for name, site in sites.items():
            if site.get("site-role") != _SPOKE or site["vpn"] in hubs:
                yield name, site

    # -- the rest --------------------------------------------------------------------------------

    def sections(self) -> Sections:
        """All sections: as they will be, but for what takes part."""
        made = copy.deepcopy(dict(self.new))
        made["sites"] = self._sites
        vpns = made.setdefault("vpns", {})
        for section in ("vpns", "agencies", "regions"):
            # what stays for a moment is of things that may be gone
            known = made.setdefault(section, {})
            if section == "vpns":
                used = {site["vpn"] for site in self._sites.values()}
                more = {n: e for n, e in self.old.get(section, {}).items() if n in used}
            else:
                more = dict(self.old.get(section, {}))
            for name, entry in more.items():
                known.setdefault(name, copy.deepcopy(entry))
        made["vpns"] = vpns
        circuits = dict(made.get("circuits", {}))
        for (kind, name), form in self.forms.items():
            if kind != "circuit" or form is Form.NEW:
                continue
            circuits.pop(name, None)
            old = self.old.get("circuits", {}).get(name)
            if form is Form.OLD and old is not None:
                circuits[name] = copy.deepcopy(old)
        made["circuits"] = circuits
        return made

    def lock(self) -> Lock:
        """The numbers: of what is as it was those that it had."""
        pools: dict[str, Values] = {p: dict(v) for p, v in self.new_lock.pools.items()}
        for pool, values in self.old_lock.pools.items():
            for name, value in values.items():
                if self._is_old(pool, name):
                    pools.setdefault(pool, {})[name] = value
        for pool, names in pools.items():
            # what is written for a place that it is not at yet
            for name in [n for n in names if self._elsewhere(pool, n)]:
                del names[name]
        for pool, values in pools.items():
            for name in values.keys() & self._moving if pool.startswith("vlan/") else ():
                values[name] = self._free_vlan(pool, values)
        retired = {p: dict(v) for p, v in self.new_lock.retired.items()}
        return Lock(pools, retired)

    @cached_property
    def _moving(self) -> frozenset[str]:
        """Accesses to firewalls and gateways whose VLAN is neither what it was nor will be."""
        units = self.forms.items()
        return frozenset(n for (kind, n), form in units if kind == "vlan" and form is Form.AWAY)

    def _free_vlan(self, pool: str, values: Values) -> int:
        """A VLAN of a port that nobody has there: before, between or after.

        Raises:
            InventoryError: there is none.
        """
        taken = {*values.values()}
        for lock in (self.old_lock, self.new_lock):
            taken |= {*lock.pools.get(pool, {}).values(), *lock.retired.get(pool, {}).values()}
        found = next((number for number in self._vlans if number not in taken), None)
        if found is None:
            what = "has no VLAN that is free for a moment"
            raise InventoryError([Problem(LOCK_FILE, 0, pool, what, "widen pools.vlan")])
        return found

    def waits(self, router: str) -> bool:
        """Whether a reflector is as it was."""
        return self.forms.get((_REFLECTOR, router)) is Form.OLD

    def _is_old(self, pool: str, name: str) -> bool:
        kind = pool.split("/", maxsplit=1)[0]
        if kind in ("loopback-ipv4", "loopback-ipv6"):
            return self.waits(name)
        if kind in ("vlan", "access-ipv4", "access-ipv6"):
            units = [("access", name)] + [("vlan", name)] * (kind == "vlan")
            return Form.OLD in map(self.forms.get, units)
        if kind == "route-target":
            return self.forms.get(("group", name)) is Form.OLD
        if kind == "vrf":
            return self.forms.get(("vrf", f"{pool.split('/')[1]} {name}")) is Form.OLD
        if kind in ("circuit-ipv4", "circuit-ipv6"):
            return self.forms.get(("circuit", name)) is Form.OLD
        return False

    def _elsewhere(self, pool: str, name: str) -> bool:
        """A VLAN of an access that is as it was, in the pool of the port where it will be."""
        kind, *place = pool.split("/")
        if kind != "vlan" or self.forms.get(("access", name)) is not Form.OLD:
            return False
        site, _, access = name.partition("/")
        entry = self._accesses(self.old, site).get(access)
        return entry is not None and [entry.get("pe"), entry.get("port")] != place

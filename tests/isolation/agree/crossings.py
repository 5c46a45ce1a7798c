"""What crosses in the lab, from what its routers hold and its hosts hear. Pure but for the names.

Two weights. What *crosses* denies a proof: an echo between sites that may not meet (there and
back, or one way), a stranger's route in a VRF's table, a customer's route in the backbone's own, a
VRF's table without its last resort, a customer's port that hangs elsewhere. What only *differs*
from the network without a change (a rule, a table of no VRF) may be harmless, and is shown beside a
verdict of "not proved".
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from egovnet.lab.customer import site_lans
from egovnet.templates.frr.config.config_reader import read_config
from tests.isolation.mutants.ground import FAMILIES, network_of
from tests.isolation.reference_lab import GROUND, strangers
from tests.isolation.routers import Entry

#: Names of what is nobody's site.
BACKBONE, MANAGEMENT = "the backbone", "management"
#: Default routes as a state has them, and of which family each is.
_DEFAULTS = {"default": "IPv4", "::/0": "IPv6"}
#: Kinds of routes that end a packet's way; a throw goes on in the next table.
_ENDS = frozenset(("unreachable", "prohibit", "blackhole"))


@dataclass(frozen=True)
class State:
    """What one router holds."""

    table: frozenset[Entry]
    rules: frozenset[str]
    #: Port that is up -> VRF, "" for none.
    masters: Mapping[str, str]
    #: VRF -> the number of its table.
    tables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Heard:
    """What one site's host heard while it and the others sent echoes to everybody."""

    answered: frozenset[str]
    arrived: frozenset[str]


@dataclass(frozen=True)
class Seen:
    """A look at the lab."""

    routers: Mapping[str, State]
    #: Site -> what its host heard.
    hosts: Mapping[str, Heard]


@cache
def owners() -> dict[str, str]:
    """Every address that is sent to, and whose it is."""
    found = {}
    for host in GROUND.texts:
        found[str(GROUND.allocation.loopback4[host])] = BACKBONE
        found[str(GROUND.allocation.loopback6[host])] = BACKBONE
        found[str(GROUND.network.routers[host].management.ip)] = MANAGEMENT
    for place in GROUND.places:
        for access in place.accesses:
            found |= {access.ce[family]: access.site for family in FAMILIES}
    for site in GROUND.network.sites:
        found |= {str(lan.host.ip): site for lan in site_lans(GROUND.network, site)}
    return found


def targets(site: str) -> list[str]:
    """Addresses that the host of `site` sends to: all but its own."""
    return [address for address, owner in owners().items() if owner != site]


@cache
def may_meet(one: str, other: str) -> bool:
    """Whether packets between two sites are meant."""
    mine, theirs = (
        [p for p in GROUND.places if any(a.site == site for a in p.accesses)]
        for site in (one, other)
    )
    return any(GROUND.may_meet(a, b) for a in mine for b in theirs)


def new_networks(texts: Mapping[str, str]) -> frozenset[str]:
    """Networks of addresses that ports have in `texts`, and not in the network without a change.

    Two VPNs may have the same addresses: a route to them says nothing, a packet does.
    """
    found = set()
    for host, text in texts.items():
        now = _addresses(text) - _addresses(GROUND.texts[host])
        found |= {network for _, network in now}
    return frozenset(found)


def _addresses(text: str) -> set[tuple[str, str]]:
    """(port, network) of each address that a text has."""
    ports = read_config(text).interfaces.values()
    return {(port.name, str(address.network)) for port in ports for address in port.addresses}


def crossings(base: Seen, now: Seen, new: Collection[str] = ()) -> Iterator[str]:
    """What crosses, in words; routes to `new` networks do not."""
    for site, heard in now.hosts.items():
        for address in sorted(heard.answered):
            owner = owners().get(address)
            if owner and not may_meet(site, owner):
                yield f"{site} is answered by {address} of {owner}"
        for address in sorted(heard.arrived):
            owner = owners().get(address, "")
            if owner not in ("", site) and not may_meet(site, owner):
                yield f"{site} hears {address} of {owner}"
    for host, held in now.routers.items():
        state = named_as_before(base.routers[host], held)
        for vrf, _, prefix in sorted(strangers(host, state.table)):
            if prefix not in new:
                yield f"{host} has a route to {prefix} in {vrf}"
        for prefix in _customers_in_backbone(base.routers[host], state):
            yield f"{host} has a route to {prefix} in the backbone's table"
        yield from _open_tables(host, base.routers[host], state)
        yield from _moved_ports(host, base.routers[host], state)


def named_as_before(was: State, now: State) -> State:
    """A state in which a VRF that has another name, and the table that it had, has its old name."""
    old = {
        vrf: name
        for name, table in was.tables.items()
        for vrf, its in now.tables.items()
        if its == table and name not in now.tables
    }
    return replace(
        now,
        table=frozenset((old.get(vrf, vrf), kind, prefix) for vrf, kind, prefix in now.table),
        masters={port: old.get(vrf, vrf) for port, vrf in now.masters.items()},
    )


def differences(base: Seen, now: Seen) -> Iterator[str]:
    """What else is not as without a change, in words."""
    for host, state in now.routers.items():
        was = base.routers[host]
        for one, other, sign in ((state, was, "+"), (was, state, "-")):
            for line in sorted(one.rules - other.rules):
                yield f"{host} rule {sign} {line}"
            for table, kind, prefix in sorted(one.table - other.table):
                yield f"{host} table {table} {sign} {kind} {prefix}"


def unlike(base: Seen, now: Seen) -> str:
    """What of routes, rules, ports and echoes is not as before, in words."""
    found = list(differences(base, now))
    for host, state in now.routers.items():
        if state.masters != base.routers[host].masters:
            found.append(f"{host} ports")
    for site, heard in now.hosts.items():
        silent = base.hosts[site].answered - heard.answered
        found += [f"{site} is not answered by {address}" for address in sorted(silent)]
    return "; ".join(found[:5])


def served(base: Seen, now: Seen, hosts: frozenset[str]) -> tuple[int, int]:
    """Of the echoes of sites at `hosts` (routers) that were answered before, those that still are.

    Returns (still answered, answered before).
    """
    sites = {a.site for p in GROUND.places if p.host in hosts for a in p.accesses}
    sites = sites & base.hosts.keys() or set(base.hosts)
    before = {(site, address) for site in sites for address in base.hosts[site].answered}
    still = {(site, address) for site in sites for address in now.hosts[site].answered}
    return len(before & still), len(before)


@cache
def _customers() -> frozenset[str]:
    """Prefixes of all sites and accesses."""
    accesses = [access for place in GROUND.places for access in place.accesses]
    own = {str(prefix) for access in accesses for prefix in access.prefixes}
    return frozenset(own | {network_of(a.pe[f]) for a in accesses for f in a.families()})


def _customers_in_backbone(was: State, state: State) -> list[str]:
    new = state.table - was.table
    return sorted(p for table, kind, p in new if table == "main" and not kind and p in _customers())


def _open_tables(host: str, was: State, state: State) -> Iterator[str]:
    vrfs = {place.vrf for place in GROUND.places if place.host == host}
    ended = {(table, prefix) for table, kind, prefix in state.table if kind in _ENDS}
    for table, kind, prefix in sorted(was.table - state.table):
        last = kind == "unreachable" and prefix in _DEFAULTS and (table, prefix) not in ended
        if table in vrfs and last:
            yield f"{host} has no last resort in {table} for {_DEFAULTS[prefix]}"


def _moved_ports(host: str, was: State, state: State) -> Iterator[str]:
    for place in GROUND.places:
        for access in place.accesses if place.host == host else ():
            now = state.masters.get(access.interface)
            if now is not None and now != was.masters[access.interface]:
                yield f"{host} has {access.interface} in {now or 'no VRF'}"

"""Sessions of LDP: between which routers they come up, and what they give.

A session needs more than LDP at both ends of a circuit: an identity of each end that nobody else
has (RFC 5036 section 2.2.2), an address to speak from, one key, the same wish for the transport
where both speak of both families (RFC 7552 section 6.1), and hellos in time (RFC 5036 section
3.5.2). Where the texts do not say that all of it fits, there may be a session or not.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from egovnet.inventory.model.keys import KeyPurpose
from egovnet.isolation.model.scene import FAMILIES, Router, Table
from egovnet.isolation.routes.circuits import Circuit
from egovnet.isolation.routes.label_obstacles import keeps_back
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import IgpPlace, InterfaceFacts, SessionKey

Pairs = dict[AddressFamily, set[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Sessions:
    """Pairs of routers between which there may be a session, by family, and those between which
    there surely is one. Over whichever of their circuits it is, its labels are for all of them."""

    possible: Pairs
    sure: Pairs


def label_sessions(
    routers: Iterable[Router], circuits: Iterable[Circuit], loopbacks: Mapping[str, str]
) -> Sessions:
    """The sessions of a backbone. `loopbacks`: router of each address."""
    known = {router.name: router for router in routers}
    keys = {name: _keys(router, loopbacks) for name, router in known.items()}
    said = Counter(
        router.facts.label_sessions.identity
        for router in known.values()
        if router.facts.label_sessions is not None
    )
    shared = {identity for identity, times in said.items() if times > 1}
    found: Pairs = {family: set() for family in FAMILIES}
    for one in circuits:
        a, b = one.near.device, one.far.device
        if _agree(keys[a].get(b), keys[b].get(a)):
            for family in one.port.ldp & one.far_port.ldp:
                found[family].add((a, b))
    for family, pairs in found.items():
        none = {
            name
            for name, router in known.items()
            if "no session" in limits(router.tables[None], family)
        }
        if none:
            found[family] = {pair for pair in pairs if none.isdisjoint(pair)}
    kept_back = {name for name, router in known.items() if keeps_back(router, loopbacks)}
    kept_back |= {
        name
        for name, router in known.items()
        if router.facts.label_sessions is not None and not _is_announced(router)
    }
    doubtful = {
        pair
        for pair in set.union(*found.values())
        if not kept_back.isdisjoint(pair)
        or not _fit(known[pair[0]], known[pair[1]], shared)
        or not _surely_agree(keys[pair[0]].get(pair[1]), keys[pair[1]].get(pair[0]))
    }
    return Sessions(found, {family: pairs - doubtful for family, pairs in found.items()})


def limits(table: Table, family: AddressFamily) -> set[str]:
    """What keeps labels of a family from a router's neighbours, or theirs from it."""
    return {one.side for one in table.facts.label_limits if one.family == family}


def _fit(a: Router, b: Router, shared: set[str]) -> bool:
    """Whether a session surely comes up by what both ends say; who is not known to say, agrees."""
    one, other = a.facts.label_sessions, b.facts.label_sessions
    if one is None or other is None:
        return True
    identities = {one.identity, other.identity}
    if "" in identities or identities & (shared | one.guarded | other.guarded):
        return False
    if one.terms != other.terms and _speaks_both(a) and _speaks_both(b):
        return False
    return min(one.hold, other.hold) > max(one.interval, other.interval)


def _is_announced(router: Router) -> bool:
    """Whether the others surely have routes to where its sessions are from: its loopback is in the
    IGP as its circuits are, in each family that it speaks LDP in. Where none of its ports has a
    place in the IGP, nothing leads there in any case."""
    ports = router.tables[None].interfaces
    if not any(port.igp_place.regions for port in ports if port.igp_place is not None):
        return True
    of_circuits = {kind for port in ports if port.ldp for kind in _kinds(port.igp_place)}
    spoken = {family for port in ports for family in port.ldp}
    announced = {
        family
        for port in ports
        if (port.loopback or _has_own(port)) and of_circuits & _kinds(port.igp_place)
        for family in port.igp
    }
    return spoken <= announced


def _has_own(port: InterfaceFacts) -> bool:
    """Whether a port has an address for itself, as a loopback by another name has."""
    return any(each.network.prefixlen == each.max_prefixlen for each in port.addresses)


def _kinds(place: IgpPlace | None) -> set[str]:
    """Protocols by the regions of a port, and of IS-IS the levels, which know not of each other."""
    found: set[str] = set()
    for region in place.regions if place is not None else ():
        protocol, _, *rest = region.split()
        levels = [word for word in rest if word in ("1", "2")] if protocol == "isis" else [""]
        found |= {f"{protocol} {level}" for level in levels}
    return found


def _speaks_both(router: Router) -> bool:
    return {f for port in router.tables[None].interfaces for f in port.ldp} == {*FAMILIES}


def _keys(router: Router, loopbacks: Mapping[str, str]) -> dict[str, SessionKey]:
    return {
        loopbacks[key.at]: key
        for key in router.facts.session_keys.values()
        if key.purpose is KeyPurpose.LDP and key.at in loopbacks
    }


def _agree(one: SessionKey | None, other: SessionKey | None) -> bool:
    """Whether two ends of a session may have one key."""
    if one is None or other is None:
        return one is other
    return one.reference == other.reference or None in (one.reference, other.reference)


def _surely_agree(one: SessionKey | None, other: SessionKey | None) -> bool:
    return one is other or (one is not None and other is not None and one.same(other))

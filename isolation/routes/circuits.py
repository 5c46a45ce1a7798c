"""Circuits of the backbone, by what its IGP counts for them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from egovnet.inventory.model.keys import KeyPurpose
from egovnet.isolation.model.domains import BACKBONE
from egovnet.isolation.model.scene import Router, Table
from egovnet.templates.model.facts import DeviceFacts, InterfaceFacts, SessionKey

#: More than any path.
ENDLESS = 1 << 40
#: Ports without labels of which nobody says where they lead, that may lead to all others.
_MOST_LOOSE = 64
_End = tuple[Table, InterfaceFacts]


@dataclass(frozen=True, eq=False)
class Circuit:
    """One direction of a circuit: from `near`'s `port` to `far`'s `far_port`."""

    near: Table
    port: InterfaceFacts
    far: Table
    far_port: InterfaceFacts
    #: Ways are found by the sum of costs alone.
    by_costs: bool = True

    @property
    def turned(self) -> "Circuit":
        """The other direction."""
        return Circuit(self.far, self.far_port, self.near, self.port, self.by_costs)

    @cached_property
    def cost(self) -> int | None:
        """What sending over it costs; None: not known, or perhaps its ends are no neighbours of
        the IGP, as they do not say the same of what they must agree in."""
        return self.port.igp_cost if self.by_costs and self._are_neighbours else None

    @property
    def _are_neighbours(self) -> bool:
        terms = self.port.igp_terms, self.far_port.igp_terms
        places = self.port.igp_place, self.far_port.igp_place
        if terms[0] != terms[1] and None not in terms:
            return False
        if "ipv4" in self.port.igp & self.far_port.igp and not _share(self.port, self.far_port):
            return False
        keys = _keys(self.near.facts, self.port), _keys(self.far.facts, self.far_port)
        if not all(a is b or (a and b and a.same(b)) for a, b in zip(*keys, strict=True)):
            return False
        if places[0] is None or places[1] is None:
            return True
        return bool(places[0].regions) and places[0].regions == places[1].regions

    @property
    def least(self) -> int:
        """What sending over it costs at least."""
        return 0 if self.cost is None else self.cost

    @property
    def most(self) -> int:
        """What it costs at most: more than any path where it may not be there."""
        return ENDLESS if self.cost is None else self.cost


def _share(one: InterfaceFacts, other: InterfaceFacts) -> bool:
    """Whether each port has the other's addresses of IPv4 in its networks: zebra sends to no next
    hop elsewhere, and to none of its own. IPv6 has addresses of the link."""
    ends = [{a for a in port.addresses if a.version == 4} for port in (one, other)]
    networks = [{a.network for a in end} for end in ends]
    addresses = [{a.ip for a in end} for end in ends]
    return bool(ends[0]) and networks[0] == networks[1] and addresses[0].isdisjoint(addresses[1])


def _keys(facts: DeviceFacts, port: InterfaceFacts) -> list[SessionKey | None]:
    """Keys of IS-IS' hellos at a port, and of its link state."""
    if not facts.session_keys:
        return [None, None]
    places = ((KeyPurpose.HELLO, port.name), (KeyPurpose.DOMAIN, ""))
    return [facts.session_keys.get(place) for place in places]


def circuits(routers: Iterable[Router]) -> list[Circuit]:
    """Both directions of each circuit that the IGP runs over, at both ends.

    A circuit is where two ports have a network in common, or the inventory has it: IS-IS of IPv6
    needs no addresses of a network, and a port may have the loopback's. Ports of which neither
    says where they lead, and that lack labels, may lead to each other.
    """
    at: dict[object, list[_End]] = {}
    ports: dict[tuple[str, str], _End] = {}
    for router in routers:
        table = router.tables[None]
        for port in table.interfaces:
            if port.igp and not (port.igp_passive or port.loopback or port.shutdown):
                ports[table.device, port.name] = table, port
                for network in {address.network for address in port.addresses}:
                    at.setdefault(network, []).append((table, port))
        for bound in table.bound:
            end = ports.get((table.device, bound.carrier.name))
            if end is not None and bound.attachment.domain == BACKBONE:
                at.setdefault(bound.attachment.name, []).append(end)
    by_costs = _is_flat(ports.values())
    found = {
        (table.device, port.name, far.device, other.name): Circuit(
            table, port, far, other, by_costs
        )
        for ends in at.values()
        if len(ends) > 1
        for table, port in ends
        for far, other in ends
        if table.device != far.device
    }
    met = {
        (table.device, port.name) for ends in at.values() if len(ends) > 1 for table, port in ends
    }
    met |= {
        (table.device, port.name)
        for name, ends in at.items()
        if isinstance(name, str)
        for table, port in ends
    }
    loose = [end for place, end in ports.items() if place not in met]
    return [*found.values(), *_between(loose)]


def _between(loose: list[_End]) -> Iterator[Circuit]:
    """Circuits that ports without a known other end may be of, where they lack labels: each of the
    first that do with every other. A path by one of them denies the proof already."""
    lacking = [end for end in loose if end[1].igp - end[1].ldp][:_MOST_LOOSE]
    for number, (near, port) in enumerate(lacking):
        before = [other for _, other in lacking[:number]]
        for far, other in loose:
            if near.device == far.device or any(other is each for each in before):
                continue
            if port.igp & other.igp - (port.ldp & other.ldp):
                one = Circuit(near, port, far, other, by_costs=False)
                yield from (one, one.turned)


def _is_flat(ends: Iterable[_End]) -> bool:
    """Whether the IGP has one area and level, and every router a name of its own there.

    Ways within an area go before shorter ones through another (RFC 2328 section 11), and of two
    routers with one name each takes the other's routes back.
    """
    regions: dict[str, set[str]] = {}
    devices: dict[str, set[str]] = {}
    for table, port in ends:
        if port.igp_place is not None:
            for region in port.igp_place.regions:
                regions.setdefault(region.split()[0], set()).add(region)
            for identity in port.igp_place.identities:
                devices.setdefault(identity, set()).add(table.device)
    return all(len(each) == 1 for each in (*regions.values(), *devices.values()))

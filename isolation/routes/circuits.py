"""Circuits of the backbone, by what its IGP counts for them."""

from collections.abc import Iterable
from dataclasses import dataclass

from egovnet.inventory.model import IPNetwork
from egovnet.isolation.model.scene import Router, Table
from egovnet.templates.model.facts import InterfaceFacts

#: More than any path.
ENDLESS = 1 << 40


@dataclass(frozen=True, slots=True, eq=False)
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

    @property
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


def circuits(routers: Iterable[Router]) -> list[Circuit]:
    """Both directions of each circuit that the IGP runs over, at both ends."""
    at: dict[IPNetwork, list[tuple[Table, InterfaceFacts]]] = {}
    for router in routers:
        table = router.tables[None]
        for port in table.interfaces:
            if port.igp and not (port.igp_passive or port.loopback or port.shutdown):
                for network in {address.network for address in port.addresses}:
                    at.setdefault(network, []).append((table, port))
    by_costs = _is_flat(end for ends in at.values() for end in ends)
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
    return list(found.values())


def _is_flat(ends: Iterable[tuple[Table, InterfaceFacts]]) -> bool:
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

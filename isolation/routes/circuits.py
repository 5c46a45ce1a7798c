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

    @property
    def turned(self) -> "Circuit":
        """The other direction."""
        return Circuit(self.far, self.far_port, self.near, self.port)

    @property
    def cost(self) -> int | None:
        """What sending over it costs; None: not known, or perhaps its ends are no neighbours of
        the IGP, as they do not say the same of what they must agree in."""
        terms = self.port.igp_terms, self.far_port.igp_terms
        return self.port.igp_cost if terms[0] == terms[1] or None in terms else None

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
    found = {
        (table.device, port.name, far.device, other.name): Circuit(table, port, far, other)
        for ends in at.values()
        if len(ends) > 1
        for table, port in ends
        for far, other in ends
        if table.device != far.device
    }
    return list(found.values())

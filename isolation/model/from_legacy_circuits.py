"""Legacy circuits as a part of what is expected: lines at routers' ports that may stay for a time.

An approval says that a line may be there, and nothing of who may reach whom. Where the inventory
has the routers of both ends it is a link of the backbone as a circuit is; from a place that it does
not have, neither labels nor an IGP are taken (RFC 4364 section 13.1).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from egovnet.inventory.registers.legacy_circuits import LegacyCircuit
from egovnet.isolation.model.domains import BACKBONE, Attachment
from egovnet.isolation.model.expectation import Expectation, Place


def with_legacy_circuits(
    expectation: Expectation, circuits: Mapping[str, LegacyCircuit], day: date
) -> Expectation:
    """`expectation`, and the ports of those that are in force on `day`."""
    attachments: dict[str, Mapping[Place, Attachment]] = dict(expectation.attachments)
    for name, circuit in circuits.items():
        for router, port in circuit.ports if circuit.in_force(day) else ():
            place = Attachment(
                f"legacy circuit {name}",
                router,
                port,
                None,
                BACKBONE,
                between_routers=circuit.between_routers,
            )
            # what the inventory itself has there is right
            attachments[router] = {(port, None): place, **attachments.get(router, {})}
    return replace(expectation, attachments=attachments)

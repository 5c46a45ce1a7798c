"""How a failure that no port sees is found: BFD (RFC 5880, RFC 5881), else BGP's own timers.

A circuit or an access that dies behind a switch or in a carrier's network leaves the ports at both
ends up. Without BFD it is found when a hold time ends: 30 s of IS-IS, 180 s of BGP.
"""

from typing import Annotated

from pydantic import Field, model_validator

from egovnet.inventory.model.annotations import about
from egovnet.inventory.model.primitives import Closed, refusal


class BfdTimers(Closed):
    """Where BFD is used, and how soon it finds a failure: interval times multiplier.

    Of two routers the slower interval counts (RFC 5880 section 6.8.4).
    """

    enabled: Annotated[
        bool, about("Whether it is used where a circuit or access says nothing.", True)
    ] = True
    interval: Annotated[
        int,
        Field(strict=True, ge=50, le=10000),
        about("Time between two packets, in either direction.", 200, unit="ms"),
    ] = 200
    multiplier: Annotated[
        int,
        Field(strict=True, ge=2, le=50),
        about("So many packets in a row are lost when the other end is dead.", 3, unit="packets"),
    ] = 3


class Bfd(Closed):
    """Bidirectional Forwarding Detection (RFC 5880), which finds failures that no port sees."""

    circuits: Annotated[
        BfdTimers,
        about("Between the routers at both ends of a circuit.", {"interval": 200, "multiplier": 3}),
    ] = BfdTimers()
    accesses: Annotated[
        BfdTimers,
        about(
            "With customers' routers: on the accesses with bgp of sites that have several, and "
            "where an access says so.",
            {"interval": 300, "multiplier": 3},
        ),
    ] = BfdTimers()


class SessionTimers(Closed):
    """Timers of a BGP session (RFC 4271 section 4.2): of both ends the shorter hold time counts."""

    keepalive: Annotated[
        int,
        Field(strict=True, ge=1, le=21845),
        about("Time between two messages that say nothing else.", 3, unit="seconds"),
    ]
    hold: Annotated[
        int,
        Field(strict=True, ge=3, le=65535),
        about("Without any message for so long, the session ends.", 9, unit="seconds"),
    ]

    @model_validator(mode="after")
    def _hold_of_three_keepalives(self) -> "SessionTimers":
        if self.hold < 3 * self.keepalive:
            raise refusal(
                f"hold {self.hold} is less than three times keepalive {self.keepalive}",
                f"let it be {3 * self.keepalive} or more (RFC 4271)",
                "hold",
            )
        return self

"""`circuits.yaml`: point-to-point links of the backbone."""

from typing import Annotated

from pydantic import Field

from egovnet.inventory.model.annotations import about
from egovnet.inventory.model.primitives import BackboneRouterName, Closed, Port, Text


class CircuitEnd(Closed):
    """One end of a backbone circuit."""

    router: Annotated[BackboneRouterName, about("Router at this end.", "bj-p1")]
    port: Annotated[Port, about("Port of that router, which nothing else uses.", "eth1")]


class Circuit(Closed):
    """A point-to-point backbone circuit between two routers."""

    a: Annotated[CircuitEnd, about("One end.", {"router": "bj-p1", "port": "eth1"})]
    b: Annotated[
        CircuitEnd, about("The other end, on another router.", {"router": "bj-p2", "port": "eth1"})
    ]
    metric: Annotated[
        int,
        Field(strict=True, ge=1, le=16777214),
        about("Cost of the link: the lower, the better the path.", 10, unit="IS-IS metric"),
    ] = 10
    bfd: Annotated[
        bool | None,
        about("Whether both ends speak BFD; left out, as network.yaml says of circuits.", False),
    ] = None
    description: Annotated[Text, about("For people.", "10 Gbit/s, carrier A")] = ""

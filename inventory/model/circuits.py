"""`circuits.yaml`: point-to-point links of the backbone."""

from typing import Annotated

from pydantic import Field

from egovnet.inventory.model.primitives import Closed, Name, Port, Text


class CircuitEnd(Closed):
    """One end of a backbone circuit."""

    router: Name
    port: Port


class Circuit(Closed):
    """A point-to-point backbone circuit between two routers."""

    a: CircuitEnd
    b: CircuitEnd
    metric: Annotated[int, Field(strict=True, ge=1, le=16777214)] = 10
    description: Text = ""

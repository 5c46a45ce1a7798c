"""`agencies.yaml`: who owns VPNs."""

from typing import Literal

from egovnet.inventory.model.primitives import Closed, Text


class Agency(Closed):
    """Owner of VPNs: one of the intranet's six systems, or a department of the extranet."""

    name: Text
    kind: Literal["system", "department"]

"""`agencies.yaml`: who owns VPNs."""

from typing import Annotated, Literal

from egovnet.inventory.model.annotations import about
from egovnet.inventory.model.primitives import Abbreviation, Closed, Title
from egovnet.inventory.model.validity import Stated


class Agency(Closed):
    """Owner of VPNs: one of the intranet's six systems, or a department of the extranet."""

    name: Annotated[Title, about("What people call it.", "State Taxation Administration")]
    kind: Annotated[
        Literal["system", "department"],
        about(
            "A system is one of the intranet's six and may own VPNs in both zones; a department "
            "owns VPNs in the extranet only.",
            "department",
        ),
    ]
    abbreviation: Annotated[
        Abbreviation | None,
        about("What names by rule have for it; no other agency's.", "tax"),
    ] = None
    approvers: Annotated[
        tuple[Stated, ...],
        about(
            "Persons who may approve for it exchanges with VPNs of lower levels, as they are named "
            "in exchanges.yaml.",
            ["Li Na"],
        ),
    ] = ()

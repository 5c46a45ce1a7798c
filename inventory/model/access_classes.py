"""Access classes of a site in the extranet (DB34/T 3607-2020), and what it announces by them.

What each class joins is in `egovnet.inventory.access_classes`.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from egovnet.inventory.model.annotations import about
from egovnet.inventory.model.primitives import Closed, Prefix, VpnName


class AccessClass(StrEnum):
    """Which parts of the extranet an access joins."""

    #: The public zone.
    A = "A"
    #: The public zone and the shared Internet exit.
    B = "B"
    #: The public zone, and an Internet exit of its own.
    C = "C"
    #: The public zone, a department's network and the shared Internet exit.
    D = "D"
    #: The public zone and a department's network, and an Internet exit of its own.
    E = "E"
    #: A campus: the public zone and the networks of several departments.
    F = "F"


class Attachment(Closed):
    """A further VPN that a site is joined to by the class of its accesses."""

    vpn: Annotated[VpnName, about("VPN that it is joined to.", "public")]
    prefixes: Annotated[
        tuple[Prefix, ...],
        Field(min_length=1),
        about("What it may announce there, of either family.", ["10.2.31.0/24"]),
    ]

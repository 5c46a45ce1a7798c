"""`vpns.yaml`: VPN services, and the two networks that they are of.

Names follow L3SM (RFC 8299). A *zone* is one of the two networks that must never meet; it is not
RFC 8299's "extranet".
"""

from enum import StrEnum

from egovnet.inventory.model.primitives import Closed, Name, Text


class ZoneName(StrEnum):
    """The two networks over one backbone."""

    INTRANET = "intranet"
    EXTRANET = "extranet"


class Topology(StrEnum):
    """vpn-service-topology of RFC 8299 section 5.2."""

    ANY_TO_ANY = "any-to-any"
    HUB_SPOKE = "hub-spoke"


class Vpn(Closed):
    """A vpn-service: one agency's network in one zone."""

    name: Text
    zone: ZoneName
    owner: Name
    vpn_service_topology: Topology = Topology.ANY_TO_ANY

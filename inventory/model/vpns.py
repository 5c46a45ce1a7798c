"""`vpns.yaml`: VPN services, and the two networks that they are of.

Names follow L3SM (RFC 8299). A *zone* is one of the two networks that must never meet; it is not
RFC 8299's "extranet".
"""

from enum import StrEnum
from typing import Annotated

from egovnet.inventory.model.annotations import about
from egovnet.inventory.model.levels import ProtectionLevel
from egovnet.inventory.model.primitives import Address, AgencyName, Closed, Title


class ZoneName(StrEnum):
    """The two networks over one backbone."""

    INTRANET = "intranet"
    EXTRANET = "extranet"


class Topology(StrEnum):
    """vpn-service-topology of RFC 8299 section 5.2."""

    ANY_TO_ANY = "any-to-any"
    HUB_SPOKE = "hub-spoke"


class Filtering(StrEnum):
    """What the PEs let in from the customers of a VPN."""

    #: Everything.
    OPEN = "open"
    #: Everything; what no register declares is counted and recorded.
    OBSERVED = "observed"
    #: What its applications and exchanges declare, and nothing else.
    ENFORCED = "enforced"


class Encryption(StrEnum):
    """What of a VPN's packets is encrypted on the backbone."""

    #: Nothing.
    NONE = "none"
    #: From a PE to a PE: whoever is on a circuit, and a P router, reads nothing.
    PE_TO_PE = "pe-to-pe"


#: Of a packet of an encrypted VPN in its tunnel: 1500 and the VPN's label.
TUNNEL_MTU = 1504
#: The same on a circuit, with GRE 4 (RFC 2784), ESP 8 + 8 + 4 + 16 with AES-GCM (RFC 4303, RFC
#: 4106), IPv4 20 and the backbone's label 4.
ENCRYPTED_CIRCUIT_MTU = TUNNEL_MTU + 64


class ExtranetPart(StrEnum):
    """The parts of the extranet, as the field's standards have them (DB34/T 3607-2020)."""

    #: The public zone: one VPN that departments reach each other in.
    PUBLIC = "public"
    #: The private zone: a department's own VPN.
    DEPARTMENT = "department"
    #: The Internet zone: a VPN with a gateway.
    INTERNET = "internet"


class AddressPlan(StrEnum):
    """Which plan the prefixes of a VPN are of."""

    #: The nation's one plan, in which no prefix overlaps another.
    SHARED = "shared"
    #: Its own, which may overlap that of any other VPN.
    OWN = "own"


class Vpn(Closed):
    """A vpn-service: one agency's network in one zone."""

    name: Annotated[Title, about("What people call it.", "Taxation department network")]
    zone: Annotated[
        ZoneName, about("Which of the two networks it is of; they never meet.", "extranet")
    ]
    owner: Annotated[AgencyName, about("Agency that owns it.", "taxation")]
    part: Annotated[
        ExtranetPart | None,
        about(
            "Which part of the extranet it is: the public zone, a department's own network, or an "
            "Internet zone. Left out, it is none of them.",
            "department",
        ),
    ] = None
    address_plan: Annotated[
        AddressPlan,
        about(
            "Whether its prefixes are of the nation's plan, or of one of its own, which may "
            "overlap others'; of a department's network only.",
            "own",
        ),
    ] = AddressPlan.SHARED
    vpn_service_topology: Annotated[
        Topology,
        about("Whether all sites reach each other, or spokes reach the hubs only.", "hub-spoke"),
    ] = Topology.ANY_TO_ANY
    filtering: Annotated[
        Filtering,
        about(
            "What PEs let in from its customers: everything, everything with a record of what is "
            "not declared, or only what applications and exchanges declare.",
            "observed",
        ),
    ] = Filtering.OPEN
    encryption: Annotated[
        Encryption,
        about(
            "Whether its packets are encrypted from PE to PE, so that circuits and P routers carry "
            "nothing of them that can be read.",
            "pe-to-pe",
        ),
    ] = Encryption.NONE
    level: Annotated[
        ProtectionLevel | None,
        about("Its level by GB/T 22239; left out, it has none yet.", 2, unit="GB/T 22239 level"),
    ] = None
    name_servers: Annotated[
        tuple[Address, ...],
        about(
            "Addresses, within its sites' prefixes, on which its name server answers; its agency "
            "has a domain then, where network.yaml has one of the zone.",
            ["10.2.21.53"],
        ),
    ] = ()

    @property
    def is_encrypted(self) -> bool:
        """Whether nothing of it may be on the backbone in clear."""
        return self.encryption is Encryption.PE_TO_PE

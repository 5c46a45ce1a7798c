"""`borders.yaml`: where the backbone of another operator is joined (RFC 4364 section 10).

By option a) of that section each border router is a PE to the other, with a VRF, a VLAN and an eBGP
session for each VPN that crosses. The other operator's routers are in an inventory of its own, and
only what both sides must agree on is written here.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from egovnet.inventory.model.annotations import about
from egovnet.inventory.model.keys import TcpMd5
from egovnet.inventory.model.primitives import (
    Asn,
    Closed,
    Name,
    PeName,
    Port,
    Prefix,
    Text,
    VpnId,
    VpnName,
)
from egovnet.inventory.model.sites import MOST_PREFIXES, SiteRole
from egovnet.inventory.model.vpns import ZoneName


class BorderOption(StrEnum):
    """The options of RFC 4364 section 10."""

    #: A VRF, a VLAN and a session for each VPN; no labels cross.
    A = "A"
    #: One session for the routes of all VPNs that cross, whose packets cross with labels.
    B = "B"


class Numbering(StrEnum):
    """Which side gives the VLANs and the addresses of the links."""

    #: They are allocated here, and written by the neighbour.
    OURS = "ours"
    #: They are written here as the neighbour allocated them.
    THEIRS = "theirs"


class BorderState(StrEnum):
    """How far the neighbour has come: the own side is there in either state."""

    #: The own side is provisioned, and nobody answers yet.
    WAITING = "waiting-for-neighbor"
    IN_SERVICE = "in-service"


class BorderVpn(Closed):
    """A VPN that crosses a border."""

    vpn: Annotated[VpnName, about("The own VPN.", "taxation")]
    neighbor_vpn: Annotated[
        VpnId, about("What the neighbour calls it: one VPN on either side.", "taxation")
    ]
    neighbor_zone: Annotated[
        ZoneName,
        about("Zone that it is of at the neighbour, which is the own VPN's.", "extranet"),
    ]
    vlan: Annotated[
        int | None,
        Field(strict=True, ge=1, le=4094),
        about(
            "With numbering theirs: the VLAN as the neighbour allocated it; else left out.",
            3801,
            unit="VLAN id",
        ),
    ] = None
    links: Annotated[
        tuple[Prefix, ...],
        about(
            "With numbering theirs: the networks of the link as the neighbour allocated them, one "
            "of each family. The side that allocates has the first host address, the other one "
            "the next.",
            ["10.44.0.0/30"],
        ),
    ] = ()
    site_role: Annotated[
        SiteRole,
        about(
            "Hub or spoke in a VPN with the topology hub-spoke: whom the neighbour reaches; left "
            "out in others.",
            "hub-role",
        ),
    ] = SiteRole.ANY_TO_ANY
    accepts: Annotated[
        tuple[Prefix, ...],
        Field(min_length=1),
        about(
            "What the neighbour may announce, and parts of it; nothing else is taken.",
            ["10.64.0.0/16"],
        ),
    ]
    announces: Annotated[
        tuple[Prefix, ...],
        Field(min_length=1),
        about(
            "What is announced to it, and parts of that, where the VPN has them; nothing else.",
            ["10.2.0.0/16"],
        ),
    ]
    aggregate: Annotated[
        bool,
        about(
            "Whether each prefix of announces is announced as one route, as long as the VPN has "
            "some part of it, and no part by itself: the neighbour's tables stay small.",
            True,
        ),
    ] = False
    maximum_prefix: Annotated[
        int,
        Field(strict=True, ge=1, le=MOST_PREFIXES),
        about("So many of a family may be announced, then the session ends.", 500, unit="prefixes"),
    ] = 1000

    @property
    def versions(self) -> frozenset[int]:
        """IP versions that cross, of 4 and 6."""
        return frozenset(prefix.version for prefix in self.accepts)


class Border(Closed):
    """Where the backbone of another operator is joined, at one port of one PE."""

    description: Annotated[Text, about("For people.", "Guangdong, first border router")] = ""
    option: Annotated[
        BorderOption,
        about(
            "Of RFC 4364 section 10. A: a VRF, a VLAN and a session for each VPN. B, labelled "
            "routes of all of them in one session, is refused where a platform cannot swap the "
            "neighbour's labels for its own.",
            "A",
        ),
    ]
    neighbor: Annotated[Name, about("What the other network is called.", "guangdong")]
    neighbor_asn: Annotated[Asn, about("Its AS number.", 64844, unit="AS number")]
    neighbor_router: Annotated[Name, about("Its border router, as it calls it.", "gd-asbr1")]
    neighbor_port: Annotated[Port, about("The port of that router.", "eth4")]
    router: Annotated[PeName, about("The own border router, a PE.", "gd-pe1")]
    port: Annotated[
        Port, about("Port of that PE, which nothing else uses: a VLAN for each VPN.", "eth11")
    ]
    numbering: Annotated[
        Numbering,
        about(
            "Who allocates VLANs and links: ours, and the neighbour writes them; or theirs, and "
            "they are written here.",
            "ours",
        ),
    ]
    access_priority: Annotated[
        int,
        Field(strict=True, ge=1, le=65535),
        about(
            "The higher wins when a VPN crosses at several borders.",
            200,
            unit="BGP local preference",
        ),
    ] = 100
    bfd: Annotated[
        bool, about("Whether the sessions follow BFD; the neighbour says the same.", True)
    ] = False
    authentication: Annotated[
        TcpMd5 | None,
        about(
            "Sessions are authenticated, those of each VPN by a key of their own (RFC 2385), which "
            "one side makes and hands over, and the other takes.",
            "tcp-md5",
        ),
    ] = None
    ttl_security: Annotated[
        bool,
        about(
            "Only packets that no router handed on are taken (RFC 5082); the neighbour says the "
            "same.",
            True,
        ),
    ] = False
    state: Annotated[
        BorderState,
        about(
            "How far the neighbour has come: waiting-for-neighbor, the own side is ready and "
            "nobody answers yet.",
            "waiting-for-neighbor",
        ),
    ] = BorderState.IN_SERVICE
    vpns: Annotated[
        dict[Name, BorderVpn],
        Field(min_length=1),
        about(
            "VPNs that cross, by a name of your own.",
            {
                "taxation": {
                    "vpn": "taxation",
                    "neighbor-vpn": "taxation",
                    "neighbor-zone": "extranet",
                    "accepts": ["10.64.0.0/16"],
                    "announces": ["10.2.0.0/16"],
                }
            },
        ),
    ]

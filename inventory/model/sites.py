"""`sites.yaml` or `sites/*.yaml`: places of agencies, and where they are joined to PEs.

Names follow L3SM (RFC 8299: site, site-role, site-network-access).
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from egovnet.inventory.model.access_classes import AccessClass, Attachment
from egovnet.inventory.model.annotations import about
from egovnet.inventory.model.failure_detection import SessionTimers
from egovnet.inventory.model.keys import TcpMd5
from egovnet.inventory.model.primitives import (
    Asn,
    Closed,
    Name,
    PeName,
    Port,
    Prefix,
    RegionName,
    Text,
    Vlan,
    VpnName,
    kebab,
    refusal,
)

#: The most that an access may have as its maximum of prefixes.
MOST_PREFIXES = 100_000


class SiteRole(StrEnum):
    """site-role of RFC 8299 section 5.3.2.3."""

    ANY_TO_ANY = "any-to-any-role"
    HUB = "hub-role"
    SPOKE = "spoke-role"


class ServiceState(StrEnum):
    """How far the service has come, in this order.

    An admin-status of RFC 9181 (section 4.4) says what the operator wants of a port; this says
    whether the port is there, and whether anybody is to answer behind it.
    """

    #: It has its numbers, and no router has a line of it.
    PLANNED = "planned"
    #: The customer's router is not there yet: the PE's side is provisioned, and nothing answers.
    WAITING = "waiting-for-customer"
    IN_SERVICE = "in-service"


#: Of an access, what means nothing with static routes.
_OF_BGP = (
    "maximum_prefix",
    "access_priority",
    "bfd",
    "timers",
    "authentication",
    "ttl_security",
)


class SiteNetworkAccess(Closed):
    """Where a site is joined to a PE (RFC 8299 section 5.3.2)."""

    pe: Annotated[PeName, about("Router with role pe that it ends on.", "bj-pe1")]
    port: Annotated[
        Port,
        about("Port of that PE; several accesses may share one, each in a VLAN.", "eth3"),
    ]
    vlan: Annotated[
        Vlan,
        about(
            "VLAN tag on the port; left out, one is allocated. untagged: the port itself, which "
            "nothing else uses then.",
            100,
            unit="VLAN id",
        ),
    ] = None
    routing_protocol: Annotated[
        Literal["static", "bgp"],
        about("How the site's prefixes are learned: configured on the PE, or by eBGP.", "bgp"),
    ]
    maximum_prefix: Annotated[
        int,
        Field(strict=True, ge=1, le=MOST_PREFIXES),
        about("With bgp: so many may be announced, then the session ends.", 50, unit="prefixes"),
    ] = 100
    access_priority: Annotated[
        int,
        Field(strict=True, ge=1, le=65535),
        about(
            "With bgp: the higher wins when a site has several accesses.",
            200,
            unit="BGP local preference",
        ),
    ] = 100
    bfd: Annotated[
        bool | None,
        about(
            "With bgp: whether the customer's router speaks BFD. Left out: as network.yaml says "
            "of accesses, where the site has several.",
            True,
        ),
    ] = None
    timers: Annotated[
        SessionTimers | None,
        about(
            "With bgp: its timers, where the customer's router cannot speak BFD.",
            {"keepalive": 3, "hold": 9},
        ),
    ] = None
    authentication: Annotated[
        TcpMd5 | None,
        about(
            "With bgp: the session is authenticated by a key of this access (RFC 2385), which "
            "egovnet makes and the customer's router is to have.",
            "tcp-md5",
        ),
    ] = None
    ttl_security: Annotated[
        bool,
        about(
            "With bgp: only packets that no router handed on are taken (RFC 5082), so that "
            "the customer's router is to send its own with TTL 255, as it says so itself.",
            True,
        ),
    ] = False
    access_class: Annotated[
        AccessClass | None,
        about(
            "In the extranet, which of its parts it joins: A the public zone; B with the shared "
            "Internet exit; C with an exit of its own; D and E the same with a department's "
            "network; F a campus. Left out, it joins the site's VPN only.",
            "E",
        ),
    ] = None
    internet_line: Annotated[
        Text | None,
        about(
            "With a class of its own exit: the site's own Internet line, which the backbone "
            "never carries; for people.",
            "China Telecom, 200 Mbit/s, contract of 2026",
        ),
    ] = None
    state: Annotated[
        ServiceState | None,
        about(
            "How far the service has come, if less far than that of the site; left out, as the "
            "site says.",
            "waiting-for-customer",
        ),
    ] = None

    @model_validator(mode="after")
    def _nothing_in_vain(self) -> "SiteNetworkAccess":
        if self.routing_protocol == "static":
            for name in _OF_BGP:
                if name in self.model_fields_set:
                    raise refusal(
                        f"{kebab(name)} has no effect with routing-protocol static",
                        "leave it out, or use bgp",
                        kebab(name),
                    )
        return self


class Site(Closed):
    """A place of an agency, in one VPN, with the prefixes it may announce."""

    description: Annotated[Text, about("For people.", "Provincial tax service, Guangdong")] = ""
    region: Annotated[RegionName, about("Region that it is in.", "guangdong")]
    vpn: Annotated[VpnName, about("VPN that it is joined to.", "taxation")]
    site_role: Annotated[
        SiteRole,
        about(
            "Hub or spoke in a VPN with the topology hub-spoke; left out in others.", "spoke-role"
        ),
    ] = SiteRole.ANY_TO_ANY
    prefixes: Annotated[
        tuple[Prefix, ...],
        Field(min_length=1),
        about("What it may announce, of either family.", ["10.2.21.0/24", "fde9:2:21::/64"]),
    ]
    attachments: Annotated[
        dict[Name, Attachment],
        about(
            "Further VPNs that the class of its accesses joins it to, by a name of your own.",
            {"services": {"vpn": "public", "prefixes": ["10.2.31.0/24"]}},
        ),
    ] = Field(default_factory=dict)
    asn: Annotated[
        Asn | None,
        about("Its AS number with bgp; left out, one is allocated.", 64512, unit="AS number"),
    ] = None
    state: Annotated[
        ServiceState,
        about(
            "How far the service has come. planned: numbers are kept for it, and no router has a "
            "line of it; waiting-for-customer: the PE is ready and nobody answers yet.",
            "waiting-for-customer",
        ),
    ] = ServiceState.IN_SERVICE
    site_network_accesses: Annotated[
        dict[Name, SiteNetworkAccess],
        Field(min_length=1),
        about(
            "Where it is joined, by a name of your own.",
            {"main": {"pe": "gd-pe1", "port": "eth5", "routing-protocol": "static"}},
        ),
    ]

    def state_of(self, access: str) -> ServiceState:
        """How far the service has come on one of the accesses."""
        return self.site_network_accesses[access].state or self.state

    def awaits(self, access: str) -> bool:
        """Whether the customer's router is not there yet, on one of the accesses."""
        return self.state_of(access) is ServiceState.WAITING

    @property
    def planned_accesses(self) -> tuple[str, ...]:
        """Accesses that no router has a line of yet."""
        accesses = self.site_network_accesses
        return tuple(name for name in accesses if self.state_of(name) is ServiceState.PLANNED)

    @property
    def awaited(self) -> bool:
        """Whether the customer's router is not there yet on any access."""
        return all(map(self.awaits, self.site_network_accesses))

    @property
    def vpns(self) -> tuple[str, ...]:
        """VPNs that it says it is joined to, its own first."""
        return (self.vpn, *(each.vpn for each in self.attachments.values()))

    @property
    def versions(self) -> frozenset[int]:
        """IP versions that its network has, of 4 and 6: those of its prefixes."""
        return frozenset(prefix.version for prefix in self.prefixes)

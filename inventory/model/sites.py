"""`sites.yaml` or `sites/*.yaml`: places of agencies, and where they are joined to PEs.

Names follow L3SM (RFC 8299: site, site-role, site-network-access).
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from egovnet.inventory.model.primitives import (
    Asn,
    Closed,
    Name,
    Port,
    Prefix,
    Text,
    Vlan,
    VpnId,
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
    """How far the service has come: the PE's side is there in either state.

    An admin-status of RFC 9181 (section 4.4) says what the operator wants of a port; this says
    whether anybody is to answer behind it.
    """

    #: The customer's router is not there yet: the PE's side is provisioned, and nothing answers.
    WAITING = "waiting-for-customer"
    IN_SERVICE = "in-service"


class SiteNetworkAccess(Closed):
    """Where a site is joined to a PE (RFC 8299 section 5.3.2)."""

    pe: Name
    port: Port
    #: None: allocated. "untagged": the port itself.
    vlan: Vlan = None
    routing_protocol: Literal["static", "bgp"]
    maximum_prefix: Annotated[int, Field(strict=True, ge=1, le=MOST_PREFIXES)] = 100
    #: The higher wins when a site has several accesses (BGP local preference).
    access_priority: Annotated[int, Field(strict=True, ge=1, le=65535)] = 100
    #: None: its site's.
    state: ServiceState | None = None

    @model_validator(mode="after")
    def _nothing_in_vain(self) -> "SiteNetworkAccess":
        if self.routing_protocol == "static":
            for name in ("maximum_prefix", "access_priority"):
                if name in self.model_fields_set:
                    raise refusal(
                        f"{kebab(name)} has no effect with routing-protocol static",
                        "leave it out, or use bgp",
                        kebab(name),
                    )
        return self


class Site(Closed):
    """A place of an agency, in one VPN, with the prefixes it may announce."""

    description: Text = ""
    region: Name
    vpn: VpnId
    site_role: SiteRole = SiteRole.ANY_TO_ANY
    prefixes: Annotated[tuple[Prefix, ...], Field(min_length=1)]
    asn: Asn | None = None
    state: ServiceState = ServiceState.IN_SERVICE
    site_network_accesses: Annotated[dict[Name, SiteNetworkAccess], Field(min_length=1)]

    def awaits(self, access: str) -> bool:
        """Whether the customer's router is not there yet, on one of the accesses."""
        own = self.site_network_accesses[access].state
        return (own or self.state) is ServiceState.WAITING

    @property
    def awaited(self) -> bool:
        """Whether the customer's router is not there yet on any access."""
        return all(map(self.awaits, self.site_network_accesses))

    @property
    def versions(self) -> frozenset[int]:
        """IP versions that its network has, of 4 and 6: those of its prefixes."""
        return frozenset(prefix.version for prefix in self.prefixes)

"""`network.yaml`: the backbone's numbers, its pools, the two zones and the management network."""

from typing import Annotated

from pydantic import Field, model_validator

from egovnet.inventory.model.as_numbers import MAX_ASN, reserved_asn
from egovnet.inventory.model.primitives import (
    Asn,
    Closed,
    Name,
    NumberRange,
    Port,
    Prefix4,
    Prefix6,
    Text,
    refusal,
)
from egovnet.inventory.model.vpns import ZoneName


class RouteTargetRange(NumberRange):
    """Route-target numbers: two-octet-AS RTs (RFC 4360 section 3.1) have 32-bit numbers."""

    last: Annotated[int, Field(strict=True, ge=1, le=4294967295)]


class Zone(Closed):
    """One of the two networks: how its VRFs are named and its RTs numbered."""

    description: Text = ""
    vrf_prefix: Annotated[str, Field(pattern=r"^[a-z]$")]
    route_targets: RouteTargetRange


class Pools(Closed):
    """Where numbers come from. IPv4 circuits are /31 (RFC 3021), IPv6 /127 (RFC 6164)."""

    loopback_ipv4: Prefix4
    loopback_ipv6: Prefix6
    circuit_ipv4: Prefix4
    circuit_ipv6: Prefix6
    access_ipv4: Prefix4
    access_ipv6: Prefix6
    vlan: NumberRange
    site_asn: NumberRange

    @model_validator(mode="after")
    def _within_protocols(self) -> "Pools":
        if self.vlan.last > 4094:
            raise refusal(
                f"pool vlan ends at {self.vlan.last}",
                "VLAN ids end at 4094 (IEEE 802.1Q)",
                "vlan",
                "last",
            )
        if self.site_asn.last > MAX_ASN:
            raise refusal(
                f"pool site-asn ends at {self.site_asn.last}",
                f"AS numbers end at {MAX_ASN} (RFC 6793, RFC 7300)",
                "site-asn",
                "last",
            )
        reserved = reserved_asn(self.site_asn.first, self.site_asn.last)
        if reserved is not None:
            raise refusal(
                f"pool site-asn holds AS {reserved}",
                "let it begin after, or end before",
                "site-asn",
            )
        return self


#: Where frames without a tag end on a port that carries VLANs: a VRF that leads nowhere. Without
#: it Linux would look them up in the backbone's own table.
UNTAGGED_VRF = "untagged"


class Management(Closed):
    """The management network: a VRF of its own on every router, never a customer's."""

    vrf: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,14}$")] = "mgmt"
    #: Of the router's kernel, where the platform has numbered tables; customers' start at 1002.
    table: Annotated[int, Field(strict=True, ge=1)] = 1001
    port: Port = "eth0"
    prefix: Prefix4

    @model_validator(mode="after")
    def _vrf_is_nothing_else(self) -> "Management":
        if self.vrf in {UNTAGGED_VRF, self.port} or self.vrf[1:2] == "-":
            raise refusal(
                f"vrf {self.vrf!r} is the name of something else",
                "take one such as mgmt; customers' VRFs begin with a letter and a hyphen",
                "vrf",
            )
        return self


class Backbone(Closed):
    """What `network.yaml` says: the backbone's numbers and the two zones."""

    name: Name
    description: Text = ""
    asn: Annotated[Asn, Field(le=65535)]
    #: At most 13 octets (ISO 10589); the system id follows.
    isis_area: Annotated[str, Field(pattern=r"^49(\.[0-9a-f]{4}){1,6}$")]
    #: Room for an Ethernet payload of 1500 bytes under a stack of labels.
    circuit_mtu: Annotated[int, Field(strict=True, ge=1508, le=9216)] = 1600
    zones: dict[ZoneName, Zone]
    pools: Pools
    management: Management

    @model_validator(mode="after")
    def _two_zones(self) -> "Backbone":
        absent = [zone.value for zone in ZoneName if zone not in self.zones]
        if absent:
            raise refusal(f"zones lacks {', '.join(absent)}", "describe both zones", "zones")
        prefixes = {zone.vrf_prefix for zone in self.zones.values()}
        if len(prefixes) < len(self.zones):
            raise refusal("two zones have one vrf-prefix", "give each zone its own letter", "zones")
        first, second = sorted(
            (zone.route_targets for zone in self.zones.values()), key=lambda pool: pool.first
        )
        if second.first <= first.last:
            raise refusal(
                f"the zones' route-targets overlap at {second.first}",
                "give each zone its own range",
                "zones",
            )
        asns = self.pools.site_asn
        if asns.first <= self.asn <= asns.last:
            raise refusal(
                f"pool site-asn {asns.first}-{asns.last} holds the backbone's own AS {self.asn}",
                "move the pool: a site in the backbone's AS would be an internal peer",
                "pools",
                "site-asn",
            )
        return self

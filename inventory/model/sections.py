"""What the owner wrote: closed, frozen models of an inventory.

Names follow L3SM (RFC 8299: vpn-service-topology, site, site-role, site-network-access) and
L3VPN (RFC 4364: PE, P, RR). Keys in YAML are kebab-case, as in the YANG modules.
A *zone* is one of the two networks that must never meet; it is not RFC 8299's "extranet".
"""

from enum import StrEnum
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_interface,
)
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from egovnet.inventory.model.schema_problems import shown

IPNetwork = IPv4Network | IPv6Network


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class Closed(BaseModel):
    """Base of all models here: unknown keys are errors, values never change."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=_kebab, populate_by_name=True
    )


class Tier(StrEnum):
    """Level of government that a region or router serves."""

    CENTRE = "centre"
    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"


TIER_ORDER = tuple(Tier)


class Role(StrEnum):
    """What a router does: P switches labels, RR reflects VPN routes, PE holds VRFs.

    PLATFORM marks the PEs of the intranet's top-level interconnection platform.
    """

    P = "p"
    RR = "rr"
    PE = "pe"
    PLATFORM = "platform"


class ZoneName(StrEnum):
    """The two networks over one backbone."""

    INTRANET = "intranet"
    EXTRANET = "extranet"


class Topology(StrEnum):
    """vpn-service-topology of RFC 8299 section 5.2."""

    ANY_TO_ANY = "any-to-any"
    HUB_SPOKE = "hub-spoke"


class SiteRole(StrEnum):
    """site-role of RFC 8299 section 5.3.2.3."""

    ANY_TO_ANY = "any-to-any-role"
    HUB = "hub-role"
    SPOKE = "spoke-role"


def _refusal(found: str, remedy: str, *at: str) -> PydanticCustomError:
    """An error in our own words, about the key `at` of the model that raises it.

    `egovnet.inventory.model.schema_problems` takes it apart again.
    """
    context = {"found": found, "remedy": remedy, "at": at}
    return PydanticCustomError("egovnet", "{found} -> {remedy}", context)


def _port(value: str) -> str:
    if value == "lo":
        raise _refusal("'lo' is the loopback", "name a port")
    return value


#: 10 characters leave room in a Linux interface name (15) for zone prefix and spoke number.
VpnId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,9}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,40}$")]
#: `.` and the VLAN id (up to 5 characters) follow; a Linux interface name has 15.
Port = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,9}$"), AfterValidator(_port)]
MAX_ASN = 4294967294
Asn = Annotated[int, Field(strict=True, ge=1, le=MAX_ASN)]
#: Free text that is safe inside `description` lines of any platform.
Text = Annotated[str, Field(max_length=120, pattern=r"^[^\x00-\x1f!#\"'`$\\]*$")]


def _network(value: object, family: str) -> object:
    """Refuse host bits instead of dropping them: 10.0.0.1/24 is a typing mistake."""
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    example = "fde9::/64" if family == "IPv6" else "10.0.0.0/24"
    if not isinstance(value, str):
        raise _refusal(
            f"{shown(value)} is no prefix", f"write one such as {example}, IPv6 in quotes"
        )
    try:
        network = ip_interface(value).network
    except ValueError as error:
        raise _refusal(
            f"{value!r} is no {family} prefix", f"write a prefix such as {example}"
        ) from error
    if not family.startswith(f"IPv{network.version}") and family != "IPv4 or IPv6":
        raise _refusal(f"{value!r} is no {family} prefix", f"write a prefix such as {example}")
    if "/" not in value:
        raise _refusal(f"{value!r} has no length", f"write a prefix such as {example}")
    if int(network.network_address) != int(ip_interface(value).ip):
        raise _refusal(f"{value!r} has host bits set", f"write {network}")
    return network


def _any_network(value: object) -> object:
    return _network(value, "IPv4 or IPv6")


def _network4(value: object) -> object:
    return _network(value, "IPv4")


def _network6(value: object) -> object:
    return _network(value, "IPv6")


def _vlan(value: object) -> object:
    """One message for one mistake, where a union of types would give one for each."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if value is None or value == "untagged" or (whole and 1 <= value <= 4094):  # type: ignore[operator] # `whole` says int
        return value
    raise _refusal(
        f"{shown(value)} is no VLAN",
        "use 1 to 4094 or untagged, or leave vlan out to have one allocated",
    )


Prefix = Annotated[IPv4Network | IPv6Network, BeforeValidator(_any_network)]
Prefix4 = Annotated[IPv4Network, BeforeValidator(_network4)]
Prefix6 = Annotated[IPv6Network, BeforeValidator(_network6)]
Vlan = Annotated[int | Literal["untagged"] | None, BeforeValidator(_vlan)]


class NumberRange(Closed):
    """An inclusive range of numbers to allocate from."""

    first: Annotated[int, Field(strict=True, ge=1)]
    last: Annotated[int, Field(strict=True, ge=1)]

    @model_validator(mode="after")
    def _ordered(self) -> "NumberRange":
        if self.last < self.first:
            raise _refusal(
                f"last ({self.last}) is before first ({self.first})", "swap or correct them"
            )
        return self


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
            raise _refusal(
                f"pool vlan ends at {self.vlan.last}",
                "VLAN ids end at 4094 (IEEE 802.1Q)",
                "vlan",
                "last",
            )
        if self.site_asn.last > MAX_ASN:
            raise _refusal(
                f"pool site-asn ends at {self.site_asn.last}",
                f"AS numbers end at {MAX_ASN} (RFC 6793, RFC 7300)",
                "site-asn",
                "last",
            )
        return self


#: Where frames without a tag end on a port that carries VLANs: a VRF that leads nowhere. Without
#: it Linux would look them up in the backbone's own table.
UNTAGGED_VRF = "untagged"
UNTAGGED_TABLE = 5000


class Management(Closed):
    """The management network: a VRF of its own on every router, never a customer's."""

    vrf: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,14}$")] = "mgmt"
    #: The first table that ifupdown2 takes, as on Cumulus; customers' start at 1002.
    table: Literal[1001] = 1001
    port: Port = "eth0"
    prefix: Prefix4

    @model_validator(mode="after")
    def _free_on_linux(self) -> "Management":
        if self.vrf in {"lo", "default", UNTAGGED_VRF, self.port} or self.vrf[1:2] == "-":
            raise _refusal(
                f"vrf {self.vrf!r} is the name of something else",
                "take one such as mgmt; customers' VRFs begin with a letter and a hyphen",
                "vrf",
            )
        return self


class Backbone(Closed):
    """What `network.yaml` says: the backbone's numbers and the two zones."""

    name: Name
    description: Text = ""
    asn: Annotated[int, Field(strict=True, ge=1, le=65535)]
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
            raise _refusal(f"zones lacks {', '.join(absent)}", "describe both zones", "zones")
        prefixes = {zone.vrf_prefix for zone in self.zones.values()}
        if len(prefixes) < len(self.zones):
            raise _refusal(
                "two zones have one vrf-prefix", "give each zone its own letter", "zones"
            )
        first, second = sorted(
            (zone.route_targets for zone in self.zones.values()), key=lambda pool: pool.first
        )
        if second.first <= first.last:
            raise _refusal(
                f"the zones' route-targets overlap at {second.first}",
                "give each zone its own range",
                "zones",
            )
        asns = self.pools.site_asn
        if asns.first <= self.asn <= asns.last:
            raise _refusal(
                f"pool site-asn {asns.first}-{asns.last} holds the backbone's own AS {self.asn}",
                "move the pool: a site in the backbone's AS would be an internal peer",
                "pools",
                "site-asn",
            )
        return self


class Region(Closed):
    """A unit of government; a prefecture's parent is its province, and so on."""

    name: Text
    tier: Tier
    parent: Name | None = None


class Agency(Closed):
    """Owner of VPNs: one of the intranet's six systems, or a department of the extranet."""

    name: Text
    kind: Literal["system", "department"]


class Router(Closed):
    """A backbone or edge router. `hostname`, `port` and `platform` are how Nornir reaches it."""

    hostname: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.:-]*$", max_length=253)]
    port: Annotated[int, Field(strict=True, ge=1, le=65535)] = 22
    platform: Literal["frr"]
    region: Name
    tier: Tier
    roles: Annotated[frozenset[Role], Field(min_length=1)]
    management: IPv4Interface
    loopback_ipv4: IPv4Address | None = None
    loopback_ipv6: IPv6Address | None = None

    @model_validator(mode="after")
    def _roles_fit(self) -> "Router":
        if Role.PLATFORM in self.roles and Role.PE not in self.roles:
            raise _refusal("role platform without role pe", "add pe to its roles", "roles")
        return self


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


class Vpn(Closed):
    """A vpn-service: one agency's network in one zone."""

    name: Text
    zone: ZoneName
    owner: Name
    vpn_service_topology: Topology = Topology.ANY_TO_ANY


class SiteNetworkAccess(Closed):
    """Where a site is joined to a PE (RFC 8299 section 5.3.2)."""

    pe: Name
    port: Port
    #: None: allocated. "untagged": the port itself.
    vlan: Vlan = None
    routing_protocol: Literal["static", "bgp"]
    maximum_prefix: Annotated[int, Field(strict=True, ge=1, le=100000)] = 100
    #: The higher wins when a site has several accesses (BGP local preference).
    access_priority: Annotated[int, Field(strict=True, ge=1, le=65535)] = 100

    @model_validator(mode="after")
    def _nothing_in_vain(self) -> "SiteNetworkAccess":
        if self.routing_protocol == "static":
            for name in ("maximum_prefix", "access_priority"):
                if name in self.model_fields_set:
                    raise _refusal(
                        f"{_kebab(name)} has no effect with routing-protocol static",
                        "leave it out, or use bgp",
                        _kebab(name),
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
    site_network_accesses: Annotated[dict[Name, SiteNetworkAccess], Field(min_length=1)]


class Network(Closed):
    """A whole inventory, cross-checked: what `egovnet.inventory.source.load.load` returns."""

    backbone: Backbone
    regions: dict[Name, Region]
    agencies: dict[Name, Agency]
    routers: dict[Name, Router]
    circuits: dict[Name, Circuit]
    vpns: dict[VpnId, Vpn]
    sites: dict[Name, Site]

    def regions_within(self, region: str) -> frozenset[str]:
        """`region` and every region below it."""
        children: dict[str, list[str]] = {}
        for name, entry in self.regions.items():
            if entry.parent is not None:
                children.setdefault(entry.parent, []).append(name)
        found: set[str] = set()
        waiting = [region]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(children.get(name, ()))
        return frozenset(found)

    def with_role(self, role: Role) -> tuple[str, ...]:
        """Names of the routers that have `role`, in the inventory's order."""
        return tuple(name for name, router in self.routers.items() if role in router.roles)

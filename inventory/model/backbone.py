"""`network.yaml`: the backbone's numbers, its pools, the two zones and the management network."""

from typing import Annotated

from pydantic import Field, model_validator

from egovnet.inventory.model.address_plan import (
    AggregatedPool,
    AggregateLength,
    NameRules,
    SitePool,
    ZoneDomain,
)
from egovnet.inventory.model.algorithms import Ipsec
from egovnet.inventory.model.annotations import Form, about
from egovnet.inventory.model.as_numbers import MAX_ASN, TWO_OCTETS, reserved_asn
from egovnet.inventory.model.failure_detection import Bfd
from egovnet.inventory.model.keys import Authentication
from egovnet.inventory.model.primitives import (
    Asn,
    Closed,
    Name,
    NumberRange,
    Port,
    Prefix4,
    Prefix6,
    Text,
    kebab,
    refusal,
)
from egovnet.inventory.model.regions import Tier
from egovnet.inventory.model.vpns import ZoneName


class RouteTargetRange(NumberRange):
    """Route-target numbers: 32 bits beside an AS of two octets (RFC 4360 section 3.1), 16 bits
    beside one of four (RFC 5668).
    """

    last: Annotated[
        int,
        Field(strict=True, ge=1, le=4294967295),
        about(
            "The highest; it is handed out too. At most 65535 where the backbone's AS number is "
            "above 65535.",
            1999,
            unit="number",
        ),
    ]


class Zone(Closed):
    """One of the two networks: how its VRFs are named and its RTs numbered."""

    description: Annotated[Text, about("For people.", "Social management, public services")] = ""
    vrf_prefix: Annotated[
        str,
        Form(r"[a-z]", "one lower-case letter", "e"),
        about("Letter that the names of its VRFs begin with.", "e"),
    ]
    route_targets: Annotated[
        RouteTargetRange,
        about(
            "Numbers of its route targets, which are no other zone's.",
            {"first": 2001, "last": 2999},
        ),
    ]


class Pools(Closed):
    """Where numbers come from. IPv4 circuits are /31 (RFC 3021), IPv6 /127 (RFC 6164).

    A network without IPv6 has none of the pools for it.
    """

    loopback_ipv4: Annotated[
        Prefix4, about("Loopbacks of routers: an address each.", "10.255.0.0/20")
    ]
    loopback_ipv6: Annotated[
        Prefix6 | None,
        about(
            "Loopbacks of routers: an address each; left out, as the other pools of IPv6, the "
            "network has no IPv6.",
            "fde9:ff::/64",
        ),
    ] = None
    circuit_ipv4: Annotated[Prefix4, about("Circuits: a /31 each (RFC 3021).", "10.254.0.0/18")]
    circuit_ipv6: Annotated[
        Prefix6 | None, about("Circuits: a /127 each (RFC 6164).", "fde9:fe::/64")
    ] = None
    access_ipv4: Annotated[
        Prefix4, about("Between PEs and sites: a /30 for each access.", "10.200.0.0/14")
    ]
    access_ipv6: Annotated[
        Prefix6 | None, about("Between PEs and sites: a /126 for each access.", "fde9:fa::/64")
    ] = None
    encrypted_ipv4: Annotated[
        Prefix4 | None,
        about(
            "Next hops of encrypted VPNs: an address for each PE that has one, which no router "
            "has; left out, no VPN can be encrypted.",
            "10.250.0.0/20",
        ),
    ] = None
    encrypted_ipv6: Annotated[
        Prefix6 | None,
        about("The same of IPv6, where the network has it.", "fde9:e0::/64"),
    ] = None
    vlan: Annotated[
        NumberRange,
        about("VLAN ids of accesses, for each port anew.", {"first": 100, "last": 3999}),
    ]
    site_asn: Annotated[
        NumberRange,
        about("AS numbers of sites that speak BGP.", {"first": 4200000001, "last": 4200099999}),
    ]
    region_asn: Annotated[
        dict[Tier, NumberRange],
        about(
            "AS numbers of regions' own networks, by tier, such as of cities.",
            {"prefecture": {"first": 64601, "last": 64699}},
        ),
    ] = Field(default_factory=dict)

    @property
    def versions(self) -> frozenset[int]:
        """IP versions that the network has: 4, and 6 where there are pools for it."""
        return frozenset({4}) if self.loopback_ipv6 is None else frozenset({4, 6})

    @model_validator(mode="after")
    def _ipv6_everywhere_or_nowhere(self) -> "Pools":
        names = ("loopback_ipv6", "circuit_ipv6", "access_ipv6")
        there, absent = (
            [kebab(name) for name in names if (getattr(self, name) is None) == missing]
            for missing in (False, True)
        )
        if there and absent:
            raise refusal(
                f"has {' and '.join(there)}, and not {' and '.join(absent)}",
                "give all three pools of IPv6, or none where the network has no IPv6",
            )
        return self

    @model_validator(mode="after")
    def _encrypted_as_the_network(self) -> "Pools":
        if self.encrypted_ipv6 is not None and self.loopback_ipv6 is None:
            raise refusal(
                "has encrypted-ipv6, and the network has no IPv6",
                "leave it out",
                "encrypted-ipv6",
            )
        return self

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

    vrf: Annotated[
        str,
        Form(
            r"[a-z][a-z0-9-]{0,14}",
            "a lower-case letter, then lower-case letters, digits and hyphens, at most 15 "
            "characters in all",
            "mgmt",
        ),
        about("Name of its VRF on every router.", "mgmt"),
    ] = "mgmt"
    table: Annotated[
        int,
        Field(strict=True, ge=1),
        about(
            "Table of the router's kernel, where the platform has numbered tables; customers' "
            "start at 1002.",
            1001,
            unit="kernel table",
        ),
    ] = 1001
    port: Annotated[
        Port, about("Port by which routers are managed, where they do not say another.", "eth0")
    ] = "eth0"
    prefix: Annotated[
        Prefix4, about("Network that every router's management address is in.", "172.20.20.0/24")
    ]

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

    name: Annotated[Name, about("Name of the network.", "north")]
    description: Annotated[Text, about("For people.", "Backbone of the province")] = ""
    contact: Annotated[
        Text,
        about(
            "Whom the people of a site call, as their sheet says it.",
            "Network operations, 010-5550100, day and night",
        ),
    ] = ""
    asn: Annotated[
        Asn,
        about("AS number of the backbone, as in route targets.", 65000, unit="AS number"),
    ]
    #: At most 13 octets (ISO 10589); the system id follows.
    isis_area: Annotated[
        str,
        Form(
            r"49(\.[0-9a-f]{4}){1,6}",
            "49 and then one to six groups of a dot and four hexadecimal digits, in quotes",
            '"49.0001"',
        ),
        about("IS-IS area of all routers.", "49.0001"),
    ]
    circuit_mtu: Annotated[
        int,
        Field(strict=True, ge=1508, le=9216),
        about(
            "MTU of circuits: room for a payload of 1500 bytes under a stack of labels.",
            1600,
            unit="bytes",
        ),
    ] = 1600
    zones: Annotated[
        dict[ZoneName, Zone],
        about(
            "The two networks that never meet.",
            {"extranet": {"vrf-prefix": "e", "route-targets": {"first": 2001, "last": 2999}}},
        ),
    ]
    pools: Annotated[
        Pools,
        about("Where egovnet takes numbers from.", {"loopback-ipv4": "10.255.0.0/20"}),
    ]
    aggregates: Annotated[
        dict[AggregatedPool, dict[Tier, AggregateLength]],
        about(
            "Length of the aggregate that a region's numbers come out of, by pool and tier; a "
            "region of a tier without one takes them from the aggregate of a region above it.",
            {"loopback-ipv4": {"province": 24, "prefecture": 28}},
        ),
    ] = Field(default_factory=dict)
    site_pools: Annotated[
        dict[Name, SitePool],
        about(
            "Where sites' prefixes come from, by zone, agency, tier and region.",
            {"private": {"zone": "intranet", "ipv4": "10.3.0.0/16"}},
        ),
    ] = Field(default_factory=dict)
    names: Annotated[
        NameRules,
        about(
            "What names of devices, ports and VPNs look like; left out, they may be any.",
            {"ports": ["eth{number}"]},
        ),
    ] = NameRules()
    domains: Annotated[
        dict[ZoneName, ZoneDomain],
        about(
            "Domains that names of the zones' sites and applications are in; left out, none.",
            {"intranet": {"domain": "intranet.example"}},
        ),
    ] = Field(default_factory=dict)
    management: Annotated[
        Management, about("The management network.", {"prefix": "172.20.20.0/24"})
    ]
    bfd: Annotated[
        Bfd,
        about(
            "How failures are found that no port sees: BFD (RFC 5880), where the platform can.",
            {
                "circuits": {"enabled": True, "interval": 200, "multiplier": 3},
                "accesses": {"interval": 300},
            },
        ),
    ] = Bfd()
    authentication: Annotated[
        Authentication,
        about(
            "Which sessions of the backbone's own routers are authenticated; left out, none.",
            {
                "isis": "hmac-md5",
                "ldp": "tcp-md5",
                "bgp": "tcp-md5",
                "platform": "tcp-md5",
                "days": 365,
            },
        ),
    ] = Authentication()
    ipsec: Annotated[
        Ipsec,
        about(
            "Algorithms by which PEs encrypt VPNs that ask for it.",
            {"ike": "aes256gcm16-prfsha384-ecp384", "esp": "aes256gcm16-ecp384-esn"},
        ),
    ] = Ipsec()

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
        for name, zone in self.zones.items():
            if self.asn > TWO_OCTETS and zone.route_targets.last > TWO_OCTETS:
                raise refusal(
                    f"route-targets of zone {name} end at {zone.route_targets.last}",
                    f"let them end at {TWO_OCTETS}: beside AS {self.asn}, of four octets, a route "
                    "target's number has 16 bits (RFC 5668)",
                    *("zones", name, "route-targets", "last"),
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

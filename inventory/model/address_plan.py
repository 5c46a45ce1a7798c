"""The plan of addresses, AS numbers and names: what `network.yaml` says beside its pools.

All of it is optional: a network without a plan numbers and names as it likes.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from egovnet.inventory.model.annotations import Form, about
from egovnet.inventory.model.primitives import (
    AgencyName,
    Closed,
    Prefix4,
    Prefix6,
    RegionName,
)
from egovnet.inventory.model.regions import Tier
from egovnet.inventory.model.vpns import ZoneName


class AggregatedPool(StrEnum):
    """Pools of the backbone whose numbers can be summarised by region."""

    LOOPBACK_IPV4 = "loopback-ipv4"
    LOOPBACK_IPV6 = "loopback-ipv6"
    CIRCUIT_IPV4 = "circuit-ipv4"
    CIRCUIT_IPV6 = "circuit-ipv6"
    ACCESS_IPV4 = "access-ipv4"
    ACCESS_IPV6 = "access-ipv6"

    @property
    def length(self) -> int:
        """Of the prefix that one name gets: circuits are /31 (RFC 3021) and /127 (RFC 6164)."""
        return _LENGTHS[self]


_LENGTHS = dict(zip(AggregatedPool, (32, 128, 31, 127, 30, 126), strict=True))

#: Length of an aggregate: a region's numbers come out of one prefix of it.
AggregateLength = Annotated[int, Field(strict=True, ge=1, le=127)]


class SiteLengths(Closed):
    """Lengths of prefixes, by family."""

    ipv4: Annotated[
        int,
        Field(strict=True, ge=8, le=30),
        about("Of IPv4.", 24, unit="prefix length"),
    ] = 24
    ipv6: Annotated[
        int,
        Field(strict=True, ge=16, le=124),
        about("Of IPv6.", 64, unit="prefix length"),
    ] = 64


class AggregateLengths(Closed):
    """Lengths of a region's aggregates in a pool of sites; left out, there is none."""

    ipv4: Annotated[AggregateLength | None, about("Of IPv4.", 20, unit="prefix length")] = None
    ipv6: Annotated[AggregateLength | None, about("Of IPv6.", 48, unit="prefix length")] = None


class SitePool(Closed):
    """Where sites' prefixes come from: of one zone, and of an agency, tiers or regions of it."""

    zone: Annotated[ZoneName, about("Zone whose sites it is for.", "intranet")]
    agency: Annotated[
        AgencyName | None,
        about("Agency whose VPNs it is for; left out, all of the zone.", "government"),
    ] = None
    tiers: Annotated[
        tuple[Tier, ...],
        Field(min_length=1),
        about("Tiers of the regions that it is for; left out, all.", ["province"]),
    ] = ()
    regions: Annotated[
        tuple[RegionName, ...],
        Field(min_length=1),
        about("Regions that it is for, with all below them; left out, all.", ["guangdong"]),
    ] = ()
    ipv4: Annotated[Prefix4 | None, about("Its addresses of IPv4.", "10.3.0.0/16")] = None
    ipv6: Annotated[Prefix6 | None, about("Its addresses of IPv6.", "fde9:3::/32")] = None
    sites: Annotated[
        SiteLengths, about("Length of the prefix that a site gets.", {"ipv4": 24, "ipv6": 64})
    ] = SiteLengths()
    aggregates: Annotated[
        dict[Tier, AggregateLengths],
        about(
            "Aggregate of each region of a tier: prefixes of its sites come out of it.",
            {"province": {"ipv4": 20, "ipv6": 48}},
        ),
    ] = Field(default_factory=dict)


#: What a name looks like: letters, digits and marks as they stand, and words in braces.
NamePattern = Annotated[
    str,
    Form(
        r"(?:[A-Za-z0-9/._:-]|\{[a-z]{1,20}\}){1,80}",
        "letters, digits and / . _ : - as they stand, and words in braces, such as region, role "
        "and number",
        '"{region}-{role}{number}"',
    ),
]
NamePatterns = Annotated[tuple[NamePattern, ...], Field(min_length=1)]


class NameRules(Closed):
    """What names look like; a name has to fit one pattern of its kind. {number} and {word} are of
    every kind; of regions and agencies their abbreviations stand.
    """

    routers: Annotated[
        NamePatterns,
        about(
            "Of routers: {region} is the abbreviation of its region, {role} one of its roles: p, "
            "rr, pe, fw (firewall), gw (gateway).",
            ["{region}-{role}{number}"],
        ),
    ] = ()
    circuits: Annotated[
        NamePatterns,
        about("Of circuits: {a} and {b} are the routers at its ends.", ["{a}--{b}"]),
    ] = ()
    ports: Annotated[
        NamePatterns,
        about("Of ports of routers.", ["eth{number}"]),
    ] = ()
    vpns: Annotated[
        NamePatterns,
        about(
            "Of VPNs: {agency} is the abbreviation of its owner, or its name where it has none; "
            "{zone} the zone's letter.",
            ["{agency}", "{agency}{number}", "{word}"],
        ),
    ] = ()
    sites: Annotated[
        NamePatterns,
        about(
            "Of sites: {vpn} is its VPN, {agency} the VPN's owner, {region} its region.",
            ["{word}-{word}"],
        ),
    ] = ()


#: A name of the domain name system without a dot at its end (RFC 1123 section 2.1).
DomainName = Annotated[
    str,
    Form(
        r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)"
        r"(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*",
        "a domain name in lower-case letters, digits and hyphens, without a dot at its end",
        "gov.example",
    ),
    Field(max_length=120),
]


class ZoneDomain(Closed):
    """The domain that names of a zone of the network are in; each agency has a domain below it."""

    domain: Annotated[DomainName, about("The domain.", "intranet.example")]
    hostmaster: Annotated[
        DomainName,
        about("Mailbox of who answers for it, a dot instead of the @.", "hostmaster.example"),
    ] = "hostmaster"
    ttl: Annotated[
        int,
        Field(strict=True, ge=60, le=604800),
        about("How long answers may be kept.", 3600, unit="seconds"),
    ] = 3600

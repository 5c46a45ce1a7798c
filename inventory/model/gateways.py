"""Where an Internet gateway meets the Internet: a port of a provider, and what it translates to.

Lab and examples use the blocks that are kept for documentation (RFC 5737, RFC 3849, RFC 9637),
which no site and no router of a network may have.
"""

from contextlib import suppress
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_address,
    ip_interface,
)
from typing import Annotated

from pydantic import Field, PlainValidator

from egovnet.inventory.model.annotations import about
from egovnet.inventory.model.primitives import (
    Closed,
    IPNetwork,
    Port,
    VpnName,
    any_prefix,
    refusal,
)
from egovnet.inventory.model.shown import shown
from egovnet.inventory.model.usable_addresses import why_not_at_an_uplink, why_private


def _pool(value: object) -> object:
    """A prefix that the Internet can have a route to."""
    network = any_prefix(value)
    why = why_not_at_an_uplink(network) or why_private(network)
    if why is not None:
        raise refusal(f"{network} {why}", "use addresses that the provider routes to the gateway")
    return network


def _interface(value: object) -> object:
    """An address of either family with the length of its link."""
    if isinstance(value, str) and "%" not in value and "/" in value:
        with suppress(ValueError):
            value = ip_interface(value)
    if not isinstance(value, IPv4Interface | IPv6Interface):
        raise refusal(f"{shown(value)} is not an address with its length", "write 203.0.113.2/30")
    _at_an_uplink(value.ip)
    return value


def _hop(value: object) -> object:
    if isinstance(value, str) and "%" not in value:
        with suppress(ValueError):
            value = ip_address(value)
    if not isinstance(value, IPv4Address | IPv6Address):
        raise refusal(f"{shown(value)} is not an address", "write one such as 203.0.113.1")
    _at_an_uplink(value)
    return value


def _at_an_uplink(address: IPv4Address | IPv6Address) -> None:
    own = IPv4Network(address) if isinstance(address, IPv4Address) else IPv6Network(address)
    why = why_not_at_an_uplink(own)
    if why is not None:
        raise refusal(f"{address} {why}", "use the address that the provider gave")


PoolPrefix = Annotated[
    IPv4Network | IPv6Network,
    PlainValidator(_pool, json_schema_input_type=IPv4Network | IPv6Network),
]
UplinkInterface = Annotated[
    IPv4Interface | IPv6Interface,
    PlainValidator(_interface, json_schema_input_type=IPv4Interface | IPv6Interface),
]
UplinkAddress = Annotated[
    IPv4Address | IPv6Address,
    PlainValidator(_hop, json_schema_input_type=IPv4Address | IPv6Address),
]


class TranslationRecords(Closed):
    """What is kept of source translation: who had which public address and port, and when.

    A record has what RFC 6888 section 4 asks for and no target (its REQ-12).
    """

    most: Annotated[
        int,
        Field(strict=True, ge=1, le=1_000_000),
        about(
            "How many records a gateway holds at once; one that is full takes no more.",
            65536,
            unit="records",
        ),
    ] = 65536
    hours: Annotated[
        int,
        Field(strict=True, ge=1, le=720),
        about(
            "How long a gateway holds a record; the controller collects more often.",
            24,
            unit="hours",
        ),
    ] = 24
    days: Annotated[
        int,
        Field(strict=True, ge=1, le=3660),
        about(
            "For how many days the controller keeps what it collected. China's Cybersecurity "
            "Law, article 21, asks for six months at the least.",
            184,
            unit="days",
        ),
    ] = 184


class Uplink(Closed):
    """The Internet side of a gateway: one provider's link, and the exit of one Internet zone."""

    vpn: Annotated[VpnName, about("VPN with part internet whose sites leave by it.", "internet")]
    port: Annotated[Port, about("Its port towards the provider, which nothing else uses.", "eth2")]
    addresses: Annotated[
        tuple[UplinkInterface, ...],
        Field(min_length=1),
        about("Its addresses on the provider's link, one of a family.", ["203.0.113.2/30"]),
    ]
    next_hops: Annotated[
        tuple[UplinkAddress, ...],
        Field(min_length=1),
        about("The provider's end of the link, one of a family.", ["203.0.113.1"]),
    ]
    pool: Annotated[
        tuple[PoolPrefix, ...],
        Field(min_length=1),
        about(
            "Addresses that sources are translated to: all of IPv4, and unique local ones of "
            "IPv6. The provider routes them to the gateway; its own address may be the one.",
            ["203.0.113.64/29"],
        ),
    ]
    records: Annotated[
        TranslationRecords | None,
        about("What is kept of translations; without it nothing is.", {"days": 184}),
    ] = None

    def address(self, version: int) -> IPv4Interface | IPv6Interface | None:
        """Its own address of an IP version."""
        return next((one for one in self.addresses if one.version == version), None)

    def next_hop(self, version: int) -> IPv4Address | IPv6Address | None:
        """The provider's address of an IP version."""
        return next((one for one in self.next_hops if one.version == version), None)

    def pool_of(self, version: int) -> tuple[IPNetwork, ...]:
        """The pool's prefixes of an IP version, in order."""
        own = (one for one in self.pool if one.version == version)
        return tuple(sorted(own, key=lambda one: (int(one.network_address), one.prefixlen)))

    @property
    def versions(self) -> tuple[int, ...]:
        """IP versions that it leads to the Internet."""
        return tuple(v for v in (4, 6) if self.address(v) and self.next_hop(v))

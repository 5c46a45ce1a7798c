"""Keys of the backbone's own sessions: which are used (`network.yaml`), and what is known of each
(`keys.yaml`). Never a value: those are in a sealed store, which `egovnet.tasks.keys` opens.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from egovnet.inventory.model.annotations import Form, about
from egovnet.inventory.model.primitives import Closed, Name, Text
from egovnet.inventory.model.validity import Day, ValidUntil

#: Of a key: what it is for, then the circuit or the two routers that it is of.
KEY_FORM = Form(
    r"(isis|isis-domain|ldp|bgp|platform|site)/[a-z][a-z0-9+-]{0,90}",
    "isis, isis-domain, ldp, bgp, platform or site, a slash, and the name of a circuit, of the "
    "network, of two routers, of a router and a VPN, or of a site and an access, with a plus sign "
    "between",
    "isis/bj-p1--bj-p2",
)
KeyName = Annotated[str, KEY_FORM]
HmacMd5 = Literal["hmac-md5"]
TcpMd5 = Literal["tcp-md5"]


class KeyPurpose(StrEnum):
    """What a key authenticates; the value begins its name."""

    #: IS-IS hellos on one circuit (RFC 5304): the two routers of the circuit have it.
    HELLO = "isis"
    #: IS-IS link state and sequence numbers of level 2: every router of the backbone has it.
    DOMAIN = "isis-domain"
    #: The TCP session of LDP between two neighbours (RFC 5036 section 2.9).
    LDP = "ldp"
    #: The TCP sessions of BGP between a reflector and its peer (RFC 2385), of both families.
    BGP = "bgp"
    #: The TCP sessions of BGP of a firewall or gateway with its PE in one VPN, of both families.
    PLATFORM = "platform"
    #: The TCP sessions of BGP of a customer's router over one access, of both families.
    SITE = "site"

    @property
    def algorithm(self) -> str:
        """As FRR 8.4 has it: RFC 5304 for IS-IS, RFC 2385 for the others."""
        of_isis = self in (KeyPurpose.HELLO, KeyPurpose.DOMAIN)
        return "hmac-md5" if of_isis else "tcp-md5"


class Authentication(Closed):
    """Which sessions between the backbone's routers are authenticated, each pair by its own key."""

    isis: Annotated[
        HmacMd5 | None,
        about(
            "IS-IS: hellos by a key of each circuit, link state and sequence numbers by one of the "
            "network (RFC 5304).",
            "hmac-md5",
        ),
    ] = None
    ldp: Annotated[
        TcpMd5 | None,
        about("LDP sessions, by a key of each pair of neighbours (RFC 5036).", "tcp-md5"),
    ] = None
    bgp: Annotated[
        TcpMd5 | None,
        about("BGP sessions with reflectors, by a key of each pair (RFC 2385).", "tcp-md5"),
    ] = None
    platform: Annotated[
        TcpMd5 | None,
        about(
            "BGP sessions of PEs with firewalls of the interconnection platform and Internet "
            "gateways, by a key of each firewall or gateway and VPN (RFC 2385).",
            "tcp-md5",
        ),
    ] = None
    days: Annotated[
        int,
        Field(strict=True, ge=1, le=3650),
        about("How long a key is valid, from the day on which it is made.", 365, unit="days"),
    ] = 365

    @property
    def purposes(self) -> tuple[KeyPurpose, ...]:
        """What keys are asked for."""
        asked = (
            (KeyPurpose.HELLO, self.isis),
            (KeyPurpose.DOMAIN, self.isis),
            (KeyPurpose.LDP, self.ldp),
            (KeyPurpose.BGP, self.bgp),
            (KeyPurpose.PLATFORM, self.platform),
        )
        return tuple(purpose for purpose, algorithm in asked if algorithm is not None)


class ManagedKey(Closed):
    """What is known of a key that egovnet made; its value is in the sealed store."""

    ends: Annotated[
        tuple[Name, ...],
        about(
            "The routers that have it: two, or the PE of a customer's; none: every router of the "
            "backbone.",
            ["bj-p1", "bj-p2"],
        ),
    ] = ()
    algorithm: Annotated[
        Literal["hmac-md5", "tcp-md5"], about("What is made of it and of a packet.", "hmac-md5")
    ]
    serial: Annotated[
        int,
        Field(strict=True, ge=1),
        about("Which value of this key is used: the first, the second.", 1, unit="serial number"),
    ] = 1
    created: Annotated[Day, about("Day on which this value was made.", date(2026, 4, 1))]
    valid_until: ValidUntil
    revoked: Annotated[
        Text | None,
        about(
            "Why the value before this one is used no more; left out, it was its time.",
            "a router of the prefecture was stolen",
        ),
    ] = None


@dataclass(frozen=True, slots=True, order=True)
class KeyReference:
    """A key's value by name and serial number: what stands for it wherever a text is kept or shown.

    >>> str(KeyReference("isis/bj-p1--bj-p2", 1))
    '<egovnet:isis/bj-p1--bj-p2.1>'
    """

    name: str
    serial: int

    def __str__(self) -> str:
        return f"{REFERENCE_BEGINS}{self.name}.{self.serial}>"


#: How a reference begins: no text without it has one.
REFERENCE_BEGINS = "<egovnet:"
_NAME, _SERIAL = KEY_FORM.pattern.replace("(", "(?:"), "[1-9][0-9]{0,8}"
#: A reference in a text, as a pattern without groups.
REFERENCE = rf"{REFERENCE_BEGINS}{_NAME}\.{_SERIAL}>"
_PARTS = re.compile(rf"{REFERENCE_BEGINS}({_NAME})\.({_SERIAL})>")


def references_in(text: str) -> Iterator[KeyReference]:
    """Every reference of a text, as often as it stands there."""
    if REFERENCE_BEGINS in text:
        for name, serial in _PARTS.findall(text):
            yield KeyReference(name, int(serial))

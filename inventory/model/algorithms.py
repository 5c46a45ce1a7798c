"""Algorithms that protect traffic and sessions: what they are used for, and those of IPsec.

Which of them are allowed for what has a level, `levels.yaml` says; in what sense one is used at
all, `egovnet.inventory.level_algorithms`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from egovnet.inventory.model.annotations import Form, about
from egovnet.inventory.model.primitives import Closed


class AlgorithmUse(StrEnum):
    """What an algorithm is used for."""

    #: Keys between PEs of encrypted VPNs (RFC 7296): cipher, pseudo-random function, group.
    IKE = "ike"
    #: Packets between them (RFC 4303): cipher, group of new keys, extended sequence numbers.
    ESP = "esp"
    #: Certificates by which PEs know each other.
    CERTIFICATE = "certificate"
    #: Certificates of routers and operators.
    SSH = "ssh"
    #: Sessions between routers, by a key that both have.
    ISIS = "isis"
    LDP = "ldp"
    BGP = "bgp"
    PLATFORM = "platform"
    #: Those with customers' routers.
    SITE = "site"


#: As it is written in a list of what is allowed: also of what no platform has.
AlgorithmName = Annotated[
    str,
    Form(
        r"[a-z][a-z0-9]*(-[a-z0-9]+)*",
        "an algorithm's name: lower-case letters and digits, hyphens between",
        "aes256gcm16-ecp256-esn",
    ),
]


class Ipsec(Closed):
    """How PEs encrypt: proposals as strongSwan writes them, each alone offered and alone taken."""

    ike: Annotated[
        Literal[
            "aes256gcm16-prfsha384-ecp256",
            "aes256gcm16-prfsha384-ecp384",
            "aes128gcm16-prfsha256-ecp256",
        ],
        about(
            "Of keys between PEs. RFC 8247 section 2 has AES-GCM and the group of 256 bits as "
            "SHOULD; RFC 9206 asks for the one of 384.",
            "aes256gcm16-prfsha384-ecp384",
        ),
    ] = "aes256gcm16-prfsha384-ecp256"
    esp: Annotated[
        Literal["aes256gcm16-ecp256-esn", "aes256gcm16-ecp384-esn", "aes128gcm16-ecp256-esn"],
        about(
            "Of packets between PEs. RFC 8221 section 5 has AES-GCM as MUST.",
            "aes256gcm16-ecp384-esn",
        ),
    ] = "aes256gcm16-ecp256-esn"


_Names = Annotated[tuple[AlgorithmName, ...], Field(min_length=1)] | None


class AllowedAlgorithms(Closed):
    """What is allowed, by what it is used for; a use that is left out may be by any."""

    ike: Annotated[
        _Names, about("Of keys between PEs of encrypted VPNs.", ["aes256gcm16-prfsha384-ecp384"])
    ] = None
    esp: Annotated[_Names, about("Of packets between PEs.", ["aes256gcm16-ecp384-esn"])] = None
    certificate: Annotated[
        _Names, about("Of certificates by which PEs know each other.", ["ecdsa-p256"])
    ] = None
    ssh: Annotated[_Names, about("Of certificates of routers and operators.", ["ed25519"])] = None
    isis: Annotated[_Names, about("Of IS-IS.", ["hmac-md5"])] = None
    ldp: Annotated[_Names, about("Of LDP sessions.", ["tcp-md5"])] = None
    bgp: Annotated[_Names, about("Of BGP sessions with reflectors.", ["tcp-md5"])] = None
    platform: Annotated[
        _Names, about("Of BGP sessions with firewalls and gateways.", ["tcp-md5"])
    ] = None
    site: Annotated[_Names, about("Of BGP sessions with customers' routers.", ["tcp-md5"])] = None

    @property
    def lists(self) -> Mapping[AlgorithmUse, tuple[str, ...]]:
        """Those that there are."""
        found = ((use, getattr(self, use.value)) for use in AlgorithmUse)
        return {use: allowed for use, allowed in found if allowed is not None}

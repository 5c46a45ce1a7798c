"""The hand-over of a site to its own people: what they must know of the line, and configure."""

from dataclasses import asdict, dataclass
from typing import Any

from egovnet.playbooks.results.provenance import Provenance


@dataclass(frozen=True, slots=True)
class SheetLink:
    """One address family of an access."""

    #: "IPv4" or "IPv6".
    family: str
    #: With the length of the prefix.
    your_address: str
    our_address: str
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetAccess:
    """One line of the site."""

    name: str
    #: The VPN that it is in, by its name for people, and which part of the extranet that is.
    vpn: str
    part: str | None
    #: A to F; None: the access joins the site's VPN only.
    access_class: str | None
    #: What the class joins, in words; "" without one.
    class_title: str
    #: The site's own Internet line: None where its class has none, "" where nothing says which.
    own_exit: str | None
    router: str
    port: str
    #: None: untagged.
    vlan: int | None
    mtu: int
    #: "bgp" or "static".
    routing: str
    #: None where the site speaks no BGP.
    your_asn: int | None
    our_asn: int
    #: With bgp: with more prefixes the session ends.
    maximum_prefix: int | None
    #: With bgp, among several accesses: the higher one is used.
    priority: int | None
    #: The site's router is to send its BGP packets with TTL 255 (RFC 5082).
    ttl_security: bool
    #: How far the service has come, in the inventory's word.
    state: str
    links: tuple[SheetLink, ...]
    #: Vendor -> what its router is to be told.
    examples: tuple[tuple[str, str], ...]

    @property
    def waiting(self) -> bool:
        """Whether our side is there and the customer's router is not."""
        return self.state == "waiting-for-customer"


@dataclass(frozen=True, slots=True)
class SiteSheet:
    """The whole paper."""

    network: str
    site: str
    description: str
    region: str
    vpn: str
    agency: str
    zone: str
    #: "" where the inventory names nobody.
    contact: str
    accesses: tuple[SheetAccess, ...]
    made: Provenance

    def to_dict(self) -> dict[str, Any]:
        """What `sheet --json` prints."""
        return {
            **asdict(self),
            "accesses": [
                {
                    **asdict(access),
                    "waiting": access.waiting,
                    "links": [
                        {**asdict(link), "prefixes": list(link.prefixes)} for link in access.links
                    ],
                    "examples": dict(access.examples),
                }
                for access in self.accesses
            ],
        }

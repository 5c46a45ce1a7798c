"""Examples of what a customer's own router must say to be joined to its PE, by vendor.

The router is the customer's: these texts are for its people, and egovnet pushes none of them. A
vendor is a file `NAME.j2` beside this one, whose first line is its name for people.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from egovnet.inventory.model import IPNetwork
from egovnet.templates.model.device import IPAddress, IPInterface

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class CustomerLink:
    """One address family of an access, as the customer sees it."""

    own: IPInterface
    provider: IPAddress
    #: What the site may announce in this family.
    prefixes: tuple[IPNetwork, ...]

    @property
    def version(self) -> int:
        """4 or 6."""
        return self.own.version


@dataclass(frozen=True, slots=True)
class CustomerEnd:
    """The customer's end of an access: what its router is to be told."""

    site: str
    access: str
    #: None: untagged.
    vlan: int | None
    mtu: int
    bgp: bool
    #: The site's AS number; None where it has none.
    asn: int | None
    provider_asn: int
    #: The site's router has one, however many accesses; "" where it has no IPv4 address.
    router_id: str
    #: IPv4 first.
    links: tuple[CustomerLink, ...]
    #: 0 is the first access: others stand behind it on static ones.
    rank: int = 0
    #: Our router takes only packets of TTL 255 (RFC 5082).
    ttl_security: bool = False


@cache
def vendors() -> tuple[str, ...]:
    """Names of the vendors that there are examples for, sorted."""
    return tuple(sorted(path.stem for path in _HERE.glob("*.j2")))


def example(vendor: str, end: CustomerEnd) -> tuple[str, str]:
    """(the vendor's name for people, what its router is to be told)."""
    text = _environment().get_template(f"{vendor}.j2").render(end=end)
    title, _, lines = text.partition("\n")
    return title.lstrip("!#* ").rstrip(), lines.strip("\n") + "\n"


def examples(end: CustomerEnd) -> Iterator[tuple[str, str]]:
    """`example` of every vendor."""
    return (example(vendor, end) for vendor in vendors())


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("egovnet.templates.customer_routers", ""),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 -- a router's text, not a page
    )
    made.filters["wildcard"] = _wildcard
    return made


def _wildcard(prefix: IPv4Network | IPv6Network) -> str:
    """The host part as ones, as some vendors write masks."""
    return str(prefix.hostmask)

"""Sites that nobody wrote: where a VPN meets the firewalls of the interconnection platform, an
Internet zone its gateways, and any VPN the one of another operator at a border.

Behind one are the prefixes that exchanges allow the VPN to reach, the whole Internet, or what the
other operator may announce, so that VRFs, VLANs, links, sessions and their filters come from where
those of any site come from.
"""

from egovnet.inventory.model.primitives import IPNetwork
from egovnet.inventory.model.sites import Site

#: Whose AS number all firewalls have: its name in the lock file, among those of sites.
PLATFORM = "platform"
#: Whose AS number all Internet gateways have, in the same way.
GATEWAYS = "gateways"
_PREFIX = "exchange-"
_GATEWAY_PREFIX = "gateway-"
_BORDER_PREFIX = "border-"


class DerivedSite(Site):
    """A site that the owner did not write."""


class BehindPeSite(DerivedSite):
    """One whose accesses have the names of the firewalls or gateways that stand where a customer's
    router would.
    """


class PlatformSite(BehindPeSite):
    """The site by which a VPN is joined to the platform: an access for each firewall.

    Its prefixes are what exchanges in force allow the VPN to reach.
    """


class GatewaySite(BehindPeSite):
    """The site by which an Internet zone is joined to its gateways: an access for each.

    Its prefixes are the default routes of the families that the gateways have, which no site that
    is written may have.
    """

    prefixes: tuple[IPNetwork, ...]


class BorderSite(DerivedSite):
    """The other side of a border, in one VPN: one access, which has the border's name.

    Its prefixes are what the neighbour may announce, its AS number is the neighbour's.
    """

    border: str
    #: What the neighbour is called.
    neighbor: str
    #: What it is told of.
    announces: tuple[IPNetwork, ...]
    #: Whether of each of these one route is announced, and no part.
    aggregate: bool = False
    #: As the neighbour allocated them; none: they are allocated here.
    links: tuple[IPNetwork, ...] = ()


def platform_site(vpn: str) -> str:
    """The name of a VPN's site on the platform."""
    return f"{_PREFIX}{vpn}"


def gateway_site(vpn: str) -> str:
    """The name of an Internet zone's site at its gateways."""
    return f"{_GATEWAY_PREFIX}{vpn}"


def border_site(border: str, vpn: str) -> str:
    """The name of the other side of a border in a VPN; no VPN has a hyphen in its name."""
    return f"{_BORDER_PREFIX}{border}-{vpn}"

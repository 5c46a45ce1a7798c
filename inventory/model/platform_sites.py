"""Sites that nobody wrote: where a VPN meets the firewalls of the interconnection platform, and an
Internet zone its gateways.

Behind one are the prefixes that exchanges allow the VPN to reach, or the whole Internet, so that
VRFs, VLANs, links, sessions and their filters come from where those of any site come from.
"""

from egovnet.inventory.model.primitives import IPNetwork
from egovnet.inventory.model.sites import Site

#: Whose AS number all firewalls have: its name in the lock file, among those of sites.
PLATFORM = "platform"
#: Whose AS number all Internet gateways have, in the same way.
GATEWAYS = "gateways"
_PREFIX = "exchange-"
_GATEWAY_PREFIX = "gateway-"


class DerivedSite(Site):
    """A site that the owner did not write: each access has the name of the firewall or gateway
    that stands where a customer's router would.
    """


class PlatformSite(DerivedSite):
    """The site by which a VPN is joined to the platform: an access for each firewall.

    Its prefixes are what exchanges in force allow the VPN to reach.
    """


class GatewaySite(DerivedSite):
    """The site by which an Internet zone is joined to its gateways: an access for each.

    Its prefixes are the default routes of the families that the gateways have, which no site that
    is written may have.
    """

    prefixes: tuple[IPNetwork, ...]


def platform_site(vpn: str) -> str:
    """The name of a VPN's site on the platform."""
    return f"{_PREFIX}{vpn}"


def gateway_site(vpn: str) -> str:
    """The name of an Internet zone's site at its gateways."""
    return f"{_GATEWAY_PREFIX}{vpn}"

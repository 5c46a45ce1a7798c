"""Sites that nobody wrote: where a VPN meets the firewalls of the interconnection platform.

Behind one are the prefixes that exchanges allow the VPN to reach, so that VRFs, VLANs, links,
sessions and their filters come from where those of any site come from.
"""

from egovnet.inventory.model.sites import Site

#: Whose AS number all firewalls have: its name in the lock file, among those of sites.
PLATFORM = "platform"
_PREFIX = "exchange-"


class PlatformSite(Site):
    """The site by which a VPN is joined to the platform: an access for each firewall.

    Its prefixes are what exchanges in force allow the VPN to reach; each access has the name of
    its firewall, which stands where a customer's router would.
    """


def platform_site(vpn: str) -> str:
    """The name of a VPN's site on the platform."""
    return f"{_PREFIX}{vpn}"

"""Sites that access classes come to: a site in a further VPN that it is joined to.

Nobody wrote them, so that VRFs, VLANs, links, sessions, their filters and what is verified come
from where those of any site come from (`egovnet.inventory.with_access_classes`).
"""

from egovnet.inventory.model.access_classes import AccessClass
from egovnet.inventory.model.sites import Site


class PartSite(Site):
    """A site in one more VPN: an access for each of its own whose class joins that VPN."""

    #: The site that somebody wrote.
    of: str
    #: By access.
    classes: dict[str, AccessClass]


def part_site(site: str, vpn: str) -> str:
    """The name of a site in a further VPN; no VPN has a hyphen in its name."""
    return f"{site}-{vpn}"


def written_name(name: str, site: Site) -> str:
    """The name that somebody wrote for a site."""
    return site.of if isinstance(site, PartSite) else name

"""BFD at an access: as the network says where the site has several, and never with TTL security."""

from egovnet.inventory.errors import Location, Problem
from egovnet.inventory.model import Network, Site, SiteNetworkAccess
from egovnet.playbooks.core.workspace import Workspace
from egovnet.templates.intend.bfd_use import access_bfd
from egovnet.templates.intend.platform_names import platform_names
from tests.inventories import BACKBONE

NETWORK = Workspace(BACKBONE).network


def report(section: str, location: Location, found: str, remedy: str) -> Problem:
    return Problem(section, 1, ".".join(map(str, location)), found, remedy)


def watched() -> tuple[str, Site, str, SiteNetworkAccess]:
    """A site with two accesses by BGP, and the first of them."""
    for name, site in NETWORK.sites.items():
        for key, access in site.site_network_accesses.items():
            if access_bfd(NETWORK, site, access) is not None and access.bfd is None:
                return name, site, key, access
    raise AssertionError("no access of the reference network has BFD: mend the test")


def having(name: str, site: Site, key: str, access: SiteNetworkAccess) -> Network:
    accesses = {**site.site_network_accesses, key: access}
    changed = site.model_copy(update={"site_network_accesses": accesses})
    return NETWORK.model_copy(update={"sites": {**NETWORK.sites, name: changed}})


def test_an_access_with_ttl_security_has_no_bfd() -> None:
    name, site, key, access = watched()
    near = access.model_copy(update={"ttl_security": True})
    assert access_bfd(NETWORK, site, near) is None
    assert not list(platform_names(having(name, site, key, near), report))


def test_bfd_that_is_asked_for_with_ttl_security_is_refused() -> None:
    name, site, key, access = watched()
    both = access.model_copy(update={"ttl_security": True, "bfd": True})
    (problem,) = platform_names(having(name, site, key, both), report)
    assert problem.field == f"{name}.site-network-accesses.{key}.bfd"
    assert "several hops" in problem.found

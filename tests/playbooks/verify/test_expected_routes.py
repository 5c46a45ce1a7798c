"""Which routes a VRF is to have: exactly these, so that a digest of them tells that it has them."""

from hypothesis import given

from egovnet.inventory.allocation.allocate import allocate, vrf_of
from egovnet.inventory.model import Network, SiteRole
from egovnet.playbooks.verify.control_plane import expected_routes
from tests.strategies import networks


@given(network=networks())
def test_a_spoke_has_its_own_links_on_that_router_and_no_others(network: Network) -> None:
    allocation = allocate(network)
    routes = expected_routes(network, allocation)
    for site, entry in network.sites.items():
        if entry.site_role is not SiteRole.SPOKE:
            continue
        links = {
            name: {
                str(allocation.access4[f"{site}/{name}"]),
                str(allocation.access6[f"{site}/{name}"]),
            }
            for name in entry.site_network_accesses
        }
        for access in entry.site_network_accesses.values():
            expected = routes[access.pe, allocation.vrf_name[vrf_of(network, site, access)]]
            assert {str(prefix) for prefix in entry.prefixes} <= expected.must <= expected.may
            for name, other in entry.site_network_accesses.items():
                # the other router's VRF of the site is a spoke too: spokes do not hear each other
                heard = other.pe == access.pe
                assert links[name] <= expected.may if heard else not links[name] & expected.may

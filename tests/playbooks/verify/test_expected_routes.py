"""Which routes a VRF is to have: exactly these, so that a digest of them tells that it has them."""

from hypothesis import given

from egovnet.inventory.allocation.allocate import allocate, vrf_of
from egovnet.inventory.model import Network, SiteRole
from egovnet.playbooks.verify.control_plane import expected_routes
from egovnet.templates.intend.access_ends import access_addresses
from tests.strategies import networks


@given(network=networks())
def test_a_spoke_has_its_own_links_on_that_router_and_no_others(network: Network) -> None:
    allocation = allocate(network)
    routes = expected_routes(network, allocation)
    for site, entry in network.sites.items():
        if entry.site_role is not SiteRole.SPOKE:
            continue
        links = {
            name: set(map(str, allocation.access_links(f"{site}/{name}")))
            for name in entry.site_network_accesses
        }
        for access in entry.site_network_accesses.values():
            expected = routes[access.pe, allocation.vrf_name[vrf_of(network, site, access)]]
            prefixes = {str(prefix) for prefix in entry.prefixes}
            assert expected.must <= expected.may
            assert prefixes <= expected.may
            here = [
                not entry.awaits(name)
                for name, other in entry.site_network_accesses.items()
                if other.pe == access.pe
            ]
            assert prefixes <= expected.must if any(here) else not prefixes & expected.must
            for name, other in entry.site_network_accesses.items():
                # the other router's VRF of the site is a spoke too: spokes do not hear each other
                heard = other.pe == access.pe
                assert links[name] <= expected.may if heard else not links[name] & expected.may


@given(network=networks())
def test_who_is_awaited_need_not_be_heard_and_may_be(network: Network) -> None:
    allocation = allocate(network)
    routes = expected_routes(network, allocation)
    for expected in routes.values():
        assert expected.must <= expected.usual <= expected.may
    for site, entry in network.sites.items():
        prefixes = {str(prefix) for prefix in entry.prefixes}
        for name, access in entry.site_network_accesses.items():
            expected = routes[access.pe, allocation.vrf_name[vrf_of(network, site, access)]]
            label = f"{site}/{name}"
            link = set(map(str, allocation.access_links(label)))
            peers = {str(end.ip) for end in access_addresses(allocation, label).ce}
            assert prefixes | link <= expected.may
            if entry.awaits(name):
                assert not link & expected.usual
                assert peers <= expected.awaited
            else:
                assert prefixes <= expected.must
                assert link <= expected.usual
                assert not peers & expected.awaited
        if entry.awaited:
            assert not any(prefixes & expected.usual for expected in routes.values())

"""Which key each session of the backbone's is to have, by the inventory's policy."""

from collections.abc import Iterator, Mapping

from egovnet.inventory.allocation.allocate import Allocation, vrf_of
from egovnet.inventory.model import BEHIND_A_PE, BehindPeSite, Network
from egovnet.inventory.model.address_text import written
from egovnet.inventory.model.keys import KeyPurpose
from egovnet.inventory.session_keys import KeyNeed, needed_keys
from egovnet.templates.intend.access_ends import access_addresses

#: (purpose, place) as in facts -> name of the key.
Keys = Mapping[tuple[str, str], str]


def expected_keys(network: Network, allocation: Allocation) -> dict[str, Keys]:
    """By router; no router has one where no policy asks for it. Linear in the sessions."""
    found: dict[str, dict[tuple[str, str], str]] = {}
    for need in needed_keys(network).values():
        for router, purpose, at in _places(network, allocation, need):
            found.setdefault(router, {})[purpose, at] = need.name
    return dict(found)


def _places(
    network: Network, allocation: Allocation, need: KeyNeed
) -> Iterator[tuple[str, KeyPurpose, str]]:
    """(router, purpose, place) of every end of a key's sessions, as in facts."""
    purpose = need.purpose
    if purpose is KeyPurpose.HELLO:
        circuit = network.circuits[need.name.removeprefix(f"{purpose}/")]
        yield from ((end.router, purpose, end.port) for end in (circuit.a, circuit.b))
    elif purpose is KeyPurpose.DOMAIN:
        for name, router in network.routers.items():
            if not BEHIND_A_PE & router.roles:
                yield name, purpose, ""
    elif purpose is KeyPurpose.PLATFORM:
        yield from _behind_pe(network, allocation, need)
    elif purpose is KeyPurpose.SITE:
        yield from _with_customer(network, allocation, need)
    else:
        a, b = need.ends
        for own, other in ((a, b), (b, a)):
            yield own, purpose, written(allocation.loopback4[other])
            if purpose is KeyPurpose.BGP and other in allocation.loopback6:
                yield own, purpose, written(allocation.loopback6[other])


def _behind_pe(
    network: Network, allocation: Allocation, need: KeyNeed
) -> Iterator[tuple[str, KeyPurpose, str]]:
    """Sessions of a firewall or gateway with its PE, and the PE's with it in the VRF."""
    host, _, vpn = need.name.removeprefix(f"{need.purpose}/").partition("+")
    for name, site in network.sites.items():
        if not isinstance(site, BehindPeSite) or site.vpn != vpn:
            continue
        access = site.site_network_accesses.get(host)
        if access is None:
            continue
        versions = {prefix.version for prefix in site.prefixes}
        ends = access_addresses(allocation, f"{name}/{host}")
        vrf = allocation.vrf_name[vrf_of(network, name, access)]
        for pe, ce in zip(ends.pe, ends.ce, strict=True):
            if pe.version in versions:
                yield host, KeyPurpose.BGP, written(pe.ip)
                yield access.pe, KeyPurpose.BGP, f"{written(ce.ip)} in VRF {vrf}"


def _with_customer(
    network: Network, allocation: Allocation, need: KeyNeed
) -> Iterator[tuple[str, KeyPurpose, str]]:
    """Sessions of a PE with a customer's router."""
    name, _, access_name = need.name.removeprefix(f"{need.purpose}/").partition("+")
    site = network.sites[name]
    access = site.site_network_accesses[access_name]
    versions = {prefix.version for prefix in site.prefixes}
    vrf = allocation.vrf_name[vrf_of(network, name, access)]
    for ce in access_addresses(allocation, f"{name}/{access_name}").ce:
        if ce.version in versions:
            yield access.pe, KeyPurpose.BGP, f"{written(ce.ip)} in VRF {vrf}"

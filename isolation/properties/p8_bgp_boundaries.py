"""P8: VPN routes are exchanged with the backbone's own routers and nobody else.

RFC 4364 section 10 joins autonomous systems; none is joined here, so every VPN session is internal
and with a router of the inventory. A customer in the default instance would join the backbone.
"""

from collections.abc import Iterator, Mapping

from egovnet.isolation.algebra.addresses import address_of
from egovnet.isolation.model.classes import p8
from egovnet.isolation.model.domains import ANYWHERE, OUTSIDE, Domain
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_class import FindingClass
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import Router, Scene, Table
from egovnet.isolation.routes.relays import addresses
from egovnet.templates.model.device import IPAddress
from egovnet.templates.model.facts import NeighborFacts


def bgp_boundaries(scene: Scene) -> Iterator[FindingDraft]:
    """P8 over a scene."""
    routers = dict(scene.expectation.routers) or dict(addresses(scene))
    for router in scene.routers:
        links = scene.expectation.platform.firewalls.get(router.name, {})
        partners = {address for link in links.values() for address in link.neighbors}
        for table in router.tables.values():
            for neighbor in table.neighbors:
                if not _of_platform(table, neighbor, partners):
                    yield from _neighbor(router, table, neighbor, routers, scene.expectation)


def _of_platform(table: Table, neighbor: NeighborFacts, partners: set[IPAddress]) -> bool:
    """Whether it is a firewall's session with a PE, which carries no VPN routes."""
    vpn = {"vpnv4", "vpnv6"} & set(neighbor.families)
    return table.vrf is None and not vpn and address_of(neighbor.address) in partners


def _neighbor(
    router: Router,
    table: Table,
    neighbor: NeighborFacts,
    routers: Mapping[IPAddress, str],
    expectation: Expectation,
) -> Iterator[FindingDraft]:
    vpn = sorted({"vpnv4", "vpnv6"} & set(neighbor.families))
    if table.vrf is not None:
        if vpn:
            yield _draft(table, neighbor, p8.VPN_SESSION_IN_VRF, table.domains[0])
        return
    address = address_of(neighbor.address)
    instance = router.facts.bgp[None]
    asn = neighbor.remote_as
    external = asn != instance.asn if asn is not None else neighbor.external
    known = address in routers
    if known and not external:
        return
    places = expectation.attachments.get(router.name, {}).values()
    if any(address in place.neighbors for place in places):
        return  # a customer: P5
    who = routers[address] if known and address is not None else "no router of the inventory"
    if vpn:
        klass = p8.EXTERNAL_VPN_SESSION if external else p8.UNKNOWN_VPN_SESSION
        yield _draft(table, neighbor, klass, OUTSIDE, who)
    elif neighbor.families:
        yield _draft(table, neighbor, p8.UNKNOWN_BACKBONE_SESSION, None, who)


def _draft(
    table: Table,
    neighbor: NeighborFacts,
    klass: FindingClass,
    joined: Domain | None,
    who: str = "",
) -> FindingDraft:
    """`joined`: who gets the routes of all VPNs, and can announce into any."""
    return single(
        finding(
            klass,
            table.device,
            table.name,
            path=(table.hop(f"speaks BGP with {neighbor.address}", neighbor.line),),
            line=neighbor.line,
            source=joined,
            target=ANYWHERE if joined else None,
            both_ways=joined is not None,
            causes=(table.session_of(neighbor),),
            words={"neighbor": neighbor.address, "who": who},
        )
    )


PROPERTY = SceneCheck("P8", bgp_boundaries)

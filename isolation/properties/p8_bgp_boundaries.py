"""P8: VPN routes are exchanged with the backbone's own routers and nobody else.

RFC 4364 section 10 joins autonomous systems; none is joined here, so every VPN session is internal
and with a router of the inventory. A customer in the default instance would join the backbone.
"""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address

from egovnet.isolation.model.finding_drafts import Sighting, single
from egovnet.isolation.model.scene import Router, Scene, Table
from egovnet.isolation.model.verdict import Finding, Severity
from egovnet.isolation.routes.relays import addresses
from egovnet.templates.model.device import IPAddress
from egovnet.templates.model.facts import NeighborFacts


def bgp_boundaries(scene: Scene) -> Iterator[Sighting]:
    """P8 over a scene."""
    routers = dict(scene.expectation.routers) or dict(addresses(scene))
    for router in scene.routers:
        customers = {
            address
            for attachment in scene.expectation.attachments.get(router.name, {}).values()
            for address in attachment.neighbors
        }
        for table in router.tables.values():
            for neighbor in table.neighbors():
                yield from _neighbor(router, table, neighbor, routers, customers)


def _neighbor(
    router: Router,
    table: Table,
    neighbor: NeighborFacts,
    routers: Mapping[IPAddress, str],
    customers: set[IPAddress],
) -> Iterator[Sighting]:
    vpn = sorted({"vpnv4", "vpnv6"} & set(neighbor.families))
    if table.vrf is not None:
        if vpn:
            text = f"{neighbor.address} takes VPN routes inside a customer's VRF"
            yield _told(table, neighbor, "P8 vpn-session-in-vrf", Severity.LEAK, text)
        return
    address = _address(neighbor.address)
    if address in customers:
        return  # P5
    instance = router.facts.bgp[None]
    asn = neighbor.remote_as
    external = asn != instance.asn if asn is not None else neighbor.external
    known = address in routers
    if known and not external:
        return
    who = routers[address] if known and address is not None else "no router of the inventory"
    if vpn:
        severity = Severity.LEAK if external else Severity.RISK
        text = f"{neighbor.address} ({who}) takes and gives routes of all VPNs"
        klass = "P8 external-vpn-session" if external else "P8 unknown-vpn-session"
        yield _told(table, neighbor, klass, severity, text)
    elif neighbor.families:
        text = f"{neighbor.address} ({who}) is a neighbour of the backbone"
        yield _told(table, neighbor, "P8 unknown-backbone-session", Severity.RISK, text)


def _address(text: str) -> IPAddress | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _told(
    table: Table, neighbor: NeighborFacts, klass: str, severity: Severity, text: str
) -> Sighting:
    hop = table.hop(f"speaks BGP with {neighbor.address}", neighbor.line)
    return single(Finding(klass, severity, table.device, table.name, text, (hop,), neighbor.line))

"""P5 for BFD: sessions (RFC 5880) are with the neighbours that the inventory has, and nobody else.

A session of a neighbour of IGP or BGP is judged with that neighbour. Of the others each must lead
to a customer of its VRF, to the other end of a circuit, or to a router's loopback.
"""

from collections.abc import Iterator, Mapping

from egovnet.isolation.model.cause import CauseKind
from egovnet.isolation.model.classes import p5
from egovnet.isolation.model.domains import BACKBONE, Domain
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import Scene, Table
from egovnet.templates.model.device import IPAddress
from egovnet.templates.model.facts import BfdPeer


def bfd_peers(scene: Scene) -> Iterator[FindingDraft]:
    """P5 over a scene."""
    if not scene.expectation.attachments_known:
        return
    for router in scene.routers:
        if not router.facts.bfd_peers:
            continue
        customers: dict[IPAddress, set[Domain]] = {}
        for attachment in scene.expectation.attachments.get(router.name, {}).values():
            for neighbor in attachment.neighbors:
                customers.setdefault(neighbor, set()).add(attachment.domain)
        for peer in router.facts.bfd_peers:
            table = router.tables.get(peer.vrf)
            if table is None or not _is_known(scene, customers, table, peer):
                yield _draft(table or router.tables[None], peer)


def _is_known(
    scene: Scene, customers: Mapping[IPAddress, set[Domain]], table: Table, peer: BfdPeer
) -> bool:
    if table.vrf is None:
        return peer.address in scene.expectation.routers or _on_circuit(table, peer.address)
    return not customers.get(peer.address, set()).isdisjoint(table.domains)


def _on_circuit(table: Table, address: IPAddress) -> bool:
    """Whether an address is a neighbour's by one of the router's circuits."""
    return any(
        address.version == own.version and address in own.network and address != own.ip
        for bound in table.bound
        if bound.attachment.domain == BACKBONE
        for own in bound.interface.addresses
    )


def _draft(table: Table, peer: BfdPeer) -> FindingDraft:
    return single(
        finding(
            p5.UNKNOWN_BFD_PEER,
            table.device,
            table.name,
            path=(
                *table.entry(table.domains[0]),
                table.hop(f"has a BFD session with {peer.address}", peer.line),
            ),
            line=peer.line,
            causes=(
                table.cause(
                    CauseKind.SESSION,
                    "bfd",
                    peer.address,
                    says=f"the BFD session with {peer.address}",
                    line=peer.line,
                ),
            ),
            words={"neighbor": peer.address},
        )
    )


PROPERTY = SceneCheck("P5", bfd_peers)

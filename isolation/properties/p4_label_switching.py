"""P4: no label switching, LDP or IGP where customers are (RFC 4364 section 13.1).

A router that takes labelled packets from a customer lets it choose the VRF that they arrive in;
one that speaks LDP or the IGP with a customer lets it join the backbone (RFC 5920 section 4).
Assumes that a router takes labels only where the text says so, interface by interface.
"""

from collections.abc import Iterator

from egovnet.isolation.model.cause import Cause, CauseKind, Place
from egovnet.isolation.model.classes import p4
from egovnet.isolation.model.domains import ANYWHERE, BACKBONE, OUTSIDE, UNTAGGED, Domain
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import Router, Scene, Table, port_cause
from egovnet.templates.model.facts import InterfaceFacts


def label_switching(scene: Scene) -> Iterator[FindingDraft]:
    """P4 over a scene."""
    for router in scene.routers:
        yield from _everywhere(router)
        circuits: set[str] = set()
        customers: dict[str, Domain] = {}
        for bound in router.bound:
            # A port, its VLAN, the bond or bridge it is in: what is said of one is said of all.
            names = {bound.interface.name, bound.carrier.name, bound.attachment.port}
            if bound.attachment.domain == BACKBONE:
                circuits |= names if bound.attachment.between_routers else set()
            else:
                customers |= dict.fromkeys(names - customers.keys(), bound.attachment.domain)
        circuits -= customers.keys()
        for interface in router.facts.interfaces.values():
            table = router.table_of(interface)
            protocols = _protocols(interface, table)
            if not protocols or interface.name in circuits or interface.loopback:
                continue
            if protocols == ["mpls"] and scene.expectation.encrypted.tunnel(router.name, interface):
                continue
            who = None if table.vrf is None else table.domains[0]
            who = who or customers.get(interface.name)
            if who is not None or scene.expectation.attachments_known:
                for protocol in protocols:
                    yield _draft(table, interface, p4.BY_PROTOCOL[protocol], who)


def _everywhere(router: Router) -> Iterator[FindingDraft]:
    for igp in router.facts.igps:
        if igp.vrf is None and igp.everywhere:
            yield single(
                finding(
                    p4.IGP_EVERYWHERE,
                    router.name,
                    "default",
                    path=(router.hop(f"speaks {igp.protocol} at any port", igp.line, "default"),),
                    line=igp.line,
                    words={"protocol": igp.protocol},
                )
            )


def _protocols(interface: InterfaceFacts, table: Table) -> list[str]:
    """Keys of `p4.BY_PROTOCOL`."""
    found = []
    if interface.mpls:
        found.append("mpls")
    if interface.ldp:
        found.append("ldp")
    if interface.vrf_igp and table.vrf is None:
        found.append("igp")  # its VRF is not there, so that the backbone's own instance takes it
    elif interface.igp:
        found.append("igp-passive" if interface.igp_passive else "igp")
    return found


def _cause(table: Table, interface: InterfaceFacts, at_port: p4.AtPort, line: int) -> Cause:
    key = (table.device, interface.name, at_port.protocol)
    place = Place(table.device, table.name, line, table.facts.quote(line))
    says = f"{interface.name} takes {at_port.protocol}"
    return Cause(CauseKind.PROTOCOL, key, says, place)


def _draft(
    table: Table, interface: InterfaceFacts, at_port: p4.AtPort, who: Domain | None
) -> FindingDraft:
    """`who` is at the port; None: nobody that the inventory knows."""
    # Who is said only where the VRF says it: in the default table a port may be several's.
    named = who.label if who is not None and table.vrf is not None else "a customer"
    if who == UNTAGGED:
        named = "whoever sends frames without a tag"
    line = interface.mpls_line or interface.line
    entry = () if who is None else table.entry(table.domains[0])
    return single(
        finding(
            at_port.elsewhere if who is None else at_port.at_customer,
            table.device,
            table.name,
            path=(*entry, table.hop(f"takes {at_port.protocol} on {interface.name}", line)),
            line=line,
            causes=(
                port_cause(table, interface)
                if who is None
                else _cause(table, interface, at_port, line),
            ),
            source=who or OUTSIDE,
            target=ANYWHERE if at_port.any_table else BACKBONE,
            words={
                "protocol": at_port.protocol,
                "interface": interface.name,
                "who": "whoever is there" if who is None else named,
                "effect": at_port.effect,
            },
        )
    )


PROPERTY = SceneCheck("P4", label_switching)

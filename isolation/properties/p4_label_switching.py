"""P4: no label switching, LDP or IGP where customers are (RFC 4364 section 13.1).

A router that takes labelled packets from a customer lets it choose the VRF that they arrive in;
one that speaks LDP or the IGP with a customer lets it join the backbone (RFC 5920 section 4).
Assumes that Linux takes labels only where the text says so, interface by interface.
"""

from collections.abc import Iterator

from egovnet.isolation.model.domains import BACKBONE
from egovnet.isolation.model.finding_drafts import Sighting, single
from egovnet.isolation.model.scene import Router, Scene
from egovnet.isolation.model.verdict import Finding, Severity
from egovnet.templates.model.facts import InterfaceFacts


def label_switching(scene: Scene) -> Iterator[Sighting]:
    """P4 over a scene."""
    for router in scene.routers:
        circuits: set[str] = set()
        customers: set[str] = set()
        for bound in router.bound:
            # A port, its VLAN, the bond or bridge it is in: what is said of one is said of all.
            names = {bound.interface.name, bound.carrier.name, bound.attachment.port}
            (circuits if bound.attachment.domain == BACKBONE else customers).update(names)
        circuits -= customers
        for interface in router.facts.interfaces.values():
            if interface.name in circuits or interface.name == "lo":
                continue
            at_customers = interface.name in customers or router.table_of(interface).vrf is not None
            if at_customers or scene.expectation.attachments_known:
                for protocol in _protocols(interface):
                    yield _finding(router, interface, protocol, at_customers)


def _protocols(interface: InterfaceFacts) -> list[str]:
    found = []
    if interface.mpls:
        found.append("labels")
    if interface.ldp:
        found.append("LDP")
    if interface.igp:
        found.append("IGP (passive)" if interface.igp_passive else "IGP")
    return found


_CLASSES = {"labels": "mpls", "LDP": "ldp", "IGP": "igp", "IGP (passive)": "igp-passive"}


def _finding(
    router: Router, interface: InterfaceFacts, protocol: str, at_customers: bool
) -> Sighting:
    table = router.table_of(interface)
    severity = Severity.LEAK if at_customers and protocol != "IGP (passive)" else Severity.RISK
    owner = table.domains[0].label if table.vrf is not None else "a customer"
    if not at_customers:
        owner = "whoever is there"
    means = (
        "chooses by label which table its packets arrive in"
        if protocol == "labels"
        else "joins the backbone"
    )
    line = interface.mpls_line or interface.line
    return single(
        Finding(
            f"P4 {_CLASSES[protocol]}-at-customer" if at_customers else f"P4 {_CLASSES[protocol]}",
            severity,
            router.name,
            table.name,
            f"{protocol} on {interface.name}, which is no circuit: {owner} {means}",
            (
                *(table.entry(table.domains[0]) if at_customers else ()),
                table.hop(f"takes {protocol} on {interface.name}", line),
            ),
            line,
        )
    )

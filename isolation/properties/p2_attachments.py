"""P2: every attachment in exactly one VRF, the expected one (RFC 4364 section 3: sites and VRFs).

What is attached is recognized by router, port and VLAN, never by a VRF's name: a VRF that is
renamed on a PE with all that goes with it is the same VRF. Assumes cabling and VLANs outside the
routers as in the inventory.
"""

from collections.abc import Iterator

from egovnet.isolation.algebra.route_targets import target_text
from egovnet.isolation.model.cause import Cause
from egovnet.isolation.model.classes import p2, p6
from egovnet.isolation.model.domains import BACKBONE, MANAGEMENT, OWN, UNTAGGED, Domain
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.finding_drafts import FindingDraft, kind_of_path, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import Bound, Router, Scene, Table, port_cause
from egovnet.templates.model.facts import InterfaceFacts


def attachments(scene: Scene) -> Iterator[FindingDraft]:
    """P2 over a scene."""
    for router in scene.routers:
        for bound in router.bound:
            yield from _in_no_vrf(router, bound)
        for table in router.tables.values():
            if table.vrf is not None:
                yield from _two_domains(router, table, scene.expectation)
                yield from _wrong_vrf(router, table, scene.expectation)
                yield from _addressed_trunk(router, table)
        if scene.expectation.attachments_known:
            yield from _unknown_interfaces(router, scene.expectation)
            yield from _absent(router, scene.expectation)


def _in_no_vrf(router: Router, bound: Bound) -> Iterator[FindingDraft]:
    """A customer, or management, whose packets are looked up in the backbone's own table."""
    table = router.table_of(bound.interface)
    if table.vrf is not None or bound.attachment.domain in table.domains:
        return
    vrf = bound.carrier.vrf
    why = f"its VRF {vrf} is not defined" if vrf else "it is in no VRF"
    line = bound.carrier.vrf_line or bound.interface.line
    name, owner = bound.attachment.name, bound.attachment.domain
    yield single(
        finding(
            p6.MANAGEMENT_IN_NO_VRF if owner == MANAGEMENT else p2.ACCESS_IN_NO_VRF,
            router.name,
            "default",
            path=(
                router.hop(f"holds {name} at {bound.interface.name}", line, vrf or ""),
                router.tables[None].hop("looks its packets up in the backbone's own table"),
            ),
            line=line,
            source=owner,
            target=BACKBONE,
            causes=(bound.cause(table),),
            words={"name": name, "interface": bound.interface.name, "because": why},
        )
    )


def _two_domains(router: Router, table: Table, expectation: Expectation) -> Iterator[FindingDraft]:
    by_domain: dict[Domain, Bound] = {}
    for bound in table.bound:
        by_domain.setdefault(bound.attachment.domain, bound)
    domains = list(by_domain)
    for index, one in enumerate(domains):
        for other in domains[index + 1 :]:
            if expectation.allowed(one, other) and expectation.allowed(other, one):
                continue
            customers_in_management = MANAGEMENT in {one, other}
            yield single(
                finding(
                    p6.CUSTOMER_IN_MANAGEMENT
                    if customers_in_management
                    else p2.TWO_DOMAINS_IN_ONE_VRF,
                    router.name,
                    table.name,
                    path=(*table.entry(one), *table.entry(other)),
                    line=by_domain[other].carrier.vrf_line or by_domain[other].interface.line,
                    source=one,
                    target=other,
                    both_ways=True,
                    causes=(
                        _stranger(router, table, by_domain[one], by_domain[other], expectation),
                    ),
                    words={"kind": kind_of_path(one, other)},
                )
            )


def _stranger(
    router: Router, table: Table, one: Bound, other: Bound, expectation: Expectation
) -> Cause:
    """The one of two that is in the other's VRF, by its name; else the second."""
    named = expectation.vrf_domain(router.name, table.name)
    wrong = one if named == other.attachment.domain else other
    return wrong.cause(table)


def _wrong_vrf(router: Router, table: Table, expectation: Expectation) -> Iterator[FindingDraft]:
    """A VRF that is by name and by route targets another VPN's than what is bound to it."""
    if table.vrf is None or not table.bound:
        return
    named = expectation.vrf_domain(router.name, table.vrf)
    if named is None or named in table.domains:
        return
    targets = {
        (target, family.lines.get(target, family.line))
        for instance in [router.facts.bgp.get(table.vrf)]
        if instance is not None
        for family in instance.families.values()
        for target in family.export_targets | family.import_targets
        if expectation.targets.get(target) == named.label
    }
    for target, line in sorted(targets)[:1]:
        yield single(
            finding(
                p2.WRONG_VRF,
                router.name,
                table.name,
                path=(
                    *table.entry(table.domains[0]),
                    table.hop(f"has the route target {target_text(target)} of {named.label}", line),
                ),
                line=table.bound[0].carrier.vrf_line,
                source=table.domains[0],
                target=named,
                both_ways=True,
                causes=(table.bound[0].cause(table),),
            )
        )


def _addressed_trunk(router: Router, table: Table) -> Iterator[FindingDraft]:
    """A port that carries VLANs and has an address of its own: frames without a tag are heard."""
    for bound in table.bound:
        port = bound.carrier
        if bound.attachment.domain == UNTAGGED and port.addresses:
            yield single(
                finding(
                    p2.ADDRESS_WITHOUT_TAG,
                    router.name,
                    table.name,
                    path=(
                        router.hop(
                            f"has {port.addresses[0]} on {port.name}", port.line, table.name
                        ),
                    ),
                    line=port.line,
                    causes=(port_cause(table, port),),
                    words={"interface": port.name, "address": port.addresses[0]},
                )
            )


def _unknown_interfaces(router: Router, expectation: Expectation) -> Iterator[FindingDraft]:
    """Interfaces that the inventory does not know."""
    facts = router.facts
    if router.name not in expectation.attachments:
        return
    known = {bound.interface.name for bound in router.bound}
    known |= {bound.carrier.name for bound in router.bound}
    ports = {place[0] for place in expectation.attachments[router.name]}
    for interface in facts.interfaces.values():
        if interface.name in known | facts.vrfs.keys() or interface.loopback:
            continue
        if expectation.encrypted.tunnel(router.name, interface) is not None:
            continue
        table = router.table_of(interface)
        severity = _severity(router, interface, table, ports)
        if severity is not None:
            line = interface.vrf_line or interface.line
            yield single(
                finding(
                    p2.UNKNOWN_INTERFACE,
                    router.name,
                    table.name,
                    severity=severity,
                    path=(router.hop(f"has {interface.name}", line, table.name),),
                    line=line,
                    causes=(
                        port_cause(table, interface)
                        if router.facts.ports_known
                        else router.host_part(),
                    ),
                    words={"interface": interface.name},
                )
            )


def _severity(
    router: Router, interface: InterfaceFacts, table: Table, ports: set[str]
) -> Severity | None:
    if table.vrf is not None:
        return Severity.RISK
    if interface.name in router.masters:
        # A bridge's or bond's port: its bridge is looked at.
        return Severity.RISK if interface.name not in ports else None
    if interface.addresses:
        return Severity.RISK
    if interface.name in ports and interface.vlan is None:
        return None
    # without an address it still routes what it hears, by the backbone's own table
    return Severity.RISK if interface.brought_up and not interface.shutdown else Severity.HYGIENE


def _absent(router: Router, expectation: Expectation) -> Iterator[FindingDraft]:
    """Attachments that the text does not have: nothing leaks there, and a customer is cut off."""
    present = {bound.attachment.name for bound in router.bound}
    for attachment in expectation.attachments.get(router.name, {}).values():
        if attachment.name not in present and attachment.domain.label not in OWN:
            yield single(
                finding(
                    p2.ACCESS_MISSING,
                    router.name,
                    words={"name": attachment.name, "place": attachment.at},
                )
            )


PROPERTY = SceneCheck("P2", attachments)

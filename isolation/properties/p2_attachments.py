"""P2: every attachment in exactly one VRF, the expected one (RFC 4364 section 3: sites and VRFs).

What is attached is told by router, port and VLAN, never by a VRF's name: a VRF that is renamed on
a PE with all that goes with it is the same VRF. Assumes cabling and VLANs outside the routers as
in the inventory.
"""

from collections.abc import Iterator

from egovnet.isolation.algebra.route_targets import target_text
from egovnet.isolation.model.domains import BACKBONE, MANAGEMENT, OWN, UNTAGGED, Domain
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding_drafts import Sighting, kind_of_path, single
from egovnet.isolation.model.scene import Bound, Router, Scene, Table
from egovnet.isolation.model.verdict import Finding, Severity
from egovnet.templates.model.facts import InterfaceFacts


def attachments(scene: Scene) -> Iterator[Sighting]:
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
            yield from _strangers(router, scene.expectation)
            yield from _absent(router, scene.expectation)


def _in_no_vrf(router: Router, bound: Bound) -> Iterator[Sighting]:
    """A customer, or management, whose packets are looked up in the backbone's own table."""
    table = router.table_of(bound.interface)
    if table.vrf is not None or bound.attachment.domain == BACKBONE:
        return
    vrf = bound.carrier.vrf
    why = f"its VRF {vrf} is not defined" if vrf else "it is in no VRF"
    line = bound.carrier.vrf_line or bound.interface.line
    name, owner = bound.attachment.name, bound.attachment.domain.label
    yield single(
        Finding(
            "P6 management-in-no-vrf"
            if bound.attachment.domain == MANAGEMENT
            else "P2 access-in-no-vrf",
            Severity.LEAK,
            router.name,
            "default",
            f"{owner} reaches backbone: {name} at {bound.interface.name} is in the default table, "
            f"because {why}",
            (
                router.hop(f"holds {name} at {bound.interface.name}", line, vrf or ""),
                router.tables[None].hop("looks its packets up in the backbone's own table"),
            ),
            line,
        )
    )


def _two_domains(router: Router, table: Table, expectation: Expectation) -> Iterator[Sighting]:
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
                Finding(
                    "P6 customer-in-management"
                    if customers_in_management
                    else "P2 two-domains-in-one-vrf",
                    Severity.LEAK,
                    router.name,
                    table.name,
                    f"{one.label} and {other.label} meet in VRF {table.name} "
                    f"({kind_of_path(one, other)})",
                    (*table.entry(one), *table.entry(other)),
                    by_domain[other].carrier.vrf_line or by_domain[other].interface.line,
                )
            )


def _wrong_vrf(router: Router, table: Table, expectation: Expectation) -> Iterator[Sighting]:
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
            Finding(
                "P2 wrong-vrf",
                Severity.LEAK,
                router.name,
                table.name,
                f"{table.domains[0].label} is in the VRF of {named.label}",
                (
                    *table.entry(table.domains[0]),
                    table.hop(f"has the route target {target_text(target)} of {named.label}", line),
                ),
                table.bound[0].carrier.vrf_line,
            )
        )


def _addressed_trunk(router: Router, table: Table) -> Iterator[Sighting]:
    """A port that carries VLANs and has an address of its own: frames without a tag are heard."""
    for bound in table.bound:
        port = bound.carrier
        if bound.attachment.domain == UNTAGGED and port.addresses:
            yield single(
                Finding(
                    "P2 address-without-tag",
                    Severity.RISK,
                    router.name,
                    table.name,
                    f"{port.name} carries VLANs and has the address {port.addresses[0]} itself",
                    (router.hop(f"has {port.addresses[0]} on {port.name}", port.line, table.name),),
                    port.line,
                )
            )


def _strangers(router: Router, expectation: Expectation) -> Iterator[Sighting]:
    """Interfaces that the inventory does not know."""
    facts = router.facts
    if router.name not in expectation.attachments:
        return
    known = {bound.interface.name for bound in router.bound}
    known |= {bound.carrier.name for bound in router.bound}
    ports = {place[0] for place in expectation.attachments[router.name]}
    for interface in facts.interfaces.values():
        if interface.name in known | facts.vrfs.keys() or interface.name == "lo":
            continue
        table = router.table_of(interface)
        severity = _severity(router, interface, table, ports)
        if severity is not None:
            line = interface.vrf_line or interface.line
            yield single(
                Finding(
                    "P2 unknown-interface",
                    severity,
                    router.name,
                    table.name,
                    f"{interface.name} in VRF {table.name} is not in the inventory",
                    (router.hop(f"has {interface.name}", line, table.name),),
                    line,
                )
            )


def _severity(
    router: Router, interface: InterfaceFacts, table: Table, ports: set[str]
) -> Severity | None:
    if table.vrf is not None:
        return Severity.RISK
    if interface.name in router.masters:
        # A bridge's or bond's port: its bridge is judged.
        return Severity.RISK if interface.name not in ports else None
    if interface.addresses:
        return Severity.RISK
    is_port_of_inventory = interface.name in ports and interface.vlan is None
    return None if is_port_of_inventory else Severity.HYGIENE


def _absent(router: Router, expectation: Expectation) -> Iterator[Sighting]:
    """Attachments that the text does not have: nothing leaks there, and a customer is cut off."""
    present = {bound.attachment.name for bound in router.bound}
    for attachment in expectation.attachments.get(router.name, {}).values():
        if attachment.name not in present and attachment.domain.label not in OWN:
            yield single(
                Finding(
                    "P2 access-missing",
                    Severity.HYGIENE,
                    router.name,
                    "",
                    f"{attachment.name} at {attachment.at} is not in the text",
                )
            )

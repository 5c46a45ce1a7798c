"""P5: sessions with customers in the right VRF, with filters and limits (RFC 4364 section 7).

A session belongs to the VRF of the access whose CE it speaks to. What it lets in is no more than
what the site may announce, and not more routes than were agreed. Assumes that an address on an
access is its customer's.
"""

from collections.abc import Iterator
from ipaddress import ip_address

from egovnet.isolation.algebra.prefix_sets import PrefixSet
from egovnet.isolation.model.domains import Attachment
from egovnet.isolation.model.finding_drafts import Sighting, single
from egovnet.isolation.model.scene import FAMILIES, Router, Scene, Table
from egovnet.isolation.model.verdict import Finding, Severity
from egovnet.isolation.routes.announcements import admitted
from egovnet.templates.model.device import AddressFamily, IPAddress
from egovnet.templates.model.facts import NeighborFacts, NeighborFamily, Policy


def customer_sessions(scene: Scene) -> Iterator[Sighting]:
    """P5 over a scene."""
    for router in scene.routers:
        expected = {
            address: attachment
            for attachment in scene.expectation.attachments.get(router.name, {}).values()
            for address in attachment.neighbors
        }
        known = scene.expectation.attachments_known
        for table in router.tables.values():
            for neighbor in table.neighbors():
                yield from _session(router, table, neighbor, expected, known)


def _session(
    router: Router,
    table: Table,
    neighbor: NeighborFacts,
    expected: dict[IPAddress, Attachment],
    known: bool,
) -> Iterator[Sighting]:
    attachment = _attachment(router, neighbor, expected)
    if attachment is None:
        if table.vrf is None:
            return  # `egovnet.isolation.properties.p8_bgp_boundaries` judges the default instance
        if known:
            text = f"{neighbor.address} is no customer of the inventory"
            yield _told(table, neighbor, "P5 unknown-neighbor", text)
    elif attachment.domain not in table.domains or table.vrf is None:
        text = (
            f"the session with {attachment.name} of {attachment.domain.label} "
            f"is in the table of {table.domains[0].label}"
        )
        yield _told(table, neighbor, "P5 session-in-wrong-vrf", text, severity=Severity.LEAK)
    if table.vrf is None and attachment is None:
        return
    if not neighbor.external and table.vrf is not None:
        text = f"{neighbor.address} is taken for a router of the backbone's own AS"
        yield _told(table, neighbor, "P5 internal-customer", text)
    for family in FAMILIES:
        activated = neighbor.families.get(family)
        if activated is not None:
            yield from _filter(table, neighbor, activated, family, attachment)
            yield from _limit(table, neighbor, activated, family)


def _attachment(
    router: Router, neighbor: NeighborFacts, expected: dict[IPAddress, Attachment]
) -> Attachment | None:
    """The access a neighbour is on: by its address, or by interface if it is unnumbered."""
    try:
        return expected.get(ip_address(neighbor.address))
    except ValueError:
        found = (b.attachment for b in router.bound if b.interface.name == neighbor.address)
        return next(found, None)


def _filter(
    table: Table,
    neighbor: NeighborFacts,
    activated: NeighborFamily,
    family: AddressFamily,
    attachment: Attachment | None,
) -> Iterator[Sighting]:
    if activated.policy_in is None:
        text = f"{family} routes of {neighbor.address} are not filtered"
        yield _told(table, neighbor, "P5 no-filter", text, line=activated.line, family=family)
        return
    if absent := _absent(activated.policy_in):
        # FRR takes nothing then; whoever mends it in haste lets everything in.
        text = f"the filter of {neighbor.address} refers to {absent} that is not there"
        line = activated.policy_in.line or activated.line
        yield _told(table, neighbor, "P5 filter-without-list", text, line=line, family=family)
    if attachment is None or not attachment.prefixes:
        return
    let_in = PrefixSet.none(family)
    for routes in admitted(activated.policy_in, family):
        let_in = let_in | routes.prefixes
    beyond = let_in - PrefixSet.within(family, attachment.prefixes)
    if beyond:
        text = f"{attachment.name} may announce more than is its own, such as {beyond.example()}"
        line = activated.policy_in.line or activated.line
        yield _told(table, neighbor, "P5 filter-too-wide", text, line=line, family=family)


def _absent(policy: Policy) -> str:
    """What a filter names and the text does not have; empty: nothing."""
    if policy.missing:
        return "a policy"
    permits = (entry for entry in policy.entries if entry.action == "permit")
    absent = any(match.never for entry in permits for match in entry.matches)
    return "a list" if absent else ""


def _limit(
    table: Table, neighbor: NeighborFacts, activated: NeighborFamily, family: AddressFamily
) -> Iterator[Sighting]:
    if activated.maximum_prefix is None:
        text = f"{neighbor.address} may announce any number of {family} routes"
        klass = "P5 no-limit"
    elif activated.limit_warns_only:
        text = f"the limit of {family} routes of {neighbor.address} only warns"
        klass = "P5 limit-warns-only"
    else:
        return
    yield _told(table, neighbor, klass, text, line=activated.line, family=family)


def _told(
    table: Table,
    neighbor: NeighborFacts,
    klass: str,
    text: str,
    *,
    severity: Severity = Severity.RISK,
    line: int = 0,
    family: str = "",
) -> Sighting:
    line = line or neighbor.line
    hop = table.hop(f"speaks BGP with {neighbor.address}", line)
    entry = table.entry(table.domains[0])
    return single(
        Finding(klass, severity, table.device, table.name, text, (*entry, hop), line, family)
    )

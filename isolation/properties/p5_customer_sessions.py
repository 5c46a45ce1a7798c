"""P5: sessions with customers in the right VRF, with filters and limits (RFC 4364 section 7).

A session belongs to the VRF of the access whose CE it speaks to. What it lets in is no more than
what the site may announce, and not more routes than were agreed. Assumes that an address on an
access is its customer's.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from egovnet.isolation.algebra.addresses import address_of
from egovnet.isolation.algebra.prefix_sets import PrefixSet
from egovnet.isolation.model.classes import p5
from egovnet.isolation.model.domains import Attachment, Domain
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_class import FindingClass
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import FAMILIES, Router, Scene, Table
from egovnet.isolation.routes.announcements import admitted
from egovnet.templates.model.device import AddressFamily, IPAddress
from egovnet.templates.model.facts import NeighborFacts, NeighborFamily, Policy

_NO_WORDS: Mapping[str, object] = MappingProxyType({})


def customer_sessions(scene: Scene) -> Iterator[FindingDraft]:
    """P5 over a scene."""
    for router in scene.routers:
        expected = {
            address: attachment
            for attachment in scene.expectation.attachments.get(router.name, {}).values()
            for address in attachment.neighbors
        }
        known = scene.expectation.attachments_known
        for table in router.tables.values():
            for neighbor in table.neighbors:
                yield from _session(router, table, neighbor, expected, known)


def _session(
    router: Router,
    table: Table,
    neighbor: NeighborFacts,
    expected: dict[IPAddress, Attachment],
    known: bool,
) -> Iterator[FindingDraft]:
    attachment = _attachment(router, neighbor, expected)
    if attachment is None:
        if table.vrf is None:
            return  # the default instance is p8_bgp_boundaries'
        if known:
            yield _draft(table, neighbor, p5.UNKNOWN_NEIGHBOR)
    elif attachment.domain not in table.domains or table.vrf is None:
        yield _draft(
            table,
            neighbor,
            p5.SESSION_IN_WRONG_VRF,
            joins=(attachment.domain, table.domains[0]),
            words={"name": attachment.name},
        )
    if table.vrf is None and attachment is None:
        return
    if not neighbor.external and table.vrf is not None:
        yield _draft(table, neighbor, p5.INTERNAL_CUSTOMER)
    for family in FAMILIES:
        activated = neighbor.families.get(family)
        if activated is not None:
            yield from _filter(table, neighbor, activated, family, attachment)
            yield from _limit(table, neighbor, activated, family)


def _attachment(
    router: Router, neighbor: NeighborFacts, expected: dict[IPAddress, Attachment]
) -> Attachment | None:
    """The access a neighbour is on: by its address, or by interface if it is unnumbered."""
    address = address_of(neighbor.address)
    if address is not None:
        return expected.get(address)
    found = (b.attachment for b in router.bound if b.interface.name == neighbor.address)
    return next(found, None)


def _filter(
    table: Table,
    neighbor: NeighborFacts,
    activated: NeighborFamily,
    family: AddressFamily,
    attachment: Attachment | None,
) -> Iterator[FindingDraft]:
    if activated.policy_in is None:
        yield _draft(table, neighbor, p5.NO_FILTER, line=activated.line, family=family)
        return
    if absent := _absent(activated.policy_in):
        # FRR takes nothing then; whoever repairs it in haste lets everything in.
        line = activated.policy_in.line or activated.line
        klass = p5.FILTER_WITHOUT_LIST
        yield _draft(
            table,
            neighbor,
            klass,
            line=line,
            family=family,
            words={"absent": absent},
        )
    if attachment is None or not attachment.prefixes:
        return
    let_in = PrefixSet.none(family)
    for routes in admitted(table, activated, family):
        let_in = let_in | routes.prefixes
    beyond = let_in - PrefixSet.within(family, attachment.prefixes)
    if beyond:
        yield _draft(
            table,
            neighbor,
            p5.FILTER_TOO_WIDE,
            line=activated.policy_in.line or activated.line,
            family=family,
            words={"name": attachment.name, "example": beyond.example()},
        )


def _absent(policy: Policy) -> str:
    """What a filter names and the text does not have; empty: nothing."""
    if policy.missing:
        return "a policy"
    permits = (entry for entry in policy.entries if entry.action == "permit")
    absent = any(match.never for entry in permits for match in entry.matches)
    return "a list" if absent else ""


def _limit(
    table: Table, neighbor: NeighborFacts, activated: NeighborFamily, family: AddressFamily
) -> Iterator[FindingDraft]:
    if activated.maximum_prefix is None:
        klass = p5.NO_LIMIT
    elif activated.limit_warns_only:
        klass = p5.LIMIT_WARNS_ONLY
    else:
        return
    yield _draft(table, neighbor, klass, line=activated.line, family=family)


def _draft(
    table: Table,
    neighbor: NeighborFacts,
    klass: FindingClass,
    *,
    joins: tuple[Domain, Domain] | None = None,
    line: int = 0,
    family: str = "",
    words: Mapping[str, object] = _NO_WORDS,
) -> FindingDraft:
    line = line or neighbor.line
    hop = table.hop(f"speaks BGP with {neighbor.address}", line)
    return single(
        finding(
            klass,
            table.device,
            table.name,
            path=(*table.entry(table.domains[0]), hop),
            line=line,
            family=family,
            source=joins[0] if joins else None,
            target=joins[1] if joins else None,
            both_ways=joins is not None,
            words={"neighbor": neighbor.address, **words},
        )
    )


PROPERTY = SceneCheck("P5", customer_sessions)

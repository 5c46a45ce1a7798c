"""P5: sessions with customers in the right VRF, with filters and limits (RFC 4364 section 7).

A session belongs to the VRF of the access whose CE it speaks to. What it lets in is no more than
what the site may announce, and not more routes than were agreed. Assumes that an address on an
access is its customer's.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from types import MappingProxyType

from egovnet.inventory.model.sites import MOST_PREFIXES
from egovnet.isolation.algebra.addresses import address_of
from egovnet.isolation.algebra.prefix_sets import PrefixSet
from egovnet.isolation.model.cause import Cause, CauseKind
from egovnet.isolation.model.classes import p5
from egovnet.isolation.model.domains import Attachment, Domain
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_class import FindingClass, Severity
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
        for table in router.tables.values():
            for neighbor in table.neighbors:
                yield from _session(router, table, neighbor, expected, scene.expectation)


def _session(
    router: Router,
    table: Table,
    neighbor: NeighborFacts,
    expected: dict[IPAddress, Attachment],
    expectation: Expectation,
) -> Iterator[FindingDraft]:
    attachment = _attachment(router, neighbor, expected)
    if attachment is None:
        if table.vrf is None:
            return  # the default instance is p8_bgp_boundaries'
        if expectation.attachments_known:
            yield _draft(table, neighbor, p5.UNKNOWN_NEIGHBOR, causes=_all_of(table, neighbor))
    elif attachment.domain not in table.domains or table.vrf is None:
        yield _draft(
            table,
            neighbor,
            p5.SESSION_IN_WRONG_VRF,
            joins=(attachment.domain, table.domains[0]),
            causes=_moved(router, table, attachment, expectation) or _all_of(table, neighbor),
            words={"name": attachment.name},
        )
    if not neighbor.external and table.vrf is not None:
        yield _draft(table, neighbor, p5.INTERNAL_CUSTOMER, causes=(table.session_of(neighbor),))
    if attachment is not None and attachment.most_hops is not None:
        most = neighbor.most_hops
        if most is None or most > attachment.most_hops:
            causes = (table.session_of(neighbor),)
            yield _draft(table, neighbor, p5.FROM_AFAR, causes=causes)
    for family in FAMILIES:
        activated = neighbor.families.get(family)
        if activated is not None:
            yield from _filter(table, neighbor, activated, attachment, family)
            yield from _limit(table, neighbor, activated, attachment, family)


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
    attachment: Attachment | None,
    family: AddressFamily,
) -> Iterator[FindingDraft]:
    if activated.policy_in is None:
        klass, causes = p5.NO_FILTER, (table.filter_of(neighbor, activated.line),)
        yield _draft(table, neighbor, klass, line=activated.line, family=family, causes=causes)
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
            causes=(table.filter_of(neighbor, activated.line),),
            words={"absent": absent},
        )
    if attachment is None or not attachment.prefixes:
        return
    let_in = PrefixSet.none(family)
    for routes in admitted(table, activated, family):
        let_in = let_in | routes.prefixes
    held = PrefixSet.of if attachment.exact else PrefixSet.within
    beyond = let_in - held(family, attachment.prefixes)
    if beyond:
        yield _draft(
            table,
            neighbor,
            p5.FILTER_TOO_WIDE,
            line=_widest(activated.policy_in, beyond, family) or activated.line,
            family=family,
            causes=(table.filter_of(neighbor, activated.line),),
            words={"name": attachment.name, "example": beyond.example()},
        )


def _widest(policy: Policy, beyond: PrefixSet, family: AddressFamily) -> int:
    """Line that lets prefixes of `beyond` in: the list's where a list does, else the entry's."""
    for entry in policy.each():
        if entry.action != "permit":
            continue
        lists = [match.prefixes for match in entry.matches if match.kind == "prefix"]
        for rule in (rule for rules in lists for rule in rules if rule.action == "permit"):
            if beyond & PrefixSet.rule(family, rule):
                return rule.line or entry.line or policy.line
        if not lists and entry.called is None:
            return entry.line or policy.line
    return policy.line


def _absent(policy: Policy) -> str:
    """What a filter names and the text does not have; empty: nothing."""
    if policy.missing:
        return "a policy"
    permits = (entry for entry in policy.each() if entry.action == "permit")
    absent = any(match.never for entry in permits for match in entry.matches)
    return "a list" if absent else ""


def _limit(
    table: Table,
    neighbor: NeighborFacts,
    activated: NeighborFamily,
    attachment: Attachment | None,
    family: AddressFamily,
) -> Iterator[FindingDraft]:
    agreed = attachment.most_routes if attachment is not None else None
    words: Mapping[str, object] = _NO_WORDS
    severity = Severity.RISK
    if activated.maximum_prefix is None:
        klass = p5.NO_LIMIT
    elif activated.limit_warns_only:
        klass = p5.LIMIT_WARNS_ONLY
    elif agreed is not None and activated.maximum_prefix > agreed:
        klass = p5.LIMIT_TOO_HIGH
        words = {"limit": activated.maximum_prefix, "agreed": agreed}
        if activated.maximum_prefix <= MOST_PREFIXES:
            severity = Severity.HYGIENE
    else:
        return
    line = activated.line
    causes = (_limit_of(table, neighbor, line),)
    draft = partial(_draft, table, neighbor, klass, line=line, family=family, causes=causes)
    yield draft(severity=severity, words=words)


def _limit_of(table: Table, neighbor: NeighborFacts, line: int = 0) -> Cause:
    says = f"how many routes {neighbor.address} may announce"
    return table.cause(CauseKind.LIMIT, neighbor.address, says=says, line=line or neighbor.line)


def _all_of(table: Table, neighbor: NeighborFacts) -> tuple[Cause, ...]:
    """That the session is there: all that is wrong with it comes of that."""
    return (table.session_of(neighbor), table.filter_of(neighbor), _limit_of(table, neighbor))


def _moved(
    router: Router, table: Table, attachment: Attachment, expectation: Expectation
) -> tuple[Cause, ...]:
    """The port of the session's access, where the session is in the VRF of its VPN by its name
    and the port is not."""
    named = table.vrf and expectation.vrf_domain(router.name, table.vrf)
    for bound in router.bound:
        there = router.table_of(bound.interface)
        if bound.attachment == attachment and there is not table and named == attachment.domain:
            return (bound.cause(there),)
    return ()


def _draft(
    table: Table,
    neighbor: NeighborFacts,
    klass: FindingClass,
    *,
    joins: tuple[Domain, Domain] | None = None,
    line: int = 0,
    family: str = "",
    causes: tuple[Cause, ...],
    severity: Severity | None = None,
    words: Mapping[str, object] = _NO_WORDS,
) -> FindingDraft:
    line = line or neighbor.line
    hop = table.hop(f"speaks BGP with {neighbor.address}", line)
    return single(
        finding(
            klass,
            table.device,
            table.name,
            severity=severity,
            path=(*table.entry(table.domains[0]), hop),
            line=line,
            family=family,
            source=joins[0] if joins else None,
            target=joins[1] if joins else None,
            both_ways=joins is not None,
            causes=causes,
            words={"neighbor": neighbor.address, **words},
        )
    )


PROPERTY = SceneCheck("P5", customer_sessions)

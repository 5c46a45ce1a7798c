"""P8: VPN routes are exchanged with the backbone's own routers and nobody else.

Other networks are joined by option a) of RFC 4364 section 10: the neighbour at a border is a
customer's router in each VPN, and P2 and P5 say what it is held to as one. It is told besides of
what was agreed and of nothing else, and no aggregate is of somebody else's. So every VPN session is
internal and with a router of the inventory. A customer in the default instance would join the
backbone.
"""

from collections.abc import Iterator, Mapping

from egovnet.inventory.model import IPNetwork
from egovnet.isolation.algebra.addresses import address_of
from egovnet.isolation.algebra.policies import Routes, apply
from egovnet.isolation.algebra.prefix_sets import PrefixSet
from egovnet.isolation.model.cause import CauseKind
from egovnet.isolation.model.classes import p8
from egovnet.isolation.model.domains import ANYWHERE, OUTSIDE, Attachment, Domain
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_class import FindingClass
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import FAMILIES, Router, Scene, Table
from egovnet.isolation.routes.relays import addresses
from egovnet.templates.model.device import IPAddress
from egovnet.templates.model.facts import NeighborFacts, VrfFamily


def bgp_boundaries(scene: Scene) -> Iterator[FindingDraft]:
    """P8 over a scene."""
    routers = dict(scene.expectation.routers) or dict(addresses(scene))
    aggregating = [t for t in scene.tables() if any(f.aggregates for f in t.families.values())]
    if aggregating:
        held = _held_in_vpns(scene.expectation)
        for table in aggregating:
            yield from _aggregates(table, held)
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
        yield from _border(router, table, neighbor, expectation)
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


def _border(
    router: Router, table: Table, neighbor: NeighborFacts, expectation: Expectation
) -> Iterator[FindingDraft]:
    """A session with another network: with its AS, and no more told than was agreed."""
    address = address_of(neighbor.address)
    places = expectation.attachments.get(router.name, {}).values()
    border = next((p for p in places if address in p.neighbors and p.announces is not None), None)
    if border is None or border.announces is None:
        return
    if neighbor.remote_as != border.remote_as:
        asn = "any" if neighbor.remote_as is None else neighbor.remote_as
        words = {"name": border.name, "asn": asn, "agreed": border.remote_as}
        yield _told(table, neighbor, p8.BORDER_WRONG_AS, words, line=neighbor.line)
    for family in FAMILIES:
        activated = neighbor.families.get(family)
        if activated is None:
            continue
        policy = activated.policy_out
        if policy is None:
            words = {"name": border.name}
            line = activated.line
            yield _told(table, neighbor, p8.NO_BORDER_FILTER, words, line=line, family=family)
            continue
        told = PrefixSet.none(family)
        for routes in apply(policy, [Routes(family, PrefixSet.all(family), free=True)]):
            told = told | routes.prefixes
        if activated.default_originate:  # past the policy
            told = told | PrefixSet(told.bits, ((0, 0, 0, 0),))
        agreed = PrefixSet.of if border.aggregate else PrefixSet.within
        beyond = told - agreed(family, border.announces)
        if beyond:
            words = {"name": border.name, "example": beyond.example()}
            line = policy.line or activated.line
            yield _told(table, neighbor, p8.BORDER_FILTER_TOO_WIDE, words, line=line, family=family)


def _held_in_vpns(expectation: Expectation) -> dict[str, dict[IPNetwork, Attachment]]:
    """VPN -> what somebody in it has, with one of the places where it is joined."""
    found: dict[str, dict[IPNetwork, Attachment]] = {}
    for places in expectation.attachments.values():
        for at in places.values():
            for prefix in at.prefixes:
                found.setdefault(at.domain.vpn, {}).setdefault(prefix, at)
    return found


def _aggregates(
    table: Table, held: Mapping[str, Mapping[IPNetwork, Attachment]]
) -> Iterator[FindingDraft]:
    """Aggregates of a table that draw or discard what is of somebody else in its VPNs."""
    for bgp in table.families.values():
        for prefix in sorted(bgp.aggregates, key=str):
            for vpn in sorted({domain.vpn for domain in table.domains}):
                for other, at in held.get(vpn, {}).items():
                    if how := _loses(prefix, other, at):
                        yield _discards(table, bgp, prefix, f"{how} {other} of {at.name}")


def _loses(prefix: IPNetwork, other: IPNetwork, at: Attachment) -> str:
    """What an aggregate does to somebody's prefix; "": nothing that it should not."""
    if prefix.version != other.version or not prefix.overlaps(other):
        return ""
    # one that is the site's own prefix is made of the site's routes alone
    if prefix.prefixlen > other.prefixlen and not at.exact:
        return "is within"
    return "covers" if at.announces is not None else ""


def _discards(table: Table, bgp: VrfFamily, prefix: IPNetwork, what: str) -> FindingDraft:
    line = bgp.lines.get(prefix, bgp.line)
    says = f"VRF {table.name} has the aggregate {prefix}"
    return single(
        finding(
            p8.AGGREGATE_OF_OTHERS,
            table.device,
            table.name,
            path=(table.hop(f"makes an aggregate {prefix} of its routes", line),),
            line=line,
            family=bgp.family,
            causes=(table.cause(CauseKind.LINK, f"aggregate {prefix}", says=says, line=line),),
            words={"prefix": prefix, "what": what},
        )
    )


def _told(
    table: Table,
    neighbor: NeighborFacts,
    klass: FindingClass,
    words: Mapping[str, object],
    *,
    line: int,
    family: str = "",
) -> FindingDraft:
    """What is wrong with a border's session, where its packets are its own VPN's."""
    says = f"what {neighbor.address} is told of"
    cause = table.cause(CauseKind.FILTER, neighbor.address, "out", says=says, line=line)
    return single(
        finding(
            klass,
            table.device,
            table.name,
            path=(table.hop(f"speaks BGP with {neighbor.address}", line),),
            line=line,
            family=family,
            causes=(cause if family else table.session_of(neighbor),),
            words={"neighbor": neighbor.address, **words},
        )
    )


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

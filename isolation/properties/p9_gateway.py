"""P9: what leaves an Internet gateway by its uplink has a source of the Internet, exactly.

The gateway translates its zone's prefixes into its pool, and those alone; a filter of what leaves,
which meets packets after their translation, lets out the pool, the gateway's own addresses and
prefixes that leave as they are. Each is proved by itself: where only one of them holds, that is a
risk, and where neither does, addresses of sites leave.

Assumes that the kernel translates before that filter is asked, as its priorities say.
"""

from collections.abc import Iterator
from ipaddress import ip_network

from egovnet.inventory.model import IPNetwork
from egovnet.isolation.algebra.filter_chains import FilterChainRules
from egovnet.isolation.algebra.packet_sets import PacketSet
from egovnet.isolation.algebra.prefix_sets import family_of
from egovnet.isolation.model.cause import Cause, CauseKind, Place
from egovnet.isolation.model.classes import p9_gateway
from egovnet.isolation.model.domains import INTERNET, Domain
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.platform_edge import InternetExit
from egovnet.isolation.model.platform_firewalls import PlatformFirewall, firewalls
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import FAMILIES, Scene
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.packet_filter import PacketRule, SourceTranslation

#: Neighbour discovery and multicast listener reports, which stay on the link.
_OF_THE_LINK = (133, 135, 136, 143)


def gateways(scene: Scene) -> Iterator[FindingDraft]:
    """P9 over a scene: what leaves gateways. Linear in the prefixes and rules of each."""
    for gateway in firewalls(scene):
        if gateway.exit is not None:
            for family in FAMILIES:
                yield from _gateway(gateway, gateway.exit, family)
            packet_filter = gateway.router.facts.packet_filter
            if gateway.exit.recorded and (
                packet_filter is None
                or (packet_filter.translations and packet_filter.recorded_translations is None)
            ):
                yield single(finding(p9_gateway.NOT_RECORDED, gateway.name, "default"))


def _gateway(
    gateway: PlatformFirewall, leaving: InternetExit, family: AddressFamily
) -> Iterator[FindingDraft]:
    intended = _from(family, leaving.translated)
    pool = _of(family, leaving.pool)
    done = PacketSet.none(family)
    for one in _translations(gateway, leaving.port):
        sources = _sources(one, family)
        if not sources:
            continue
        left, done = sources - done, done | sources
        if excess := left - intended:
            what = f"what no site of its zone sends: {excess.witness()}"
            yield _translation(gateway, one, what, family)
        elif not _is_pool(one, pool):
            what = f"to {_said(one)} and not to its pool"
            yield _translation(gateway, one, what, family)
    untranslated = intended - done
    let_out, line = _let_out(gateway, leaving.port, family)
    may = _from(family, (*map(ip_network, leaving.own), *pool, *leaving.untranslated))
    if family == "ipv6":
        link = PacketRule("accept", protocol="icmp", icmp_types=_OF_THE_LINK)
        may = may | PacketSet.of(family, link)
    if open_way := untranslated & let_out - may:
        yield _lets_out(gateway, leaving.port, open_way, line, Severity.LEAK)
    elif excess := let_out - may:
        yield _lets_out(gateway, leaving.port, excess, line, Severity.RISK)
    should = (*map(ip_network, leaving.own), *leaving.untranslated, *(pool if intended else ()))
    if cut := (untranslated - let_out) or (_from(family, should) - let_out):
        yield _cut(gateway, leaving.port, cut)


def _of(family: AddressFamily, prefixes: tuple[IPNetwork, ...]) -> tuple[IPNetwork, ...]:
    return tuple(one for one in prefixes if family_of(one) == family)


def _from(family: AddressFamily, prefixes: tuple[IPNetwork, ...]) -> PacketSet:
    """All packets of a family with sources in `prefixes`."""
    own = _of(family, prefixes)
    if not own:
        return PacketSet.none(family)
    return PacketSet.of(family, PacketRule("accept", family=family, sources=own))


def _translations(gateway: PlatformFirewall, port: str) -> Iterator[SourceTranslation]:
    packet_filter = gateway.router.facts.packet_filter
    for one in packet_filter.translations if packet_filter else ():
        if one.out_interface == port:
            yield one


def _sources(one: SourceTranslation, family: AddressFamily) -> PacketSet:
    return _from(family, one.sources) if one.sources else PacketSet.all(family)


def _is_pool(one: SourceTranslation, pool: tuple[IPNetwork, ...]) -> bool:
    if one.pool is None or not pool:
        return False
    return one.pool == (pool[0].network_address, pool[-1].broadcast_address)


def _said(one: SourceTranslation) -> str:
    if one.pool is None:
        return "the port's own address"
    return " to ".join(map(str, dict.fromkeys(one.pool)))


def _let_out(gateway: PlatformFirewall, port: str, family: AddressFamily) -> tuple[PacketSet, int]:
    """What the filter of what leaves lets out by the uplink, and a line that does."""
    chain = gateway.chain("departure")
    rules = FilterChainRules(chain, "departure")
    found = PacketSet.none(family)
    line = chain.line if chain else 0
    for pair in rules.pairs([port]):
        if pair[1] == port:
            for one in rules.accepted(pair, family):
                found = found | one.packets
                line = one.rule.line if one.rule else line
    return found, line


def _lets_out(
    gateway: PlatformFirewall, port: str, packets: PacketSet, line: int, severity: Severity
) -> FindingDraft:
    source = _zone(gateway)
    return single(
        finding(
            p9_gateway.UNTRANSLATED_SOURCE,
            gateway.name,
            "default",
            severity=severity,
            path=(gateway.hop(f"lets it out by {port}", line),),
            line=line,
            family=packets.family,
            source=source,
            target=INTERNET,
            causes=(gateway.rule_cause("departure", None, line),),
            words={"interface": port, "example": packets.witness()},
        )
    )


def _zone(gateway: PlatformFirewall) -> Domain | None:
    found = (link.domain for _, link in gateway.by_interface.values() if link.speaks)
    return next(found, None)


def _translation(
    gateway: PlatformFirewall, one: SourceTranslation, what: str, family: AddressFamily
) -> FindingDraft:
    place = Place(gateway.name, "default", one.line, gateway.router.facts.quote(one.line))
    key = (gateway.name, "translation", str(one.line or one))
    return single(
        finding(
            p9_gateway.TRANSLATION,
            gateway.name,
            "default",
            path=(gateway.hop("translates", one.line),),
            line=one.line,
            family=family,
            causes=(Cause(CauseKind.LINE, key, "a translation of the gateway", place),),
            words={"what": what},
        )
    )


def _cut(gateway: PlatformFirewall, port: str, cut: PacketSet) -> FindingDraft:
    return single(
        finding(
            p9_gateway.EXIT_CUT,
            gateway.name,
            "default",
            family=cut.family,
            words={"interface": port, "example": cut.witness()},
        )
    )


PROPERTY = SceneCheck("P9", gateways)

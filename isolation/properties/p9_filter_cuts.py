"""P9: a filter drops nothing where none is to stand, at any place that packets come to.

Accesses, exchanges and exits are other checks'. What is left: on PEs and P routers all that comes
in before connections are known, that is the router's own, that is forwarded and that leaves; on
firewalls and gateways what comes from management and the loopback, and what leaves by another port
than the uplink. A chain with no rule that accepts would cut all of it, and be no leak.
"""

from collections.abc import Iterable, Iterator, Mapping

from egovnet.isolation.algebra.filter_chains import FilterChainRules, InterfacePair, accepted_set
from egovnet.isolation.algebra.packet_sets import PacketSet
from egovnet.isolation.model.classes import p9_access
from egovnet.isolation.model.domains import MANAGEMENT
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.platform_firewalls import (
    PlatformFirewall,
    firewalls,
    free_interfaces,
)
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import FAMILIES, Router, Scene
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.packet_filter import FilterChain, FilterPlace

_PLACES: Mapping[FilterPlace, str] = {
    "entry": "that come in",
    "local": "for itself",
    "forward": "that it forwards",
    "departure": "that leave",
}


def filter_cuts(scene: Scene) -> Iterator[FindingDraft]:
    """P9 over a scene: what no filter is to drop. Linear in rules, for each port they name."""
    at_edge = {firewall.name: firewall for firewall in firewalls(scene)}
    expected = scene.expectation.platform.firewalls
    for router in scene.routers:
        packet_filter = router.facts.packet_filter
        firewall = at_edge.get(router.name)
        if firewall is None and router.name in expected:
            continue  # as it was delivered
        for chain in packet_filter.chains if packet_filter else ():
            pairs = _free_pairs(router, firewall, chain) if chain.place in _PLACES else []
            rules = FilterChainRules(chain if pairs else None)
            for family in FAMILIES:
                yield from _of_family(router, chain, rules, pairs, family)


def _of_family(
    router: Router,
    chain: FilterChain,
    rules: FilterChainRules,
    pairs: list[InterfacePair],
    family: AddressFamily,
) -> Iterator[FindingDraft]:
    for pair in pairs:
        dropped = PacketSet.all(family) - accepted_set(rules, pair, family)
        if dropped:
            yield _cut(router, chain, pair, dropped)
            return  # one port of a chain shows it


def _free_pairs(
    router: Router, firewall: PlatformFirewall | None, chain: FilterChain
) -> list[InterfacePair]:
    """Between which interfaces a chain is to let everything pass. None: what no rule names."""
    incoming = _named(rule.in_interface for rule in chain.rules)
    outgoing = _named(rule.out_interface for rule in chain.rules)
    if firewall is None:
        if chain.place in ("forward", "departure"):
            return [(one, other) for one in incoming for other in outgoing]
        return [(one, None) for one in incoming]
    if chain.place == "departure":
        uplink = firewall.exit.port if firewall.exit else ""
        ports = dict.fromkeys((*outgoing, *firewall.by_interface))
        return [(one, port) for one in incoming for port in ports if port != uplink]
    if chain.place == "entry":
        return [(one, None) for one in sorted(free_interfaces(router))]
    if chain.place == "local":
        # Linux asks again with the VRF in the port's place, and the port itself decides nothing
        own = [one.name for one in router.facts.interfaces.values() if one.loopback]
        own += [t.vrf for t in router.tables.values() if t.vrf and MANAGEMENT in t.domains]
        return [(one, None) for one in own]
    return []


def _named(names: Iterable[str | None]) -> list[str | None]:
    return [*dict.fromkeys((None, *names))]


def _cut(
    router: Router, chain: FilterChain, pair: InterfacePair, dropped: PacketSet
) -> FindingDraft:
    where = _PLACES[chain.place]
    names = [name for name in pair if name is not None]
    where += f" by {' and '.join(names)}" if names else ""
    return single(
        finding(
            p9_access.FILTER_CUT,
            router.name,
            "default",
            line=chain.line,
            family=dropped.family,
            words={"where": where, "example": dropped.witness()},
        )
    )


PROPERTY = SceneCheck("P9", filter_cuts)

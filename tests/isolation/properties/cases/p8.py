"""Sessions with strangers, and with the neighbour at a border."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address, ip_network

from egovnet.isolation.model.expectation import Expectation
from egovnet.templates.model.facts import (
    BgpInstance,
    Match,
    NeighborFacts,
    NeighborFamily,
    Policy,
    PolicyEntry,
    PrefixRule,
)
from tests.isolation.networks import Facts, edit_bgp, edit_neighbors, reference
from tests.isolation.properties.case import RISK, Case


def _neighbor_in_default(facts: Facts, address: str, asn: int, family: str) -> None:
    stranger = NeighborFacts(
        None, address, asn, external=asn != 65000, families={family: NeighborFamily(family)}
    )
    edit_bgp(
        facts,
        "bj-p1",
        None,
        lambda old: replace(old, neighbors={**old.neighbors, address: stranger}),
    )


CE = ip_address("10.200.0.30")


def _at_border(*announces: str, asn: int | None = None) -> Callable[[Expectation], Expectation]:
    """bj-pe1's access of the party as the border of a network that is told of `announces`."""

    def expect(expectation: Expectation) -> Expectation:
        own = dict(expectation.attachments["bj-pe1"])
        place = next(at for at, each in own.items() if CE in each.neighbors)
        told = tuple(map(ip_network, announces))
        own[place] = replace(own[place], announces=told, remote_as=asn or _asn())
        return replace(expectation, attachments={**expectation.attachments, "bj-pe1": own})

    return expect


def _asn() -> int | None:
    return reference()[0]["bj-pe1"].bgp["i-party"].neighbors[str(CE)].remote_as


def _told(facts: Facts, policy: Policy | None, **more: bool) -> None:
    def change(neighbor: NeighborFacts) -> NeighborFacts:
        families = {
            name: replace(family, policy_out=policy, **more)
            for name, family in neighbor.families.items()
        }
        return replace(neighbor, families=families)

    edit_neighbors(facts, "bj-pe1", "i-party", change)


def _only(*prefixes: str) -> Policy:
    rules = tuple(
        PrefixRule("permit", net, net.prefixlen, net.max_prefixlen)
        for net in map(ip_network, prefixes)
    )
    match = Match("prefix", family="ipv4", prefixes=rules)
    return Policy(entries=(PolicyEntry("permit", matches=(match,), clears=True),), name="out")


def _aggregate(facts: Facts, prefix: str) -> None:
    """bj-pe1's VRF of the party makes an aggregate, and exports it."""
    network = ip_network(prefix)

    def change(old: BgpInstance) -> BgpInstance:
        own = replace(
            old.families["ipv4"], networks={network: None}, aggregates=frozenset((network,))
        )
        return replace(old, families={**old.families, "ipv4": own})

    edit_bgp(facts, "bj-pe1", "i-party", change)


ALL = ("0.0.0.0/0", "::/0")
CASES = [
    Case(
        "an aggregate within a site's prefix",
        lambda f: _aggregate(f, "10.1.10.0/25"),
        "P8 aggregate-of-others",
        "bj-pe1",
        RISK,
        path=("makes an aggregate 10.1.10.0/25 of its routes",),
    ),
    Case(
        "an aggregate that covers another network's prefix",
        lambda f: (_aggregate(f, "10.0.0.0/8"), _told(f, _only("10.0.0.0/8")))[0],
        "P8 aggregate-of-others",
        "bj-pe1",
        RISK,
        expect=_at_border("10.0.0.0/8", "::/0"),
    ),
    Case(
        "no filter towards another network",
        lambda f: _told(f, None),
        "P8 no-border-filter",
        "bj-pe1",
        RISK,
        expect=_at_border(*ALL),
    ),
    Case(
        "a wider filter towards another network",
        lambda f: _told(f, _only("10.1.0.0/16", "10.2.0.0/16")),
        "P8 border-filter-too-wide",
        "bj-pe1",
        RISK,
        expect=_at_border("10.1.0.0/16", "::/0"),
    ),
    Case(
        "a default route towards another network",
        lambda f: _told(f, _only("10.1.0.0/16"), default_originate=True),
        "P8 border-filter-too-wide",
        "bj-pe1",
        RISK,
        expect=_at_border("10.1.0.0/16", "::/0"),
    ),
    Case(
        "another AS than the neighbour's",
        lambda f: _told(f, _only("10.1.0.0/16")),
        "P8 border-wrong-as",
        "bj-pe1",
        RISK,
        expect=_at_border("10.1.0.0/16", "::/0", asn=64844),
    ),
    Case(
        "an external VPN neighbour",
        lambda f: _neighbor_in_default(f, "192.0.2.1", 64999, "vpnv4"),
        "P8 external-vpn-session",
        "bj-p1",
    ),
    Case(
        "an unknown VPN neighbour",
        lambda f: _neighbor_in_default(f, "192.0.2.1", 65000, "vpnv6"),
        "P8 unknown-vpn-session",
        "bj-p1",
        RISK,
    ),
    Case(
        "an unknown neighbour of the backbone",
        lambda f: _neighbor_in_default(f, "192.0.2.1", 64999, "ipv4"),
        "P8 unknown-backbone-session",
        "bj-p1",
        RISK,
    ),
    Case(
        "VPN routes for a customer",
        lambda f: edit_neighbors(
            f,
            "bj-pe1",
            "i-party",
            lambda n: replace(n, families={**n.families, "vpnv4": NeighborFamily("vpnv4")}),
        ),
        "P8 vpn-session-in-vrf",
        "bj-pe1",
        path=("speaks BGP with 10.200.0.30",),
    ),
]

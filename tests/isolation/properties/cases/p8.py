"""Sessions with strangers."""

from dataclasses import replace

from egovnet.templates.model.facts import NeighborFacts, NeighborFamily
from tests.isolation.networks import Facts, edit_bgp, edit_neighbors
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


CASES = [
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

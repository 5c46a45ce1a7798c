"""Accesses of an enforced VPN: the party's at bj-pe1, which may open one connection."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network
from typing import Literal

from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.filtered_access import FilteredAccess
from egovnet.isolation.model.platform_edge import DeclaredFlow
from egovnet.templates.model.packet_filter import (
    FilterChain,
    FilterPlace,
    PacketFilter,
    PacketRule,
)
from tests.isolation.networks import Facts, edit_device, interface_of
from tests.isolation.properties.case import HYGIENE, RISK, Case

_OWN, _SERVER = (ip_network("10.1.10.0/24"),), (ip_network("10.1.11.7/32"),)
_FLOW = DeclaredFlow("documents", "party", "party", _OWN, _SERVER, "tcp", ((443, 443),))


def _enforced(expectation: Expectation) -> Expectation:
    (place,) = (
        place
        for place, at in expectation.attachments["bj-pe1"].items()
        if at.domain.label == "party"
    )
    access = FilteredAccess("party-beijing/main", opens=(_FLOW,))
    return replace(expectation, filtered_accesses={("bj-pe1", *place): access})


def _overlapping(expectation: Expectation) -> Expectation:
    """The same where the party's VPN and the public one have the same addresses."""
    return replace(_enforced(expectation), tracked_apart={"bj-pe1": (("party", "public"),)})


def _filtered(*last: PacketRule, ports: tuple[int, int] = (443, 443)) -> Callable[[Facts], None]:
    def change(facts: Facts) -> None:
        at = PacketRule("accept", interface_of(facts, "bj-pe1", "i-party"))
        declared = replace(
            at,
            family="ipv4",
            sources=_OWN,
            targets=_SERVER,
            protocol="tcp",
            target_ports=(ports,),
            direction="open",
        )
        rules = tuple(replace(rule, in_interface=at.in_interface) for rule in (declared, *last))
        chain = FilterChain("arrival", "accept", rules)
        edit_device(facts, "bj-pe1", packet_filter=PacketFilter((chain,)))

    return change


def _dropping(
    place: FilterPlace, default: Literal["accept", "drop"] = "drop", *rules: PacketRule
) -> Callable[[Facts], None]:
    def change(facts: Facts) -> None:
        chain = FilterChain(place, default, rules)
        edit_device(facts, "bj-pe1", packet_filter=PacketFilter((chain,)))

    return change


_DROP = PacketRule("drop")

CASES = [
    Case(
        "an enforced access without a last drop",
        _filtered(),
        "P9 access-too-open",
        "bj-pe1",
        RISK,
        ("takes packets of party-beijing/main in by",),
        _enforced,
    ),
    Case(
        "an application's port and all above",
        _filtered(_DROP, ports=(443, 65535)),
        "P9 access-too-open",
        "bj-pe1",
        RISK,
        expect=_enforced,
    ),
    Case(
        "an application without its port",
        _filtered(_DROP, ports=(444, 444)),
        "P9 access-too-open",
        "bj-pe1",
        RISK,
        expect=_enforced,
    ),
    Case(
        "an access filter without zones",
        _filtered(_DROP),
        "P9 shared-connections",
        "bj-pe1",
        RISK,
        ("looks up packets of both together", "are in one zone"),
        _overlapping,
    ),
    Case("a VPN that nobody filters", _filtered(_DROP), "P9 access-cut", "bj-pe1", HYGIENE),
    *(
        Case(
            f"a chain that drops all: {place}", _dropping(place), "P9 filter-cut", "bj-pe1", HYGIENE
        )
        for place in ("entry", "local", "forward", "departure")
    ),
    Case(
        "a chain that drops what leaves by one port",
        _dropping("departure", "accept", PacketRule("drop", out_interface="eth1")),
        "P9 filter-cut",
        "bj-pe1",
        HYGIENE,
    ),
]

"""Hypothesis strategies: packet filters of any form that a device may be given."""

from ipaddress import IPv4Network, IPv6Network
from typing import Any, get_args

from hypothesis import strategies as st

from egovnet.inventory.model import IPNetwork
from egovnet.templates.model.packet_filter import (
    ERROR_TYPES,
    ConnectionZone,
    FilterChain,
    FilterPlace,
    PacketFilter,
    PacketRule,
    RecordedTranslations,
    SourceTranslation,
)

#: Names whose orders as text, by length and by their last character differ.
INTERFACES = st.sampled_from(["eth1", "eth2", "eth10", "eth3.101", "eth3.1102", "lo", "mgmt", "c1"])
_ACTIONS = st.sampled_from(["accept", "drop"])
_NAMES = st.one_of(
    st.just(""), st.sampled_from(["a-b", "key-service", "auth-1 secret x", "tax/main: open"])
)


def _network(bits: int, kind: type[IPNetwork]) -> st.SearchStrategy[IPNetwork]:
    """Few beginnings, so that prefixes adjoin and overlap; and any at all."""
    near = st.tuples(st.integers(0, 7), st.integers(bits - 6, bits)).map(
        lambda it: kind(((10 << (bits - 8)) + (it[0] << 2), it[1]), strict=False)
    )
    far = st.tuples(st.integers(0, (1 << bits) - 1), st.integers(0, bits)).map(
        lambda it: kind(it, strict=False)
    )
    return st.one_of(near, near, far)


_PREFIXES = {
    "ipv4": st.lists(_network(32, IPv4Network), max_size=5).map(tuple),
    "ipv6": st.lists(_network(128, IPv6Network), max_size=5).map(tuple),
}
_PORT = st.one_of(st.integers(0, 20), st.integers(0, 65535))
_PORTS = st.lists(st.tuples(_PORT, _PORT).map(lambda it: (min(it), max(it))), max_size=4).map(tuple)


@st.composite
def rules(
    draw: st.DrawFn, place: FilterPlace, interfaces: st.SearchStrategy[str] = INTERFACES
) -> PacketRule:
    """A rule that does not contradict itself."""
    values: dict[str, Any] = {
        "action": draw(_ACTIONS),
        "in_interface": draw(st.one_of(st.none(), interfaces, interfaces)),
        "family": draw(st.sampled_from([None, "ipv4", "ipv6"])),
        "protocol": draw(st.sampled_from([None, "tcp", "udp", "icmp"])),
        "direction": draw(st.sampled_from([None, "open", "reply"])),
        "recorded": draw(st.integers(0, 5)) == 0,
        "name": draw(_NAMES),
    }
    if place in ("forward", "departure"):
        values["out_interface"] = draw(st.one_of(st.none(), interfaces))
    if place == "departure":
        values["in_interface"] = None
    if place == "entry":
        values["direction"] = None
    if values["protocol"] == "icmp":
        values["family"] = values["family"] or "ipv6"
        values["icmp_types"] = tuple(
            draw(st.lists(st.sampled_from([0, 1, 3, 8, 128, 129, 135, 136, 200, 255]), max_size=4))
        )
        errors = tuple(n for n in values["icmp_types"] if n in ERROR_TYPES[values["family"]])
        if errors and place != "entry" and draw(st.booleans()):
            direction = draw(st.sampled_from(["open-error", "reply-error"]))
            values |= {"icmp_types": errors, "direction": direction}
    elif values["protocol"] is not None:
        values |= {"source_ports": draw(_PORTS), "target_ports": draw(_PORTS)}
    if values["family"] is not None:
        own = _PREFIXES[values["family"]]
        values |= {"sources": draw(own), "targets": draw(own)}
    return PacketRule(**values)


@st.composite
def _chains(draw: st.DrawFn, place: FilterPlace) -> FilterChain:
    return FilterChain(place, draw(_ACTIONS), tuple(draw(st.lists(rules(place), max_size=8))))


@st.composite
def _translations(draw: st.DrawFn) -> SourceTranslation:
    prefixes = (*draw(_PREFIXES["ipv4"]), *draw(_PREFIXES["ipv6"]))
    family = draw(st.sampled_from(["ipv4", "ipv6"]))
    own = draw(_PREFIXES[family])
    if draw(st.booleans()) and own:
        pool = draw(_network(32, IPv4Network) if family == "ipv4" else _network(128, IPv6Network))
        ends = (pool[0], pool[-1])
        return SourceTranslation(draw(INTERFACES), own, ends, draw(_NAMES))
    return SourceTranslation(draw(INTERFACES), prefixes, name=draw(_NAMES))


_ZONES = st.builds(ConnectionZone, INTERFACES, st.integers(1, 65535))


_RECORDED = st.none() | st.builds(
    RecordedTranslations, st.integers(1, 1_000_000), st.integers(1, 720)
)


@st.composite
def packet_filters(draw: st.DrawFn) -> PacketFilter:
    """Any chains at different places, any translations, and any zones."""
    places = draw(st.lists(st.sampled_from(get_args(FilterPlace)), unique=True))
    return PacketFilter(
        tuple(draw(_chains(place)) for place in places),
        tuple(draw(st.lists(_translations(), max_size=3))),
        tuple(draw(st.lists(_ZONES, max_size=3, unique_by=lambda zone: zone.interface))),
        draw(_RECORDED),
    )

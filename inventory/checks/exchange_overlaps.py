"""Exchanges that say the same of a connection twice, or say two things of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from itertools import product

from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.exchange_prefixes import with_prefixes
from egovnet.inventory.model import Application, Exchange, IPNetwork, Network
from egovnet.inventory.model.partial import as_far_as_known
from egovnet.inventory.model.transport import PortRanges

#: Opening VPN, answering VPN, protocol, IP version: connections of two such are never the same.
_Kind = tuple[str, str, str, int]


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield each exchange that has connections of an earlier one, on a day of both.

    Linear in the exchanges, times the lengths that their prefixes have, and in what overlaps.
    """
    order = {name: number for number, name in enumerate(network.exchanges)}
    flows: dict[_Kind, list[_Flow]] = {}
    for name, exchange in network.exchanges.items():
        for flow, kind in as_far_as_known(_flows(name, exchange, network.applications)):
            flows.setdefault(kind, []).append(flow)
    told: set[tuple[str, str]] = set()
    for kind, members in flows.items():
        for one, other in _meeting(members):
            earlier, later = sorted((one, other), key=lambda flow: order[flow.name])
            if (earlier.name, later.name) not in told and _at_once(earlier, later):
                told.add((earlier.name, later.name))
                yield _problem(kind, earlier, later, report)


@dataclass(frozen=True, slots=True)
class _Flow:
    """Connections from within one prefix to within another."""

    name: str
    exchange: Exchange
    source: IPNetwork
    target: IPNetwork
    ports: PortRanges


def _flows(
    name: str, exchange: Exchange, applications: Mapping[str, Application]
) -> Iterator[tuple[_Flow, _Kind]]:
    exchange = with_prefixes(exchange, applications)
    ports = exchange.port_ranges
    for opener, answerer in exchange.openings:
        for source, target in product(opener.prefixes, answerer.prefixes):
            if source.version == target.version:
                kind = (opener.vpn, answerer.vpn, exchange.protocol, source.version)
                yield _Flow(name, exchange, source, target, ports), kind


def _meeting(flows: list[_Flow]) -> Iterator[tuple[_Flow, _Flow]]:
    """Pairs of which both prefixes overlap, with a port in common.

    Of two prefixes that overlap one is within the other, so two flows meet at the wider source
    and the wider target; each is put at all places where it may be met.
    """
    lengths = [sorted({getattr(flow, end).prefixlen for flow in flows}) for end in _ENDS]
    places: dict[tuple[IPNetwork, IPNetwork], list[_Flow]] = {}
    for flow in flows:
        wider = (_wider(flow.source, lengths[0]), _wider(flow.target, lengths[1]))
        for place in product(*wider):
            places.setdefault(place, []).append(flow)
    for (source, target), members in places.items():
        if len(members) < 2:
            continue
        of: dict[tuple[bool, bool], list[_Flow]] = {}
        for flow in members:
            of.setdefault((flow.source == source, flow.target == target), []).append(flow)
        whole = of.get((True, True), [])
        yield from _sharing_ports(whole, whole)
        others = [flow for exact, some in of.items() if exact != (True, True) for flow in some]
        yield from _sharing_ports(whole, others)
        yield from _sharing_ports(of.get((True, False), []), of.get((False, True), []))


#: Of a protocol without ports.
_ANY_PORT = ((0, 0),)
_ENDS = ("source", "target")


def _sharing_ports(ones: list[_Flow], others: list[_Flow]) -> Iterator[tuple[_Flow, _Flow]]:
    """Pairs that have a port in common, those of two exchanges: of ranges in order, each is
    compared with those only that have not ended before it."""
    sides = [(ones, 0)] if ones is others else [(ones, 0), (others, 1)]
    spans = sorted(
        (first, last, side, number)
        for flows, side in sides
        for number, flow in enumerate(flows)
        for first, last in flow.ports or _ANY_PORT
    )
    open_spans: list[tuple[int, _Flow, int]] = []
    for first, last, side, number in spans if ones and others else ():
        flow = sides[side][0][number]
        open_spans = [span for span in open_spans if span[0] >= first]
        for _, other, where in open_spans:
            if (len(sides) == 1 or where != side) and other.name != flow.name:
                yield other, flow
        open_spans.append((last, flow, side))


def _wider(prefix: IPNetwork, lengths: list[int]) -> list[IPv4Network | IPv6Network]:
    return [prefix.supernet(new_prefix=n) for n in lengths if n <= prefix.prefixlen]


def _at_once(one: _Flow, other: _Flow) -> bool:
    """Whether two flows have a day in common."""
    a, b = one.exchange, other.exchange
    return max(a.valid_from, b.valid_from) <= min(a.valid_until, b.valid_until)


def _problem(kind: _Kind, earlier: _Flow, later: _Flow, report: Report) -> Problem:
    opener, answerer, protocol, _ = kind
    what = f"connections by {protocol} from {opener} to {answerer}"
    levels = earlier.exchange.level, later.exchange.level
    if levels[0] != levels[1]:
        found = f"{what} are of exchange {earlier.name} too, and of level {levels[0]} there"
        remedy = "a connection has one level: keep one of the two"
    else:
        found = f"{what} are of exchange {earlier.name} too"
        remedy = "keep one, or let one end before the other begins"
    return report("exchanges", (later.name,), found, remedy)

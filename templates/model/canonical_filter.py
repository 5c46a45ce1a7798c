"""The one form that equal packet filters have, so that the intended and the read one are equal.

Nothing that a packet could tell is changed: prefixes and ports are merged and sorted, and rules of
different incoming interfaces, which no packet meets together, stand in the interfaces' order.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network, collapse_addresses
from itertools import groupby

from egovnet.inventory.model import IPNetwork
from egovnet.templates.model.families import AddressFamily
from egovnet.templates.model.packet_filter import (
    ERROR_TYPES,
    ConnectionZone,
    FilterChain,
    FilterPlace,
    PacketFilter,
    PacketRule,
    PortRanges,
    SourceTranslation,
)

#: In the order in which a packet comes by.
PLACES: tuple[FilterPlace, ...] = ("entry", "arrival", "local", "forward", "departure")
_ALL_PORTS = ((0, 65535),)
_ALL_TYPES = 256
#: Zones have 16 bits (nf_conntrack_zone of Linux), and 0 is that of everything else.
_NO_ZONE = 65536


def canonical(packet_filter: PacketFilter) -> PacketFilter:
    """`packet_filter` in its one form; linear in its rules but for sorting.

    Raises ValueError where a rule contradicts itself: prefixes of two families, ports without a
    protocol that has them, types of ICMP or `icmp` itself without a family, errors of other types;
    or where a pool is of another family than what is translated to it, or zones are none.
    """
    return PacketFilter(
        tuple(
            replace(chain, rules=tuple(_in_order(map(canonical_rule, chain.rules))))
            for chain in sorted(packet_filter.chains, key=_place)
        ),
        tuple(sorted(_by_family(packet_filter.translations), key=_translation)),
        _zones(packet_filter.zones),
        packet_filter.recorded_translations
        if any(one.pool for one in packet_filter.translations)
        else None,
    )


def canonical_rule(rule: PacketRule) -> PacketRule:
    """A rule in its one form. Raises ValueError where it contradicts itself."""
    family = rule.family
    versions = {network.version for network in (*rule.sources, *rule.targets)}
    if versions:
        of_prefixes: AddressFamily = "ipv4" if versions == {4} else "ipv6"
        if len(versions) > 1 or family not in (None, of_prefixes):
            raise ValueError(f"{rule.name or 'a rule'}: its prefixes are of two families")
        family = of_prefixes
    if (rule.source_ports or rule.target_ports) and rule.protocol not in ("tcp", "udp"):
        raise ValueError(f"{rule.name or 'a rule'}: ports are of tcp or udp")
    if rule.icmp_types and rule.protocol != "icmp":
        raise ValueError(f"{rule.name or 'a rule'}: types are of icmp")
    if rule.protocol == "icmp" and family is None:
        raise ValueError(f"{rule.name or 'a rule'}: icmp is another protocol in each family")
    types = tuple(sorted(set(rule.icmp_types)))
    if rule.direction in ("open-error", "reply-error"):
        errors = ERROR_TYPES[family] if family is not None and rule.protocol == "icmp" else ()
        if not types or not set(types).issubset(errors):
            raise ValueError(f"{rule.name or 'a rule'}: errors are of icmp and its types of errors")
    return replace(
        rule,
        family=family,
        sources=_condition(rule.sources),
        targets=_condition(rule.targets),
        source_ports=merged_ports(rule.source_ports),
        target_ports=merged_ports(rule.target_ports),
        icmp_types=() if len(types) == _ALL_TYPES else types,
    )


def merged_ports(ranges: Iterable[tuple[int, int]]) -> PortRanges:
    """Ranges that neither overlap nor adjoin, in order; all ports are no condition."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return () if tuple(found) == _ALL_PORTS else tuple(found)


def _condition(prefixes: tuple[IPNetwork, ...]) -> tuple[IPNetwork, ...]:
    """Merged; all addresses of the rule's family are no condition."""
    merged = _merged_prefixes(prefixes)
    return () if merged and merged[0].prefixlen == 0 else merged


def _merged_prefixes(prefixes: tuple[IPNetwork, ...]) -> tuple[IPNetwork, ...]:
    """The fewest prefixes of the same addresses, in order."""
    if len(prefixes) < 2:
        return prefixes
    if prefixes[0].version == 4:
        return tuple(collapse_addresses(p for p in prefixes if isinstance(p, IPv4Network)))
    return tuple(collapse_addresses(p for p in prefixes if isinstance(p, IPv6Network)))


def _in_order(rules: Iterable[PacketRule]) -> Iterator[PacketRule]:
    """Each run of rules that name an incoming interface, by the interface; stable."""
    for _, run in groupby(rules, key=lambda rule: rule.in_interface is not None):
        yield from sorted(run, key=lambda rule: rule.in_interface or "")


def _by_family(translations: Iterable[SourceTranslation]) -> Iterator[SourceTranslation]:
    """One a family, which is how they are told to a kernel; without sources: of both."""
    for one in translations:
        if one.pool is not None:
            versions = {end.version for end in (*one.pool, *one.sources)}
            if not one.sources or len(versions) > 1 or int(one.pool[0]) > int(one.pool[1]):
                raise ValueError(
                    f"{one.name or 'a translation'}: its pool does not fit its sources"
                )
        for version in (4, 6):
            own = tuple(prefix for prefix in one.sources if prefix.version == version)
            if own:
                yield replace(one, sources=_merged_prefixes(own))
        if not one.sources:
            yield one


def _zones(zones: Iterable[ConnectionZone]) -> tuple[ConnectionZone, ...]:
    """By interface, which has one at most."""
    found: dict[str, ConnectionZone] = {}
    for zone in zones:
        if not 0 < zone.number < _NO_ZONE:
            raise ValueError(f"{zone.interface}: {zone.number} is not a number of a zone")
        if found.setdefault(zone.interface, zone) != zone:
            raise ValueError(f"{zone.interface}: it is in two zones")
    return tuple(found[name] for name in sorted(found))


def _place(chain: FilterChain) -> int:
    return PLACES.index(chain.place)


def _translation(one: SourceTranslation) -> tuple[str, int]:
    return one.out_interface, one.sources[0].version if one.sources else 0

"""PacketFilter -> nftables' text, as `nft -s list ruleset` of nftables 1.0.6 prints it back.

So the text that a router is given and the one that it shows are the same lines, and a difference is
a difference. What nft prints in which form was tried on it, and `tests/oracle/nft` tries it on.

A packet is compared with the rules of its own incoming interface only: a verdict map on `iifname`
(one look-up, however many there are) leads to a chain for each.
"""

import re
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address
from itertools import groupby

from egovnet.inventory.model import IPNetwork
from egovnet.templates.frr.packet_filter_words import (
    BASE_CHAINS,
    DIRECTIONS,
    FLOW_SETS,
    ICMP_TYPES,
    KEEPS_TRANSLATION,
    RECORDING,
    TABLE,
    TRANSLATE,
    TRANSLATE_BASE,
    TRANSLATED,
    TRANSLATED_BASE,
    TRANSLATION_SETS,
    ZONE_CHAINS,
    ZONES,
    record_chain,
    translation_set,
)
from egovnet.templates.model.canonical_filter import canonical
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.errors import UnsafeValueError
from egovnet.templates.model.packet_filter import (
    ConnectionZone,
    FilterChain,
    PacketFilter,
    PacketRule,
    SourceTranslation,
)

#: What Linux takes for an interface's name, without nft's own signs.
_INTERFACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,14}")
#: What a comment can hold between its quotes.
_COMMENT = re.compile(r"[ !#-\[\]-~]{1,120}")
_Block = list[str]


def packet_filter_text(packet_filter: PacketFilter) -> str:
    """The text of a ruleset, which ends in a newline; linear in its rules.

    Raises UnsafeValueError for what nft cannot say, or a value that cannot stand in a text.
    """
    try:
        packet_filter = canonical(packet_filter)
    except ValueError as error:
        raise UnsafeValueError(f"{error}; correct it") from error
    blocks = [*_recording(packet_filter), *_zones(packet_filter.zones)]
    for chain in packet_filter.chains:
        blocks += _chain(chain)
    if packet_filter.translations:
        lines = [TRANSLATE_BASE, *map(_translation, packet_filter.translations)]
        blocks.append(_block(f"chain {TRANSLATE}", lines))
    blocks += recorded_translations(packet_filter)
    # as nft lists them
    blocks.sort(key=lambda block: not block[0].startswith("set "))
    inside = "\n".join("".join(f"\t{line}\n" for line in block) for block in blocks)
    return f"table {TABLE} {{\n{inside}}}\n"


def _block(header: str, lines: Iterable[str]) -> _Block:
    return [f"{header} {{", *(f"\t{line}" for line in lines), "}"]


def _recording(packet_filter: PacketFilter) -> Iterator[_Block]:
    """The sets in which flows are kept, and the chains that keep them and then decide."""
    actions = {
        rule.action for chain in packet_filter.chains for rule in chain.rules if rule.recorded
    }
    if actions:
        for name, lines in FLOW_SETS.items():
            yield _block(f"set {name}", lines)
    for action in sorted(actions):
        yield _block(f"chain {record_chain(action)}", (*RECORDING, action))


def _zones(zones: tuple[ConnectionZone, ...]) -> Iterator[_Block]:
    """The chains that say among which zone's connections a packet is looked up."""
    numbers = {_interface(zone.interface): zone.number for zone in zones}
    names = sorted(numbers, key=_as_nft_sorts)
    elements = ", ".join(f'"{name}" : {numbers[name]}' for name in names)
    for chain, base in ZONE_CHAINS.items() if zones else ():
        yield _block(f"chain {chain}", [base, f"{ZONES[chain]} {{ {elements} }}"])


def _chain(chain: FilterChain) -> Iterator[_Block]:
    """The base chain and the chains of interfaces; a second run of rules has chains of its own."""
    if chain.place == "entry" and any(rule.direction for rule in chain.rules):
        raise UnsafeValueError("entry: no connection is known there; name no direction")
    if chain.place in ("entry", "arrival", "local") and any(
        rule.out_interface for rule in chain.rules
    ):
        raise UnsafeValueError(f"{chain.place}: nobody knows the way out there; name none")
    if chain.place == "departure" and any(rule.in_interface for rule in chain.rules):
        raise UnsafeValueError("departure: the device's own came in nowhere; name no way in")
    base = [f"{BASE_CHAINS[chain.place]} policy {chain.default};"]
    others: list[_Block] = []
    runs = 0
    for named, run in groupby(chain.rules, key=lambda rule: rule.in_interface is not None):
        if not named:
            base += map(_rule, run)
            continue
        runs += 1
        jumps: dict[str, str] = {}
        for interface, rules in groupby(run, key=lambda rule: rule.in_interface or ""):
            name = f"{chain.place}-{_interface(interface)}" + (f"/{runs}" if runs > 1 else "")
            jumps[interface] = f'"{interface}" : jump {name}'
            others.append(_block(f"chain {name}", map(_rule, rules)))
        elements = ", ".join(jumps[interface] for interface in sorted(jumps, key=_as_nft_sorts))
        base.append(f"iifname vmap {{ {elements} }}")
    yield _block(f"chain {chain.place}", base)
    yield from others


def _as_nft_sorts(interface: str) -> bytes:
    """Names as the numbers that their octets are, the last one counting most."""
    return interface.encode().ljust(16, b"\0")[::-1]


def _rule(rule: PacketRule) -> str:
    """A rule's line without its margin and without its incoming interface."""
    verdict = f"goto {record_chain(rule.action)}" if rule.recorded else rule.action
    return " ".join((*_conditions(rule), verdict, *_comment(rule.name)))


def _conditions(rule: PacketRule) -> Iterator[str]:
    if rule.out_interface:
        yield f'oifname "{_interface(rule.out_interface)}"'
    icmp = rule.protocol == "icmp"
    if rule.family:
        yield from _addresses(rule.family, rule.sources, rule.targets)
        if not (rule.sources or rule.targets or icmp):
            yield f"meta nfproto {rule.family}"
    if icmp:
        # `meta l4proto icmp` is printed without the family that was said before it
        word = "icmp" if rule.family == "ipv4" else "icmpv6"
        if rule.icmp_types:
            yield f"{word} type {_types(rule.family or 'ipv4', rule.icmp_types)}"
        else:
            yield "ip protocol icmp" if rule.family == "ipv4" else "icmpv6 type 0-255"
    elif rule.source_ports or rule.target_ports:
        for word, ports in (("sport", rule.source_ports), ("dport", rule.target_ports)):
            if ports:
                texts = [str(low) if low == high else f"{low}-{high}" for low, high in ports]
                yield f"{rule.protocol} {word} {_one_or_set(texts)}"
    elif rule.protocol:
        yield f"meta l4proto {rule.protocol}"
    if rule.direction:
        yield DIRECTIONS[rule.direction]


def _addresses(
    family: AddressFamily, sources: tuple[IPNetwork, ...], targets: tuple[IPNetwork, ...]
) -> Iterator[str]:
    word = "ip" if family == "ipv4" else "ip6"
    for side, prefixes in (("saddr", sources), ("daddr", targets)):
        if prefixes:
            yield f"{word} {side} {_one_or_set(_address_ranges(prefixes))}"


def _address_ranges(prefixes: tuple[IPNetwork, ...]) -> list[str]:
    """Merged prefixes, as nft prints them: what adjoins is one range."""
    runs: list[tuple[int, int]] = []
    for prefix in prefixes:
        first, last = int(prefix.network_address), int(prefix.broadcast_address)
        if runs and runs[-1][1] + 1 == first:
            runs[-1] = (runs[-1][0], last)
        else:
            runs.append((first, last))
    return [_address_range(prefixes[0].version, *run) for run in runs]


def _address_range(version: int, first: int, last: int) -> str:
    bits = 32 if version == 4 else 128
    size = last - first + 1
    length = bits - (size.bit_length() - 1)
    if size & (size - 1) or first % size:
        return f"{_address(version, first)}-{_address(version, last)}"
    return _address(version, first) + ("" if length == bits else f"/{length}")


def _address(version: int, number: int) -> str:
    """As the C library prints it, which nft asks."""
    if version == 4:
        return str(IPv4Address(number))
    # IPv4-mapped and IPv4-compatible addresses (RFC 4291 section 2.5.5)
    if number >> 32 == 0xFFFF or (number >> 32 == 0 and number >> 16):
        return ("::ffff:" if number >> 32 else "::") + str(IPv4Address(number & 0xFFFFFFFF))
    return str(IPv6Address(number))


def _types(family: AddressFamily, types: tuple[int, ...]) -> str:
    if types[0] < 0 or types[-1] > 255:
        raise UnsafeValueError(f"{types!r} are not types of ICMP; correct them")
    return _one_or_set([ICMP_TYPES[family].get(number, str(number)) for number in types])


def _one_or_set(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{{ {', '.join(texts)} }}"


def recorded_translations(packet_filter: PacketFilter) -> Iterator[_Block]:
    """The sets in which translated sources are kept, and the chain that keeps them."""
    records = packet_filter.recorded_translations
    pools = [one for one in packet_filter.translations if one.pool]
    if records is None or not pools:
        return
    families = {4 if one.pool[0].version == 4 else 6 for one in pools if one.pool}
    for name in TRANSLATION_SETS:
        if int(name[-1]) in families:
            yield _block(f"set {name}", translation_set(name, records.most, records.hours))
    lines = [f"{_from_pool(one)} {keeps}" for one in pools for keeps in _keeps(one)]
    yield _block(f"chain {TRANSLATED}", [TRANSLATED_BASE, *lines])


def _from_pool(one: SourceTranslation) -> str:
    """What a translated packet has."""
    assert one.pool is not None  # noqa: S101 -- of those that have one
    first, last = one.pool
    word = "ip" if first.version == 4 else "ip6"
    addresses = _address_range(first.version, int(first), int(last))
    return f'oifname "{_interface(one.out_interface)}" {word} saddr {addresses}'


def _keeps(one: SourceTranslation) -> Iterator[str]:
    assert one.pool is not None  # noqa: S101 -- of those that have one
    for name, words in KEEPS_TRANSLATION.items():
        if int(name[-1]) == one.pool[0].version:
            yield words


def _translation(one: SourceTranslation) -> str:
    way = f'oifname "{_interface(one.out_interface)}"'
    own: Iterable[str] = ()
    if one.sources:
        family: AddressFamily = "ipv4" if one.sources[0].version == 4 else "ipv6"
        own = _addresses(family, one.sources, ())
    return " ".join((way, *own, *_to(one), *_comment(one.name)))


def _to(one: SourceTranslation) -> tuple[str, ...]:
    if one.pool is None:
        return ("masquerade",)
    first, last = one.pool
    text = _address_range(first.version, int(first), int(last))
    word = "ip" if first.version == 4 else "ip6"
    # a host keeps its address of several (RFC 4787 section 4.1)
    return ("snat", word, "to", text, *(() if first == last else ("persistent",)))


def _comment(name: str) -> tuple[str, ...]:
    if not name:
        return ()
    if not _COMMENT.fullmatch(name):
        raise UnsafeValueError(f"{name!r} cannot stand in a comment of nft; correct it")
    return (f'comment "{name}"',)


def _interface(name: str) -> str:
    if not _INTERFACE.fullmatch(name):
        raise UnsafeValueError(f"{name!r} is no interface's name; correct it")
    return name

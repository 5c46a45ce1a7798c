"""Texts of firewalls that mean the same, or let through less: each one must prove."""

import re
from collections.abc import Callable, Iterator
from ipaddress import ip_network

from tests.isolation.mutants.ground import Ground
from tests.isolation.mutants.mutant import Mutant, make, operator
from tests.isolation.mutants.platform import (
    FilterEdit,
    FirewallPlace,
    Vlan,
    filter_edit,
    firewalls,
)

KLASS = "equivalents"
_Rewrite = Callable[[str], list[str]]


def _same(
    g: Ground, place: FirewallPlace, edit: FilterEdit, why: str, detail: str = ""
) -> Iterator[Mutant]:
    if str(edit) != g.texts[place.host]:
        yield make(g, "equivalent", {place.host: edit}, (place.host, ""), why, detail)


def _rewritten(g: Ground, rewrite: _Rewrite, why: str) -> Iterator[Mutant]:
    """Every rule of every VLAN's forward chain as other rules."""
    for place in firewalls(g):
        edit = filter_edit(g, place)
        for vlan in place.vlans:
            start, end = edit.forward(vlan)
            edit.lines[start:end] = [new for line in edit.lines[start:end] for new in rewrite(line)]
        yield from _same(g, place, edit, f"{place.host}: {why}")


@operator(KLASS)
def reordered(g: Ground) -> Iterator[Mutant]:
    """Accepts in the other order."""
    for place in firewalls(g):
        edit = filter_edit(g, place)
        for vlan in place.vlans:
            start, end = edit.forward(vlan)
            edit.lines[start:end] = edit.lines[start:end][::-1]
        yield from _same(g, place, edit, f"{place.host}: the other order")


def _halves(found: re.Match[str]) -> str:
    one, two = ip_network(found[2]).subnets()
    return f"{found[1]} {{ {one}, {two} }}"


@operator(KLASS)
def split_prefixes(g: Ground) -> Iterator[Mutant]:
    """Each prefix as its two halves."""
    yield from _rewritten(
        g,
        lambda line: [re.sub(r"((?:s|d)addr) (\S+/\d+)", _halves, line)],
        "prefixes in halves",
    )


def _span(found: re.Match[str]) -> str:
    network = ip_network(found[2])
    return f"{found[1]} {network[0]}-{network[-1]}"


@operator(KLASS)
def prefixes_as_ranges(g: Ground) -> Iterator[Mutant]:
    """Each prefix as first and last address."""
    yield from _rewritten(
        g, lambda line: [re.sub(r"((?:s|d)addr) (\S+/\d+)", _span, line)], "prefixes as ranges"
    )


def _a_rule_a_value(line: str) -> list[str]:
    found = re.search(r"(?:sport|dport) (\{ ([^}]*) \})", line)
    return [line.replace(found[1], one) for one in found[2].split(", ")] if found else [line]


@operator(KLASS)
def a_rule_a_range(g: Ground) -> Iterator[Mutant]:
    """Sets of ports as rules of their own."""
    yield from _rewritten(g, _a_rule_a_value, "a rule for each range of ports")


@operator(KLASS)
def split_port_ranges(g: Ground) -> Iterator[Mutant]:
    """A range of ports as two."""
    yield from _rewritten(
        g, lambda line: [line.replace("9000-9010", "9000-9004, 9005-9010")], "ranges in two"
    )


@operator(KLASS)
def no_comments(g: Ground) -> Iterator[Mutant]:
    """Rules without their comments, and with others."""
    yield from _rewritten(g, lambda x: [re.sub(r' comment "[^"]*"', "", x)], "no comments")


@operator(KLASS)
def said_twice(g: Ground) -> Iterator[Mutant]:
    """Each rule twice."""
    yield from _rewritten(g, lambda line: [line, line], "each rule twice")


@operator(KLASS)
def a_drop_at_the_end(g: Ground) -> Iterator[Mutant]:
    """What the default does, said."""
    for place in firewalls(g):
        edit = filter_edit(g, place)
        for vlan in place.vlans:
            edit.add(edit.forward(vlan), "drop")
        yield from _same(g, place, edit, f"{place.host}: drops said")


@operator(KLASS)
def a_drop_between_strangers(g: Ground) -> Iterator[Mutant]:
    """A drop before all rules, between agencies that have no exchange."""
    for place in firewalls(g):
        for one, other in place.pairs(g, exchanging=False):
            edit = filter_edit(g, place)
            edit.add(edit.forward(one), f'oifname "{other.interface}" drop', first=True)
            yield from _same(g, place, edit, f"{one.vpn} never to {other.vpn}", one.vpn)


@operator(KLASS)
def chains_of_other_names(g: Ground) -> Iterator[Mutant]:
    """Every chain of a VLAN has another name, where it is and where it is jumped to."""
    for place in firewalls(g):
        edit = filter_edit(g, place)
        edit.everywhere(lambda line: re.sub(r"\bforward-(eth\S+?)(?=[ ,])", r"fw-\1", line))
        yield from _same(g, place, edit, f"{place.host}: chains renamed")


@operator(KLASS)
def jumps_in_rules(g: Ground) -> Iterator[Mutant]:
    """The base chain asks for each interface by a rule, and not by a map."""
    for place in firewalls(g):
        edit = filter_edit(g, place)
        start, end = edit.chain("forward")
        edit.lines[start + 1 : end] = [
            f'\t\tiifname "{vlan.interface}" jump forward-{vlan.interface}' for vlan in place.vlans
        ]
        yield from _same(g, place, edit, f"{place.host}: jumps in rules")


@operator(KLASS)
def rules_in_the_base_chain(g: Ground) -> Iterator[Mutant]:
    """The rules of a VLAN stand in the base chain, with the interface said."""
    for place in firewalls(g):
        edit = filter_edit(g, place)
        vlan: Vlan = place.vlans[0]
        start, end = edit.forward(vlan)
        rules = [line.strip() for line in edit.lines[start:end]]
        edit.add(edit.chain("forward"), *(f'iifname "{vlan.interface}" {x}' for x in rules))
        yield from _same(g, place, edit, f"{place.host}: rules of {vlan.vpn} in the base chain")


@operator(KLASS)
def a_chain_that_nobody_asks(g: Ground) -> Iterator[Mutant]:
    """A chain that accepts, and that nothing jumps to."""
    for place in firewalls(g):
        edit = filter_edit(g, place).new_chain("later", "accept")
        yield from _same(g, place, edit, f"{place.host}: a chain that nobody asks")


@operator(KLASS)
def an_exchange_less(g: Ground) -> Iterator[Mutant]:
    """A rule is gone: a service fault, and no leak."""
    for place in firewalls(g):
        for vlan in place.vlans:
            edit = filter_edit(g, place)
            index = edit.rules(vlan)[0]
            del edit.lines[index]
            yield from _same(g, place, edit, f"{place.host}: {vlan.vpn} misses a rule", vlan.vpn)


@operator(KLASS)
def narrower(g: Ground) -> Iterator[Mutant]:
    """Rules of one host of the sources."""
    yield from _rewritten(
        g, lambda line: [re.sub(r"saddr ([^ /]+)/\d+", r"saddr \1", line)], "a single source"
    )


_WAYS = {
    "route": r"^ip route ",
    "network": r"^  network 10\.",
    "list": r"^ip prefix-list exchange-",
}


@operator(KLASS)
def a_way_less(g: Ground) -> Iterator[Mutant]:
    """A route, or what is announced of it, is gone."""
    for place in firewalls(g):
        for name, pattern in _WAYS.items():
            edit = filter_edit(g, place)
            index = next(i for i, line in enumerate(edit.lines) if re.search(pattern, line))
            why = f"{place.host}: without {edit.lines[index].strip()!r}"
            del edit.lines[index]
            yield from _same(g, place, edit, why, name)


@operator(KLASS)
def statics_in_another_order(g: Ground) -> Iterator[Mutant]:
    """The firewall's routes, the last first."""
    for place in firewalls(g):
        edit = filter_edit(g, place)
        at = [i for i, line in enumerate(edit.lines) if line.startswith("ip route ")]
        lines = [edit.lines[i] for i in at]
        for index, line in zip(at, reversed(lines), strict=True):
            edit.lines[index] = line
        yield from _same(g, place, edit, f"{place.host}: routes in another order")

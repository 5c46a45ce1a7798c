"""Filters of the platform's firewalls that let through more than the exchanges say."""

import re
from collections.abc import Callable, Iterator

from tests.isolation.mutants.ground import FAMILIES, Ground
from tests.isolation.mutants.mutant import Mutant, make, operator
from tests.isolation.mutants.platform import (
    ANSWERS,
    OPENS,
    FilterEdit,
    FirewallPlace,
    Vlan,
    filter_edit,
    firewalls,
    rule,
)

KLASS = "filters of the platform"
_Change = Callable[[FilterEdit, int], object]


def _strangers(g: Ground) -> Iterator[tuple[FirewallPlace, Vlan, Vlan]]:
    for place in firewalls(g):
        for one, other in place.pairs(g, exchanging=False):
            yield place, one, other


def _leak(g: Ground, place: FirewallPlace, edit: FilterEdit, why: str, detail: str = "") -> Mutant:
    return make(g, "leak", {place.host: edit}, (place.host, ""), f"{place.host}: {why}", detail)


def _risk(g: Ground, place: FirewallPlace, edit: FilterEdit, why: str, detail: str = "") -> Mutant:
    return make(g, "risk", {place.host: edit}, (place.host, ""), f"{place.host}: {why}", detail)


def _each_rule(g: Ground, words: str, change: _Change, why: str) -> Iterator[Mutant]:
    """The first rule with `words` of each VLAN's chain, changed."""
    for place in firewalls(g):
        for vlan in place.vlans:
            for index in filter_edit(g, place).rules(vlan, words)[:1]:
                edit = filter_edit(g, place)
                change(edit, index)
                yield _leak(g, place, edit, why, vlan.vpn)


@operator(KLASS)
def a_third_agency_opens(g: Ground) -> Iterator[Mutant]:
    """A rule between two agencies that have no exchange."""
    for place, one, other in _strangers(g):
        for family in FAMILIES:
            edit = filter_edit(g, place)
            edit.add(edit.forward(one), rule(one, other, family))
            yield _leak(g, place, edit, f"{one.vpn} opens to {other.vpn}", f"{one.vpn} {family}")


@operator(KLASS)
def a_third_agency_answers(g: Ground) -> Iterator[Mutant]:
    """Answers of connections that nobody may open."""
    for place, one, other in _strangers(g):
        edit = filter_edit(g, place)
        edit.add(edit.forward(one), rule(one, other, "ipv4", "tcp sport 22", ANSWERS))
        yield _leak(g, place, edit, f"{one.vpn} answers {other.vpn}", one.vpn)


@operator(KLASS)
def a_third_agencys_sources(g: Ground) -> Iterator[Mutant]:
    """In the VLANs of an exchange, packets with the addresses of a third agency."""
    for place, one, other in _strangers(g):
        for middle in place.vlans:
            if middle not in (one, other):
                edit = filter_edit(g, place)
                third = rule(middle, other, "ipv4", sources=one.net("ipv4"))
                edit.add(edit.forward(middle), third)
                yield _leak(g, place, edit, f"{one.vpn} by {middle.vpn}", one.vpn)


@operator(KLASS)
def other_ports(g: Ground) -> Iterator[Mutant]:
    """A rule more for ports that no exchange has."""
    for place in firewalls(g):
        for number, (one, other) in enumerate(place.pairs(g, exchanging=True)):
            family = FAMILIES[number % 2]
            edit = filter_edit(g, place)
            edit.add(edit.forward(one), rule(one, other, family, "tcp dport 1-1024"))
            yield _leak(g, place, edit, f"{one.vpn} to {other.vpn}", f"{one.vpn} {other.vpn}")


@operator(KLASS)
def other_protocol(g: Ground) -> Iterator[Mutant]:
    """The same ports of the other protocol."""
    for place in firewalls(g):
        for one, other in place.pairs(g, exchanging=True):
            edit = filter_edit(g, place)
            for words in ("udp dport 443", "udp dport 8443"):
                edit.add(edit.forward(one), rule(one, other, "ipv4", words))
            yield _leak(g, place, edit, f"{one.vpn} to {other.vpn}", f"{one.vpn} {other.vpn}")


@operator(KLASS)
def the_other_end_opens(g: Ground) -> Iterator[Mutant]:
    """Who may only answer opens."""
    yield from _each_rule(
        g, ANSWERS, lambda edit, i: edit.change(i, ANSWERS, OPENS), "answers open, too"
    )


@operator(KLASS)
def no_direction(g: Ground) -> Iterator[Mutant]:
    """A rule that does not ask which way the connection goes."""
    yield from _each_rule(g, OPENS, lambda e, i: e.change(i, f" {OPENS}", ""), "of any direction")


@operator(KLASS)
def no_way_out(g: Ground) -> Iterator[Mutant]:
    """A rule that does not say by which interface packets leave."""

    def change(edit: FilterEdit, index: int) -> None:
        edit.lines[index] = re.sub(r'oifname "[^"]+" ', "", edit.lines[index])

    yield from _each_rule(g, OPENS, change, "to wherever the routes are")


@operator(KLASS)
def another_way_out(g: Ground) -> Iterator[Mutant]:
    """A rule towards another agency's VLAN."""
    for place, one, other in _strangers(g):
        for index in filter_edit(g, place).rules(one, OPENS)[:1]:
            edit = filter_edit(g, place)
            edit.lines[index] = re.sub(
                r'oifname "[^"]+"', f'oifname "{other.interface}"', edit.lines[index]
            )
            yield _leak(g, place, edit, f"{one.vpn} into {other.vpn}", one.vpn)


def _widened(edit: FilterEdit, index: int, side: str) -> None:
    def shorter(found: re.Match[str]) -> str:
        return f"{found[1]} {found[2]}.0.0.0/8"

    line = re.sub(rf"({side}) (\d+)\.[\d.]+(/\d+)?", shorter, edit.lines[index])
    edit.lines[index] = re.sub(rf"({side}) fde9:[0-9a-f:]+/\d+", r"\1 fde9::/16", line)


@operator(KLASS)
def wider_sources(g: Ground) -> Iterator[Mutant]:
    """A shorter prefix of sources."""
    yield from _each_rule(g, OPENS, lambda e, i: _widened(e, i, "saddr"), "sources are wider")


@operator(KLASS)
def wider_targets(g: Ground) -> Iterator[Mutant]:
    """A shorter prefix of targets."""
    yield from _each_rule(g, OPENS, lambda e, i: _widened(e, i, "daddr"), "targets are wider")


@operator(KLASS)
def twice_as_wide_for_answers(g: Ground) -> Iterator[Mutant]:
    """Answers to more than may have asked."""
    yield from _each_rule(g, ANSWERS, lambda e, i: _widened(e, i, "daddr"), "answers go further")


def _without(side: str) -> _Change:
    def change(edit: FilterEdit, index: int) -> None:
        edit.lines[index] = re.sub(rf"ip6? {side} (\{{[^}}]*\}}|\S+) ", "", edit.lines[index])

    return change


@operator(KLASS)
def any_source(g: Ground) -> Iterator[Mutant]:
    """No condition on sources."""
    yield from _each_rule(g, OPENS, _without("saddr"), "of any source")


@operator(KLASS)
def any_target(g: Ground) -> Iterator[Mutant]:
    """No condition on targets."""
    yield from _each_rule(g, OPENS, _without("daddr"), "to any target")


@operator(KLASS)
def any_address(g: Ground) -> Iterator[Mutant]:
    """Neither: so the rule is of both families."""

    def change(edit: FilterEdit, index: int) -> None:
        _without("saddr")(edit, index)
        _without("daddr")(edit, index)

    yield from _each_rule(g, OPENS, change, "of any address")


@operator(KLASS)
def any_port(g: Ground) -> Iterator[Mutant]:
    """A protocol without its ports."""

    def change(edit: FilterEdit, index: int) -> None:
        words = r"(tcp|udp) dport (\{[^}]*\}|\S+)"
        edit.lines[index] = re.sub(words, r"meta l4proto \1", edit.lines[index])

    yield from _each_rule(g, "dport", change, "to any port")


@operator(KLASS)
def a_port_more(g: Ground) -> Iterator[Mutant]:
    """A range that goes on by one."""

    def change(edit: FilterEdit, index: int) -> None:
        edit.lines[index] = re.sub(r"dport (\d+) ", r"dport \1-9100 ", edit.lines[index])
        edit.lines[index] = edit.lines[index].replace("9000-9010", "9000-9011")

    yield from _each_rule(g, "dport", change, "a port more")


@operator(KLASS)
def source_port_for_target_port(g: Ground) -> Iterator[Mutant]:
    """Whoever sends from the port reaches every port."""
    yield from _each_rule(g, "dport", lambda e, i: e.change(i, "dport", "sport"), "sport for dport")


@operator(KLASS)
def the_default_accepts(g: Ground) -> Iterator[Mutant]:
    """What no rule decides passes."""
    for place in firewalls(g):
        edit = filter_edit(g, place)
        edit.sub(edit.chain("forward"), "policy drop;", "policy accept;")
        yield _leak(g, place, edit, "the default accepts")


@operator(KLASS)
def everything_first(g: Ground) -> Iterator[Mutant]:
    """A rule without conditions before all others."""
    for place in firewalls(g):
        edit = filter_edit(g, place)
        start, end = edit.chain("forward")
        edit.add((start + 1, end), "accept", first=True)
        yield _leak(g, place, edit, "everything passes")


@operator(KLASS)
def everything_of_one(g: Ground) -> Iterator[Mutant]:
    """Everything that comes in by one agency's VLAN."""
    for place in firewalls(g):
        for vlan in place.vlans:
            edit = filter_edit(g, place)
            edit.add(edit.forward(vlan), 'accept comment "for now"')
            yield _leak(g, place, edit, f"everything of {vlan.vpn}", vlan.vpn)


@operator(KLASS)
def counted_and_passed(g: Ground) -> Iterator[Mutant]:
    """The same, counted."""
    for place in firewalls(g):
        vlan = place.vlans[0]
        edit = filter_edit(g, place)
        edit.add(edit.forward(vlan), "counter packets 0 bytes 0 accept")
        yield _risk(g, place, edit, f"everything of {vlan.vpn}, counted", vlan.vpn)


@operator(KLASS)
def untagged_frames(g: Ground) -> Iterator[Mutant]:
    """What comes in by the trunk without a tag."""
    for place in firewalls(g):
        edit = filter_edit(g, place)
        edit.add(edit.chain("forward"), f'iifname "{place.port}" accept')
        yield _leak(g, place, edit, "frames without a tag pass")


@operator(KLASS)
def management_passes(g: Ground) -> Iterator[Mutant]:
    """From the management port into an agency."""
    for place in firewalls(g):
        for vlan in place.vlans[:2]:
            edit = filter_edit(g, place)
            port = g.network.management_port(place.host)
            edit.add(edit.chain("forward"), f'iifname "{port}" oifname "{vlan.interface}" accept')
            yield _leak(g, place, edit, f"management reaches {vlan.vpn}", vlan.vpn)


@operator(KLASS)
def into_management(g: Ground) -> Iterator[Mutant]:
    """From an agency out of the management port."""
    for place in firewalls(g):
        vlan = place.vlans[0]
        edit = filter_edit(g, place)
        port = g.network.management_port(place.host)
        edit.add(edit.forward(vlan), f'oifname "{port}" accept')
        yield _leak(g, place, edit, f"{vlan.vpn} reaches management", vlan.vpn)


@operator(KLASS)
def the_chain_of_another(g: Ground) -> Iterator[Mutant]:
    """Packets of one VLAN go through the rules of another's."""
    for place in firewalls(g):
        one, other = place.vlans[0], place.vlans[1]
        edit = filter_edit(g, place)
        edit.sub(
            edit.chain("forward"),
            f"jump forward-{re.escape(one.interface)}(?= |,)",
            f"jump forward-{other.interface}",
        )
        yield _leak(g, place, edit, f"{one.vpn} by the rules of {other.vpn}", one.vpn)


@operator(KLASS)
def a_chain_aside(g: Ground) -> Iterator[Mutant]:
    """A chain of another name that lets everything through, and a jump to it."""
    for place in firewalls(g):
        vlan = place.vlans[0]
        for verb in ("jump", "goto"):
            edit = filter_edit(g, place)
            edit.add(edit.forward(vlan), f"{verb} friends", first=True)
            edit.new_chain("friends", "accept")
            yield _leak(g, place, edit, f"{verb} to a chain that accepts", verb)


@operator(KLASS)
def no_forward_chain(g: Ground) -> Iterator[Mutant]:
    """The base chain of what is forwarded is gone."""
    for place in firewalls(g):
        edit = filter_edit(g, place)
        start, end = edit.chain("forward")
        del edit.lines[start - 1 : end + 1]
        yield _leak(g, place, edit, "no forward chain")


@operator(KLASS)
def an_empty_table(g: Ground) -> Iterator[Mutant]:
    """The table is there and has nothing in it."""
    for place in firewalls(g):
        edit = filter_edit(g, place).without_filter()
        index = edit.lines.index("# ports.conf --") + 1
        edit.lines[index:index] = ["# nftables.conf --", "table inet egovnet {", "}"]
        yield _leak(g, place, edit, "an empty table")


@operator(KLASS)
def no_filter_at_all(g: Ground) -> Iterator[Mutant]:
    """The part of nftables is gone from the text."""
    for place in firewalls(g):
        yield _leak(g, place, filter_edit(g, place).without_filter(), "no filter")


@operator(KLASS)
def at_another_hook(g: Ground) -> Iterator[Mutant]:
    """The chain hangs where forwarded packets do not come by."""
    for place in firewalls(g):
        for hook in ("output", "input"):
            edit = filter_edit(g, place)
            edit.sub(edit.chain("forward"), "hook forward", f"hook {hook}")
            yield _risk(g, place, edit, f"the filter is at {hook}", hook)


@operator(KLASS)
def a_set_of_friends(g: Ground) -> Iterator[Mutant]:
    """A named set of sources, with an address of a third agency."""
    for place, one, other in _strangers(g):
        edit = filter_edit(g, place)
        first = edit.lines.index("table inet egovnet {") + 1
        address = one.net("ipv4").split("/")[0]
        edit.lines[first:first] = [
            "\tset friends {",
            "\t\ttype ipv4_addr",
            f"\t\telements = {{ {address} }}",
            "\t}",
            "",
        ]
        edit.add(edit.forward(one), f'oifname "{other.interface}" ip saddr @friends accept')
        yield _risk(g, place, edit, f"a set with {one.vpn} may reach {other.vpn}", one.vpn)


#: Conditions that a reader may know or not: none may be taken for less than it lets through.
UNKNOWN = {
    "negated": "ip saddr != 10.99.0.0/16 accept",
    "any VLAN": 'iifname "eth1*" accept',
    "but one": 'oifname != "eth0" accept',
    "marked": "meta mark 0x00000001 accept",
    "rated": "limit rate 10/second accept",
    "related": "ct state established,related accept",
    "by a map": "ip saddr vmap { 10.1.0.0/16 : accept }",
    "by time": 'meta day "Sunday" accept',
    "translated": "ct status dnat accept",
    "by user mark": "ct mark 0x00000007 accept",
    "by length": "meta length 0-100 accept",
    "queued": "queue to 0",
    "duplicated": 'dup to 10.1.10.9 device "eth0"',
    "raw bits": "@nh,0,8 0x45 accept",
    "by group": "meta iifgroup 7 accept",
    "not of TCP": "meta l4proto != tcp accept",
    "of any kind": "meta pkttype unicast accept",
    "new ones": "ct state new accept",
    "inverted set": "tcp dport != { 22, 23 } accept",
    "flags": "tcp flags & (syn | ack) == syn accept",
    "two protocols": "meta l4proto { tcp, udp } accept",
    "half a line": "ip saddr 10.1.0.0/16",
    "a flow table": "flow add @fast",
    "no tracking": "notrack",
}


@operator(KLASS)
def words_beside(g: Ground) -> Iterator[Mutant]:
    """A rule at the top of an agency's chain, in words that no rendered text has."""
    for place in firewalls(g):
        vlan = place.vlans[0]
        for name, text in UNKNOWN.items():
            if name == "half a line":
                continue  # no verdict: nothing is decided
            edit = filter_edit(g, place)
            edit.add(edit.forward(vlan), text, first=True)
            yield _risk(g, place, edit, text, name)


#: Tables beside egovnet's own that change what packets do.
TABLES = {
    "of destinations": (
        "table ip nat {",
        "\tchain prerouting {",
        "\t\ttype nat hook prerouting priority dstnat; policy accept;",
        "\t\tip daddr 10.1.20.1 dnat to 10.1.30.17",
        "\t}",
        "}",
    ),
    "of sources": (
        "table ip nat {",
        "\tchain postrouting {",
        "\t\ttype nat hook postrouting priority srcnat; policy accept;",
        "\t\tmasquerade",
        "\t}",
        "}",
    ),
    "of marks": (
        "table inet mangle {",
        "\tchain prerouting {",
        "\t\ttype filter hook prerouting priority mangle; policy accept;",
        "\t\tmeta mark set 0x00000001",
        "\t}",
        "}",
    ),
    "of untracked": (
        "table inet raw {",
        "\tchain prerouting {",
        "\t\ttype filter hook prerouting priority raw; policy accept;",
        "\t\tnotrack",
        "\t}",
        "}",
    ),
    "of a device": (
        "table netdev early {",
        "\tchain in {",
        '\t\ttype filter hook ingress device "eth1" priority 0; policy accept;',
        '\t\tfwd to "eth0"',
        "\t}",
        "}",
    ),
}


@operator(KLASS)
def a_table_beside(g: Ground) -> Iterator[Mutant]:
    """Another table, which changes packets before they are filtered or after."""
    for place in firewalls(g):
        for name, lines in TABLES.items():
            edit = filter_edit(g, place).new_table(*lines)
            yield _risk(g, place, edit, f"a table {name}", name)


@operator(KLASS)
def the_firewall_itself(g: Ground) -> Iterator[Mutant]:
    """Agencies may speak to the firewall."""
    for place in firewalls(g):
        vlan = place.vlans[0]
        changes = {
            "shell": "tcp dport 22 accept",
            "everything": "accept",
            "of any address": "tcp dport 179 accept",
            "a prefix of it": f"ip saddr {vlan.net('ipv4')} icmp type echo-request accept",
            "snmp": f"ip saddr {vlan.net('ipv4')} udp dport 161 accept",
        }
        for name, text in changes.items():
            edit = filter_edit(g, place)
            edit.add(edit.chain(f"local-{vlan.interface}"), text)
            yield _risk(g, place, edit, f"{vlan.vpn}: {text}", name)
        edit = filter_edit(g, place)
        edit.sub(edit.chain("local"), "policy drop;", "policy accept;")
        yield _risk(g, place, edit, "the default of its own accepts", "default")
        edit = filter_edit(g, place)
        start, end = edit.chain("local")
        del edit.lines[start - 1 : end + 1]
        yield _risk(g, place, edit, "no chain of its own", "no chain")


@operator(KLASS)
def masqueraded(g: Ground) -> Iterator[Mutant]:
    """Packets leave with the firewall's own address."""
    for place in firewalls(g):
        vlan = place.vlans[0]
        edit = filter_edit(g, place)
        edit.new_chain(
            "translate",
            "type nat hook postrouting priority srcnat; policy accept;",
            f'oifname "{vlan.interface}" masquerade',
        )
        yield _risk(g, place, edit, f"towards {vlan.vpn} addresses are translated", vlan.vpn)

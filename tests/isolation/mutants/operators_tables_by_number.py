"""Kernel tables that no VRF has, and the rules that lead into them."""

from collections.abc import Iterator

from tests.isolation.mutants.changes import default_of, static
from tests.isolation.mutants.ground import Ground, VrfPlace, ip, version
from tests.isolation.mutants.mutant import Mutant, make, operator
from tests.isolation.mutants.text import Edit

KLASS = "tables by number"


def _up(edit: Edit, place: VrfPlace, *commands: str) -> Edit:
    at = edit.stanza(place.accesses[0].interface)
    return edit.append(at, *(f"post-up {command}" for command in commands))


def _rule(place: VrfPlace, family: str, table: object, more: str = "") -> str:
    interface = place.accesses[0].interface
    return f"ip -{version(family)} rule add {more}iif {interface} lookup {table}"


@operator(KLASS)
def rule_into_a_table_of_nobody(g: Ground) -> Iterator[Mutant]:
    """The table has a route out of another VRF's port."""
    for place, other, families in g.pairs_once(local=True):
        family, table = families[0], g.unused_number(place.host)
        theirs = other.accesses[0]
        route = f"ip -{version(family)} route add default via {theirs.ce[family]} "
        edit = _up(
            g.edit(place),
            place,
            _rule(place, family, table),
            f"{route}dev {theirs.interface} table {table}",
        )
        why = f"packets of {place} leave by {theirs.interface}"
        yield make(g, "leak", {place.host: edit}, place, why, family)


@operator(KLASS)
def rule_into_a_table_that_leads_into_a_vrf(g: Ground) -> Iterator[Mutant]:
    """The table's route has another VRF's device as the way out."""
    for place, other, families in list(g.pairs_once(local=True))[::2]:
        family, table = families[-1], g.unused_number(place.host)
        edit = _up(
            g.edit(place),
            place,
            _rule(place, family, table, "pref 90 "),
            f"ip -{version(family)} route add {default_of(family)} dev {other.vrf} table {table}",
        )
        why = f"packets of {place} are looked up in {other.vrf}"
        yield make(g, "leak", {place.host: edit}, place, why, family)


@operator(KLASS)
def rule_into_a_table_that_frr_fills(g: Ground) -> Iterator[Mutant]:
    """FRR's static puts the route into the table."""
    for place, other, families in list(g.pairs_once(local=True))[1::2]:
        family, table = families[0], g.unused_number(place.host)
        theirs = other.accesses[0]
        edit = _up(g.edit(place), place, _rule(place, family, table))
        way = f"{theirs.ce[family]} {theirs.interface} table {table}"
        static(edit, None, f"{ip(family)} route {theirs.net(family)} {way}")
        why = f"packets of {place} for {theirs.label} leave by {theirs.interface}"
        yield make(g, "leak", {place.host: edit}, place, why, family)


@operator(KLASS)
def rule_into_a_table_with_a_gateway_alone(g: Ground) -> Iterator[Mutant]:
    """The route names no port: whose the gateway is decides."""
    for place, other, families in list(g.pairs_once(local=True))[::2]:
        family, table = families[0], g.unused_number(place.host)
        gateway = other.accesses[0].ce[family]
        route = f"ip -{version(family)} route add default via {gateway} table {table}"
        edit = _up(g.edit(place), place, _rule(place, family, table), route)
        yield make(g, "risk", {place.host: edit}, place, f"{place} has the gateway of {other}")


@operator(KLASS)
def rule_for_all_but_one(g: Ground) -> Iterator[Mutant]:
    """`not iif X`: everybody but those who may."""
    for place, other, families in g.pairs_once(local=True):
        family = families[0]
        rule = f"ip -{version(family)} rule add not iif {other.accesses[0].interface} "
        edit = _up(g.edit(place), place, f"{rule}lookup {other.facts.table}")
        why = f"all but {other.accesses[0].interface} are looked up in {other.vrf}"
        yield make(g, "leak", {place.host: edit}, place, why, family)


@operator(KLASS)
def rule_into_a_table_by_a_name(g: Ground) -> Iterator[Mutant]:
    """What table the name is of stands in rt_tables, which is not part of the text."""
    for place in g.places[::2]:
        edit = _up(g.edit(place), place, _rule(place, "ipv4", "customers"))
        yield make(g, "risk", {place.host: edit}, place, f"{place} is looked up in 'customers'")


@operator(KLASS)
def rule_into_two_tables_in_a_row(g: Ground) -> Iterator[Mutant]:
    """Two rules for two prefixes; the second table leads out."""
    for place, other, families in list(g.pairs_once(local=True))[::3]:
        family, table = families[0], g.unused_number(place.host)
        theirs = other.accesses[0]
        edit = _up(
            g.edit(place),
            place,
            _rule(place, family, table, f"to {place.accesses[0].net(family)} "),
            _rule(place, family, table + 1, "pref 777 "),
            f"ip -{version(family)} route add {theirs.net(family)} dev {theirs.interface} "
            f"table {table + 1}",
        )
        why = f"packets of {place} for {theirs.label} leave by {theirs.interface}"
        yield make(g, "leak", {place.host: edit}, place, why, family)


@operator(KLASS)
def table_that_no_rule_leads_to(g: Ground) -> Iterator[Mutant]:
    """Routes of a table that nobody asks."""
    for place, other, families in list(g.pairs_once(local=True))[::2]:
        theirs = other.accesses[0]
        command = f"ip -{version(families[0])} route add default dev {theirs.interface} table 500"
        edit = _up(g.edit(place), place, command)
        yield make(g, "equivalent", {place.host: edit}, place, "table 500 is never asked")


@operator(KLASS)
def table_with_routes_of_ones_own(g: Ground) -> Iterator[Mutant]:
    """A rule into a table whose route leads out of the VRF's own port."""
    for place in g.places[::2]:
        own = place.accesses[0]
        edit = _up(
            g.edit(place),
            place,
            _rule(place, "ipv4", 500),
            f"ip -4 route add {own.net('ipv4')} dev {own.interface} table 500",
        )
        yield make(g, "equivalent", {place.host: edit}, place, f"{place} has two tables")


@operator(KLASS)
def lookups_that_end_after_the_vrf(g: Ground) -> Iterator[Mutant]:
    """What the kernel's documentation of VRFs advises."""
    for number, host in enumerate(g.edges):
        words = ("pref 2000 l3mdev unreachable", "l3mdev pref 1000", "l3mdev unreachable pref 2000")
        edit = g.edit(host)
        command = f"post-up ip -{version(('ipv4', 'ipv6')[number % 2])} rule add "
        edit.append(edit.stanza("lo"), command + words[number % 3])
        yield make(g, "equivalent", {host: edit}, (host, ""), "look-ups end after the VRF's table")


def _automatic(edit: Edit, place: VrfPlace) -> Edit:
    return edit.sub(edit.stanza(place.vrf), r"vrf-table \d+", "vrf-table auto")


@operator(KLASS)
def rule_into_a_table_by_its_automatic_number(g: Ground) -> Iterator[Mutant]:
    """ifupdown2 gives the VRF the first number that is free: the one that the rule names."""
    for place, other, families in list(g.pairs_once(local=True))[::2]:
        edit = _automatic(
            _up(g.edit(place), place, _rule(place, families[0], other.facts.table)), other
        )
        why = f"packets of {place} are looked up in {other.vrf}, whose number is not said"
        yield make(g, "leak", {place.host: edit}, place, why, families[0])


@operator(KLASS)
def static_into_a_table_by_its_automatic_number(g: Ground) -> Iterator[Mutant]:
    """A route of zebra's, in the table that the VRF gets."""
    for place, other, families in list(g.pairs_once(local=True))[1::2]:
        family, theirs = families[0], other.accesses[0]
        edit = _automatic(g.edit(place), place)
        way = f"{theirs.ce[family]} {theirs.interface} table {place.facts.table}"
        static(edit, None, f"{ip(family)} route {theirs.net(family)} {way}")
        why = f"packets of {place}, whose number is not said, leave by {theirs.interface}"
        yield make(g, "leak", {place.host: edit}, place, why, family)


@operator(KLASS)
def policy_at_the_device_of_a_vrf(g: Ground) -> Iterator[Mutant]:
    """Linux takes a VRF's packets as come in by its device."""
    for place, other, families in list(g.pairs_once(local=True))[::2]:
        family = families[0]
        edit = g.edit(place)
        lines = ["pbr-map P seq 10", f" match dst-ip {other.accesses[0].net(family)}"]
        lines += [
            f" set vrf {other.vrf}",
            "exit",
            f"interface {place.vrf}",
            " pbr-policy P",
            "exit",
        ]
        edit.insert(len(edit.lines), lines)
        yield make(g, "leak", {place.host: edit}, place, f"{place} is sent to {other.vrf}", family)

"""Route-maps on a VRF's export and import (`route-map vpn`), judged by what they permit."""

from collections.abc import Iterator

from tests.isolation.mutants.changes import exporting, importing, in_bgp, route_map
from tests.isolation.mutants.ground import FAMILIES, Families, Ground, VrfPlace, ip, words
from tests.isolation.mutants.mutant import Mutant, make, operator
from tests.isolation.mutants.text import Edit

KLASS = "maps on export and import"


def _with_map(edit: Edit, place: VrfPlace, families: Families, direction: str, name: str) -> Edit:
    return in_bgp(edit, place, families, f"route-map vpn {direction} {name}")


@operator(KLASS)
def export_map_adds(g: Ground) -> Iterator[Mutant]:
    """An export map that adds another VPN's target."""
    for place, other, families in g.pairs():
        target = other.imports[0]
        edit = _with_map(g.edit(place), place, families, "export", "OUT")
        route_map(edit, "OUT", f"set extcommunity rt {target}")
        why = f"{place}'s export map adds {target} of {other}"
        yield make(
            g, "leak", {place.host: edit}, (place, other), why, f"{target} {words(families)}"
        )


@operator(KLASS)
def export_map_replaces(g: Ground) -> Iterator[Mutant]:
    """... after it took all others off, in an entry of its own."""
    for place, other, families in g.pairs_once():
        target = other.imports[0]
        edit = _with_map(g.edit(place), place, families, "export", "OUT")
        route_map(edit, "OUT", "set extcommunity none", "on-match next")
        route_map(edit, "OUT", f"set extcommunity rt {target}", seq=20)
        why = f"{place}'s export map puts {target} of {other} on"
        yield make(
            g, "leak", {place.host: edit}, (place, other), why, f"{target} {words(families)}"
        )


@operator(KLASS)
def export_map_adds_for_one_prefix(g: Ground) -> Iterator[Mutant]:
    """... for one prefix of the site alone, the rest in a second entry."""
    for place, other, families in g.pairs_once():
        target, family = other.imports[0], families[0]
        edit = _with_map(g.edit(place), place, (family,), "export", "OUT")
        net = place.accesses[0].net(family)
        edit.new_lines(f"{ip(family)} prefix-list SOME seq 5 permit {net}")
        route_map(
            edit,
            "OUT",
            f"match {ip(family)} address prefix-list SOME",
            f"set extcommunity rt {target}",
        )
        route_map(edit, "OUT", seq=20)
        why = f"{place}'s export map adds {target} of {other} to {net}"
        yield make(g, "leak", {place.host: edit}, (place, other), why, f"{target} {family}")


@operator(KLASS)
def export_map_reached_by_next(g: Ground) -> Iterator[Mutant]:
    """The target stands in a later entry that is reached by `on-match next` or `goto`."""
    for number, (place, other, families) in enumerate(g.pairs_once()):
        target = other.imports[0]
        edit = _with_map(g.edit(place), place, families, "export", "OUT")
        route_map(edit, "OUT", "set metric 5", ("on-match next", "on-match goto 30")[number % 2])
        route_map(edit, "OUT", action="deny", seq=20) if number % 2 else None
        route_map(edit, "OUT", f"set extcommunity rt {target}", seq=30)
        why = f"{place}'s export map goes on to an entry that adds {target} of {other}"
        yield make(
            g, "leak", {place.host: edit}, (place, other), why, f"{target} {words(families)}"
        )


@operator(KLASS)
def export_map_entry_not_reached(g: Ground) -> Iterator[Mutant]:
    """The entry with the target stands behind one that permits all: never reached."""
    for place, other, _ in g.pairs_once():
        target = other.imports[0]
        edit = _with_map(g.edit(place), place, FAMILIES, "export", "OUT")
        route_map(edit, "OUT")
        route_map(edit, "OUT", f"set extcommunity rt {target}", seq=20)
        why = f"{place}'s export map never comes to its second entry"
        yield make(g, "equivalent", {place.host: edit}, place, why)


@operator(KLASS)
def export_map_entry_made_reachable(g: Ground) -> Iterator[Mutant]:
    """... and the first entry removed: now it is."""
    for place, other, families in g.pairs_once():
        target = other.imports[0]
        edit = _with_map(g.edit(place), place, families, "export", "OUT")
        route_map(edit, "OUT", f"set extcommunity rt {target}", seq=20)
        why = f"{place}'s export map adds {target} of {other} in the entry that is left"
        yield make(
            g, "leak", {place.host: edit}, (place, other), why, f"{target} {words(families)}"
        )


@operator(KLASS)
def export_map_denies_with_target(g: Ground) -> Iterator[Mutant]:
    """A target in an entry that denies is never set."""
    for place, other, _ in list(g.pairs_once())[::2]:
        edit = _with_map(g.edit(place), place, FAMILIES, "export", "OUT")
        route_map(edit, "OUT", f"set extcommunity rt {other.imports[0]}", action="deny")
        why = f"{place}'s export map denies all"
        yield make(g, "equivalent", {place.host: edit}, place, why)


@operator(KLASS)
def export_map_harmless(g: Ground) -> Iterator[Mutant]:
    """Export maps that change nothing for separation: open, own target, unused target, metric."""
    kinds = ("", "set extcommunity rt {own}", "set extcommunity rt 65000:4711", "set metric 5")
    for number, place in enumerate(g.places):
        line = kinds[number % len(kinds)].format(own=place.export)
        edit = _with_map(g.edit(place), place, FAMILIES, "export", "OUT")
        route_map(edit, "OUT", *([line] if line else []))
        why = f"{place}'s export map: {line or 'permits all'}"
        yield make(g, "equivalent", {place.host: edit}, place, why)


@operator(KLASS)
def import_map_lets_foreign_in(g: Ground) -> Iterator[Mutant]:
    """Another's import target, and an import map that lets its routes in."""
    for number, (place, other, families) in enumerate(g.pairs_once()):
        edit = importing(g, place, families, other.export)
        _with_map(edit, place, families, "import", "IN")
        lines = []
        if number % 2:
            edit.new_lines(f"bgp extcommunity-list standard THEIRS seq 5 permit rt {other.export}")
            lines = ["match extcommunity THEIRS"]
        route_map(edit, "IN", *lines)
        why = f"{place} imports {other.export} of {other}, and its map permits that"
        yield make(g, "leak", {place.host: edit}, place, why, f"{other.export} {words(families)}")


@operator(KLASS)
def import_map_keeps_foreign_out(g: Ground) -> Iterator[Mutant]:
    """Another's import target, and an import map that permits the own targets alone."""
    for place, other, _ in g.pairs_once():
        edit = importing(g, place, FAMILIES, other.export)
        _with_map(edit, place, FAMILIES, "import", "IN")
        for number, own in enumerate(place.imports, start=1):
            edit.new_lines(f"bgp extcommunity-list standard OWN seq {5 * number} permit rt {own}")
        route_map(edit, "IN", "match extcommunity OWN")
        why = f"{place} imports {other.export}, and its map keeps those routes out"
        yield make(g, "equivalent", {place.host: edit}, place, why)


@operator(KLASS)
def import_map_loses_its_match(g: Ground) -> Iterator[Mutant]:
    """... and the list removed with its match line: the entry that is left permits all."""
    for place, other, families in g.pairs_once():
        edit = importing(g, place, families, other.export)
        _with_map(edit, place, families, "import", "IN")
        route_map(edit, "IN")
        why = f"{place} imports {other.export}, and its map permits all now"
        yield make(g, "leak", {place.host: edit}, place, why, words(families))


@operator(KLASS)
def import_map_deny_turned_permit(g: Ground) -> Iterator[Mutant]:
    """An entry that kept another's routes out permits them."""
    for place, other, _ in g.pairs_once():
        for action, verdict in (("deny", "equivalent"), ("permit", "leak")):
            edit = importing(g, place, FAMILIES, other.export)
            _with_map(edit, place, FAMILIES, "import", "IN")
            edit.new_lines(f"bgp extcommunity-list standard THEIRS seq 5 permit rt {other.export}")
            route_map(edit, "IN", "match extcommunity THEIRS", action=action)
            route_map(edit, "IN", seq=20)
            why = f"{place} imports {other.export}; its map's first entry: {action}"
            yield make(
                g,
                verdict,  # type: ignore[arg-type] # a literal of the pairs above
                {place.host: edit},
                place,
                why,
                action,
            )


@operator(KLASS)
def import_map_of_families_swapped(g: Ground) -> Iterator[Mutant]:
    """An import map that denies IPv4 prefixes stands on IPv6 too: there it permits."""
    for place, other, _ in list(g.pairs_once())[::2]:
        edit = importing(g, place, FAMILIES, other.export)
        _with_map(edit, place, FAMILIES, "import", "IN")
        edit.new_lines("ip prefix-list ALL4 seq 5 permit 0.0.0.0/0 le 32")
        route_map(edit, "IN", "match ip address prefix-list ALL4", action="deny")
        route_map(edit, "IN", seq=20)
        why = f"{place} imports {other.export}; the map keeps IPv4 out and IPv6 not"
        yield make(g, "leak", {place.host: edit}, place, why)


@operator(KLASS)
def import_map_missing(g: Ground) -> Iterator[Mutant]:
    """Another's import target, and an import map that is not defined (FRR: imports nothing)."""
    for place, other, _ in list(g.pairs_once())[::2]:
        edit = importing(g, place, FAMILIES, other.export)
        _with_map(edit, place, FAMILIES, "import", "GONE")
        why = f"{place} imports {other.export}; its map is not defined"
        yield make(g, "open", {place.host: edit}, place, why)


@operator(KLASS)
def export_map_keeps_foreign_in(g: Ground) -> Iterator[Mutant]:
    """Another's export target on a VRF whose export map denies all: nothing is exported."""
    for place, other, _ in list(g.pairs_once())[::2]:
        edit = exporting(g, place, FAMILIES, other.imports[0])
        _with_map(edit, place, FAMILIES, "export", "NONE")
        route_map(edit, "NONE", action="deny")
        why = f"{place} exports {other.imports[0]}; its map denies all"
        yield make(g, "equivalent", {place.host: edit}, place, why)


@operator(KLASS)
def export_map_unevaluated(g: Ground) -> Iterator[Mutant]:
    """Another's target under a condition that nobody can evaluate from text: it may hold."""
    for place, other, families in list(g.pairs_once())[::2]:
        edit = _with_map(g.edit(place), place, families, "export", "OUT")
        route_map(edit, "OUT", "match metric 77", f"set extcommunity rt {other.imports[0]}")
        route_map(edit, "OUT", seq=20)
        why = f"{place}'s export map adds {other.imports[0]} of {other} to routes of metric 77"
        yield make(g, "leak", {place.host: edit}, (place, other), why, words(families))


@operator(KLASS)
def import_map_sets_table(g: Ground) -> Iterator[Mutant]:
    """A map that puts routes into a kernel table, which is another VRF's."""
    for place, other, families in g.pairs_once(local=True):
        edit = _with_map(g.edit(place), place, families, "import", "IN")
        route_map(edit, "IN", f"set table {other.facts.table}")
        why = f"{place}'s import map puts routes into the table of {other.vrf}"
        yield make(g, "risk", {place.host: edit}, place, why, words(families))


@operator(KLASS)
def map_in_one_family(g: Ground) -> Iterator[Mutant]:
    """A map that keeps another's routes out, in the one family that names its target.

    Nothing leaks; that one family has a policy and the other none is worth an engineer's look.
    """
    for number, (place, other, _) in enumerate(g.pairs_once()):
        families = (FAMILIES[number % 2],)
        edit = importing(g, place, families, other.export)
        _with_map(edit, place, families, "import", "IN")
        for seq, own in enumerate(place.imports, start=1):
            edit.new_lines(f"bgp extcommunity-list standard OWN seq {5 * seq} permit rt {own}")
        route_map(edit, "IN", "match extcommunity OWN")
        why = f"{place} imports {other.export}, and its map keeps those routes out"
        yield make(g, "open", {place.host: edit}, place, why, words(families))

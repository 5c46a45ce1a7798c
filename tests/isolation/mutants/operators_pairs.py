"""Two halves on two PEs: each alone is harmless, together they leak."""

from collections.abc import Callable, Iterator

from tests.isolation.mutants.changes import exporting, importing, in_bgp, retarget, route_map
from tests.isolation.mutants.ground import Families, Ground, VrfPlace, words
from tests.isolation.mutants.mutant import Expected, Mutant, make, operator
from tests.isolation.mutants.text import Edit

KLASS = "halves on two PEs"
Half = Callable[[Ground, VrfPlace, Families], Edit]


def _halves(
    g: Ground, export: Half, import_: Half, families_of_import: Families | None = None
) -> Iterator[Mutant]:
    for place, other, families in g.pairs_once(local=False):
        mine = export(g, place, families)
        theirs = import_(g, other, families_of_import or families)
        detail = f"to {other} {words(families)}"
        where = (place, other)
        why = f"{place} exports what {other} imports"
        yield make(g, "leak", {place.host: mine, other.host: theirs}, where, why, detail)
        for half, at, said in ((mine, place, "exports"), (theirs, other, "imports")):
            why = f"{at} {said} a target that has no other half"
            yield make(g, "equivalent", {at.host: half}, at, why, f"half of {place} {detail}")


def _exports(target: str) -> Half:
    return lambda g, place, families: exporting(g, place, families, target)


def _imports(target: str) -> Half:
    return lambda g, place, families: importing(g, place, families, target)


def _map_exports(target: str) -> Half:
    def half(g: Ground, place: VrfPlace, families: Families) -> Edit:
        edit = in_bgp(g.edit(place), place, families, "route-map vpn export OUT")
        return route_map(edit, "OUT", f"set extcommunity rt {target}")

    return half


@operator(KLASS)
def target_of_nobody(g: Ground) -> Iterator[Mutant]:
    """A target that is nobody's."""
    yield from _halves(g, _exports("65000:4711"), _imports("65000:4711"))


@operator(KLASS)
def target_of_four_octets(g: Ground) -> Iterator[Mutant]:
    """... with a four-octet AS, spelled in two ways."""
    yield from _halves(g, _exports("4200077777:7"), _imports("04200077777:007"))


@operator(KLASS)
def target_of_an_address(g: Ground) -> Iterator[Mutant]:
    """... with an address, spelled in two ways."""
    yield from _halves(g, _exports("10.255.9.9:7"), _imports("10.255.9.9:0007"))


@operator(KLASS)
def target_by_a_map(g: Ground) -> Iterator[Mutant]:
    """... put on by an export map."""
    yield from _halves(g, _map_exports("65000:4711"), _imports("65000:4711"))


@operator(KLASS)
def same_digits_other_type(g: Ground) -> Iterator[Mutant]:
    """Equal digits of two types are two targets: both halves, and no leak."""
    for place, other, families in g.pairs_once(local=False):
        mine = exporting(g, place, families, "4200077777:7")
        theirs = importing(g, other, families, "250.87.29.209:7")
        why = f"{place} and {other} have equal octets of two types"
        changes = {place.host: mine, other.host: theirs}
        yield make(g, "equivalent", changes, (place, other), why, words(families))


@operator(KLASS)
def halves_of_two_families(g: Ground) -> Iterator[Mutant]:
    """One half in IPv4 and the other in IPv6: they never meet."""
    for place, other, _ in g.pairs_once(local=False):
        mine = exporting(g, place, ("ipv4",), "65000:4711")
        theirs = importing(g, other, ("ipv6",), "65000:4711")
        why = f"{place} exports in IPv4 what {other} imports in IPv6"
        changes = {place.host: mine, other.host: theirs}
        yield make(g, "equivalent", changes, (place, other), why)


@operator(KLASS)
def reflector_and_edge(g: Ground) -> Iterator[Mutant]:
    """A reflector adds a target of nobody's, and a PE imports it."""
    for place, other, _ in g.pairs_once(local=False):
        reflector = next((r for r in g.reflectors if r not in (place.host, other.host)), None)
        if reflector is None:
            continue
        mine = g.edit(reflector)
        at = mine.family(f"router bgp {g.asn}", "ipv4 vpn")
        mine.append(at, f"neighbor {g.allocation.loopback4[place.host]} route-map ADD in")
        route_map(mine, "ADD", "set extcommunity rt 65000:4711")
        theirs = importing(g, other, ("ipv4",), "65000:4711")
        why = f"{reflector} adds 65000:4711 to routes of {place.host}, and {other} imports it"
        changes = {reflector: mine, other.host: theirs}
        where = ((reflector, ""), (place.host, ""), other)
        yield make(g, "leak", changes, where, why, f"of {place}")
        for half, host in ((mine, reflector), (theirs, other.host)):
            why = f"half of: {why}"
            detail = f"half of {place} to {other}"
            # nobody imports it, and a reflector that adds targets is worth an alarm all the same
            verdict: Expected = "open" if half is mine else "equivalent"
            yield make(g, verdict, {host: half}, (host, ""), why, detail)


@operator(KLASS)
def swapped_exports(g: Ground) -> Iterator[Mutant]:
    """Two VRFs exchange their export targets: each VPN hears the other."""
    for place, other, families in g.pairs_once(local=False):
        if place.role != other.role:
            continue
        mine = retarget(g.edit(place), place, families, place.imports, other.exports)
        theirs = retarget(g.edit(other), other, families, other.imports, place.exports)
        why = f"{place} and {other} export each other's targets"
        changes = {place.host: mine, other.host: theirs}
        yield make(g, "leak", changes, (place, other), why, words(families))


@operator(KLASS)
def renumbered_everywhere(g: Ground) -> Iterator[Mutant]:
    """A VPN's target renumbered on every router: the same network."""
    for number, target in enumerate(sorted({p.export for p in g.places})):
        changes: dict[str, object] = {}
        new = f"65000:{7000 + number}"
        for place in g.places:
            if target in (*place.imports, *place.exports):
                edit = changes.get(place.host) or g.edit(place)
                assert isinstance(edit, Edit)
                at = edit.block(place.header)
                edit.sub(at, rf"(rt vpn .*)\b{target}\b", rf"\g<1>{new}")
                changes[place.host] = edit
        host = next(iter(changes))
        yield make(g, "equivalent", changes, (host, ""), f"{target} is {new} everywhere", target)


@operator(KLASS)
def renumbered_into_another(g: Ground) -> Iterator[Mutant]:
    """... into one that another VPN has."""
    exported = g.targets()
    for target, place in exported.items():
        other = next(iter(g.others(place)), None)
        if other is None:
            continue
        changes: dict[str, object] = {}
        for one in g.places:
            if target in (*one.imports, *one.exports):
                edit = changes.get(one.host) or g.edit(one)
                assert isinstance(edit, Edit)
                edit.sub(
                    edit.block(one.header), rf"(rt vpn .*)\b{target}\b", rf"\g<1>{other.export}"
                )
                changes[one.host] = edit
        why = f"{target} is {other.export} of {other} everywhere"
        yield make(g, "leak", changes, (place, other), why, target)

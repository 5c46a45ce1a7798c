"""Policies on the backbone's VPN sessions: a reflector or a PE that rewrites route targets."""

from collections.abc import Iterator

from tests.isolation.mutants.changes import route_map
from tests.isolation.mutants.ground import FAMILIES, Families, Ground, VrfPlace, turn, words
from tests.isolation.mutants.mutant import Expected, Mutant, make, operator
from tests.isolation.mutants.text import Edit

KLASS = "policies of reflectors and VPN sessions"


def _on_session(g: Ground, edit: Edit, peer: str, families: Families, policy: str) -> Edit:
    for family in families:
        loopback = g.allocation.loopback4 if family == "ipv4" else g.allocation.loopback6
        at = edit.family(f"router bgp {g.asn}", f"{family} vpn")
        edit.append(at, f"neighbor {loopback[peer]} route-map {policy}")
    return edit


def _sessions(g: Ground) -> Iterator[tuple[str, str, VrfPlace, Families, int]]:
    """(reflector, edge, a VRF there that others elsewhere must not meet, families, number)."""
    number = 0
    for edge in g.edges:
        place = next((p for p in g.places if p.host == edge and g.others(p, local=False)), None)
        for reflector in g.reflectors:
            if edge != reflector and place is not None:
                yield reflector, edge, place, turn(number + 2), number
                number += 1


def _at_reflector(
    g: Ground,
    verdict: Expected,
    session: tuple[str, str, Families],
    edit: Edit,
    why: str,
    *others: VrfPlace,
) -> Mutant:
    """A mutant of the reflector's text, seen there, at the edge of the session, and at `others`."""
    reflector, edge, families = session
    where = ((reflector, ""), (edge, ""), *others)
    return make(g, verdict, {reflector: edit}, where, why, words(families))


@operator(KLASS)
def edge_adds_on_the_way_in(g: Ground) -> Iterator[Mutant]:
    """A PE adds a target to everything that it hears: a VRF of its own imports it all."""
    for reflector, edge, place, families, _ in _sessions(g):
        target = place.imports[0]
        edit = _on_session(g, g.edit(edge), reflector, families, "RR in")
        route_map(edit, "RR", f"set extcommunity rt {target}")
        why = f"{edge} adds {target} to what {reflector} sends"
        yield make(g, "leak", {edge: edit}, (edge, ""), why, f"{reflector} {words(families)}")


@operator(KLASS)
def edge_adds_on_the_way_out(g: Ground) -> Iterator[Mutant]:
    """A PE adds a target to everything that it says: others import it."""
    for reflector, edge, place, families, _ in _sessions(g):
        other = g.others(place, local=False)[0]
        target = other.imports[0]
        edit = _on_session(g, g.edit(edge), reflector, families, "RR out")
        route_map(edit, "RR", f"set extcommunity rt {target}")
        why = f"{edge} adds {target} of {other} to what it says to {reflector}"
        yield make(
            g, "leak", {edge: edit}, ((edge, ""), other), why, f"{reflector} {words(families)}"
        )


@operator(KLASS)
def reflector_adds_on_the_way_in(g: Ground) -> Iterator[Mutant]:
    """A reflector adds a target to what one edge says."""
    for reflector, edge, place, families, _ in _sessions(g):
        other = g.others(place, local=False)[0]
        target = other.imports[0]
        edit = _on_session(g, g.edit(reflector), edge, families, "EDGE in")
        route_map(edit, "EDGE", f"set extcommunity rt {target}")
        why = f"{reflector} adds {target} of {other} to what {edge} says"
        yield _at_reflector(g, "leak", (reflector, edge, families), edit, why, other)


@operator(KLASS)
def reflector_rewrites_on_the_way_in(g: Ground) -> Iterator[Mutant]:
    """A reflector takes the targets off and puts another's on."""
    for reflector, edge, place, families, number in _sessions(g):
        other = g.others(place, local=False)[0]
        target = other.imports[0]
        edit = _on_session(g, g.edit(reflector), edge, families, "EDGE in")
        if number % 2:
            route_map(edit, "EDGE", "set extcommunity none", "on-match next")
            route_map(edit, "EDGE", f"set extcommunity rt {target}", seq=20)
        else:
            edit.new_lines(f"bgp extcommunity-list standard ANY seq 5 permit rt {place.export}")
            route_map(edit, "EDGE", "match extcommunity ANY", f"set extcommunity rt {target}")
            route_map(edit, "EDGE", seq=20)
        why = f"{reflector} rewrites the targets of {edge} to {target} of {other}"
        yield _at_reflector(g, "leak", (reflector, edge, families), edit, why, other)


@operator(KLASS)
def reflector_adds_on_the_way_out(g: Ground) -> Iterator[Mutant]:
    """A reflector adds a target to what it reflects, and is told that it may.

    Without `allow-outbound-policy` FRR ignores what the map sets on reflected routes.
    """
    for reflector, edge, place, families, _ in _sessions(g):
        target = place.imports[0]
        edit = _on_session(g, g.edit(reflector), edge, families, "EDGE out")
        edit.append(
            (edit.block(f"router bgp {g.asn}")[0],) * 2,
            "bgp route-reflector allow-outbound-policy",
        )
        route_map(edit, "EDGE", f"set extcommunity rt {target}")
        why = f"{reflector} adds {target} to all that it says to {edge}"
        yield _at_reflector(g, "leak", (reflector, edge, families), edit, why)


@operator(KLASS)
def reflector_adds_out_without_leave(g: Ground) -> Iterator[Mutant]:
    """... without that word: in force with a later release, or the next line typed."""
    for reflector, edge, place, families, _ in _sessions(g):
        target = place.imports[0]
        edit = _on_session(g, g.edit(reflector), edge, families, "EDGE out")
        route_map(edit, "EDGE", f"set extcommunity rt {target}")
        why = f"{reflector} would add {target} to all that it says to {edge}"
        yield _at_reflector(g, "open", (reflector, edge, families), edit, why)


@operator(KLASS)
def reflector_strips(g: Ground) -> Iterator[Mutant]:
    """A reflector takes all targets off: nobody imports anything."""
    for reflector, edge, _, families, _ in _sessions(g):
        edit = _on_session(g, g.edit(reflector), edge, families, "EDGE in")
        route_map(edit, "EDGE", "set extcommunity none")
        why = f"{reflector} strips the targets of {edge}"
        yield _at_reflector(g, "open", (reflector, edge, families), edit, why)


@operator(KLASS)
def reflector_changes_next_hop(g: Ground) -> Iterator[Mutant]:
    """A reflector sets another next hop: labels of one router are sent to another."""
    for reflector, edge, _, families, _ in _sessions(g):
        others = [name for name in g.edges if name != edge]
        if not others:
            continue
        edit = _on_session(g, g.edit(reflector), edge, families, "EDGE in")
        lines = {
            "ipv4": f"set ip next-hop {g.allocation.loopback4[others[0]]}",
            "ipv6": f"set ipv6 next-hop global {g.allocation.loopback6[others[0]]}",
        }
        route_map(edit, "EDGE", *(lines[family] for family in families))
        why = f"{reflector} sends {edge}'s packets to {others[0]}, with {edge}'s labels"
        yield _at_reflector(g, "risk", (reflector, edge, families), edit, why)


@operator(KLASS)
def session_map_harmless(g: Ground) -> Iterator[Mutant]:
    """Maps on VPN sessions that change nothing for separation."""
    kinds = ((), ("set local-preference 150",), ("set metric 7",))
    for reflector, edge, _, _, number in _sessions(g):
        edit = _on_session(g, g.edit(reflector), edge, FAMILIES, "EDGE in")
        route_map(edit, "EDGE", *kinds[number % len(kinds)])
        why = f"{reflector}'s map for {edge}: {kinds[number % len(kinds)] or 'permits all'}"
        yield make(g, "equivalent", {reflector: edit}, ((reflector, ""), (edge, "")), why)


@operator(KLASS)
def session_map_adds_nobodys(g: Ground) -> Iterator[Mutant]:
    """A target that nobody imports, put on by a reflector: no path, and worth an alarm."""
    for reflector, edge, _, families, _ in _sessions(g):
        edit = _on_session(g, g.edit(reflector), edge, families, "EDGE in")
        route_map(edit, "EDGE", "set extcommunity rt 65000:4711")
        why = f"{reflector} adds 65000:4711 to what {edge} says"
        yield _at_reflector(g, "open", (reflector, edge, families), edit, why)


@operator(KLASS)
def session_map_denies(g: Ground) -> Iterator[Mutant]:
    """A session over which nothing comes: a fault, and no leak."""
    for reflector, edge, _, families, _ in list(_sessions(g))[::2]:
        edit = _on_session(g, g.edit(edge), reflector, families, "NONE in")
        route_map(edit, "NONE", action="deny")
        why = f"{edge} takes nothing from {reflector}"
        yield make(g, "equivalent", {edge: edit}, (edge, ""), why, f"{reflector} {words(families)}")


@operator(KLASS)
def session_map_by_group(g: Ground) -> Iterator[Mutant]:
    """A map that adds a target, said of a peer group that an edge is in."""
    for reflector, edge, place, _, _ in list(_sessions(g))[::2]:
        other = g.others(place, local=False)[0]
        target = other.imports[0]
        edit = g.edit(reflector)
        header = f"router bgp {g.asn}"
        address = g.allocation.loopback4[edge]
        start = edit.block(header)[0]
        last = next(i for i in range(start, len(edit.lines)) if edit.lines[i] == " !")
        edit.insert(
            last,
            [
                " neighbor EDGES peer-group",
                f" neighbor {address} peer-group EDGES",
            ],
        )
        at = edit.family(header, "ipv4 vpn")
        edit.append(at, "neighbor EDGES route-map EDGE in")
        route_map(edit, "EDGE", f"set extcommunity rt {target}")
        why = f"{reflector}'s group EDGES adds {target} of {other} to what {edge} says"
        yield make(g, "leak", {reflector: edit}, ((reflector, ""), (edge, ""), other), why, "ipv4")

"""When bgpd 8.4.4 exports: flag, route targets and RD; a label is no condition (bgp_mplsvpn.h)."""

from collections.abc import Iterator

from tests.isolation.mutants.changes import exporting, importing, in_bgp, route_map, unicast
from tests.isolation.mutants.ground import FAMILIES, Ground, words
from tests.isolation.mutants.mutant import Mutant, make, operator

KLASS = "conditions of an export"


@operator(KLASS)
def no_label_and_anothers_target(g: Ground) -> Iterator[Mutant]:
    """Without a label the routes are exported all the same."""
    for place, other, families in g.pairs_once():
        edit = exporting(g, place, families, *other.imports)
        for family in families:
            edit.remove(unicast(edit, place, family), r"^  label vpn export")
        why = f"{place} has no label, and gives its routes to {other}"
        yield make(g, "leak", {place.host: edit}, place, why, words(families))


@operator(KLASS)
def label_taken_back_where_another_imports(g: Ground) -> Iterator[Mutant]:
    """`no label vpn export auto` at the end; another VRF takes the routes."""
    for place, other, families in list(g.pairs_once(local=False))[::2]:
        edit = in_bgp(g.edit(place), place, families, "no label vpn export auto")
        taker = importing(g, other, families, place.export)
        why = f"{other} takes the routes of {place}, which has no label"
        yield make(
            g, "leak", {place.host: edit, other.host: taker}, (place, other), why, words(families)
        )


@operator(KLASS)
def no_target_list_but_a_map_that_adds(g: Ground) -> Iterator[Mutant]:
    """Without a list of export targets nothing is exported, whatever the map adds."""
    for place, other, _ in list(g.pairs_once())[::3]:
        edit = g.edit(place)
        for family in FAMILIES:
            imports = " ".join(place.imports)
            edit.sub(
                unicast(edit, place, family), r"^  rt vpn both .*", f"  rt vpn import {imports}"
            ) if edit.has(unicast(edit, place, family), r"^  rt vpn both") else edit.remove(
                unicast(edit, place, family), r"^  rt vpn export"
            )
            in_bgp(edit, place, (family,), "route-map vpn export ADDS")
        route_map(edit, "ADDS", f"set extcommunity rt {other.export}")
        why = f"{place} has no export targets, only a map that would add some"
        yield make(g, "equivalent", {place.host: edit}, place, why)


@operator(KLASS)
def no_distinguisher_and_anothers_target(g: Ground) -> Iterator[Mutant]:
    """Without an RD nothing is exported, whatever the targets are."""
    for place, other, _ in list(g.pairs_once())[1::3]:
        edit = exporting(g, place, FAMILIES, *other.imports)
        for family in FAMILIES:
            edit.remove(unicast(edit, place, family), r"^  rd vpn export")
        why = f"{place} has the targets of {other} and no RD"
        yield make(g, "equivalent", {place.host: edit}, place, why)

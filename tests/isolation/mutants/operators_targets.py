"""Route targets (RFC 4364 section 4.3.1): too many, mistyped, left over, respelled."""

from collections.abc import Iterator
from ipaddress import IPv4Address

from egovnet.inventory.model import SiteRole
from tests.isolation.mutants.changes import (
    both,
    exporting,
    importing,
    in_bgp,
    retarget,
    target_lines,
    unicast,
)
from tests.isolation.mutants.ground import FAMILIES, Ground, VrfPlace, turn, words
from tests.isolation.mutants.mutant import Mutant, make, operator

KLASS = "route targets"
#: Nobody's: outside the ranges of both zones.
NOBODY = "65000:4711"


@operator(KLASS)
def import_of_another(g: Ground) -> Iterator[Mutant]:
    """One import target more: the other zone's, another agency's."""
    for place, other, families in g.pairs():
        edit = importing(g, place, families, other.export)
        why = f"{place} imports {other.export} of {other}"
        yield make(g, "leak", {place.host: edit}, place, why, f"{other.export} {words(families)}")


@operator(KLASS)
def export_of_another(g: Ground) -> Iterator[Mutant]:
    """One export target more: one that another VPN imports, the victim is elsewhere."""
    for place, other, families in g.pairs():
        target = other.imports[0]
        edit = exporting(g, place, families, target)
        why = f"{place} exports {target}, which {other} imports"
        yield make(
            g, "leak", {place.host: edit}, (place, other), why, f"{target} {words(families)}"
        )


@operator(KLASS)
def both_of_another(g: Ground) -> Iterator[Mutant]:
    """Another VPN's target both ways: packets come back."""
    for place, other, families in g.pairs():
        edit = both(g, place, families, other.export)
        why = f"{place} imports and exports {other.export} of {other}"
        yield make(g, "leak", {place.host: edit}, place, why, f"{other.export} {words(families)}")


@operator(KLASS)
def targets_of_another_instead(g: Ground) -> Iterator[Mutant]:
    """A block copied from another VRF: its targets instead of the own ones."""
    for place, other, families in g.pairs():
        edit = retarget(g.edit(place), place, families, other.imports, other.exports)
        yield make(
            g,
            "leak",
            {place.host: edit},
            (place, other),
            f"{place} has the targets of {other}",
            f"of {other} {words(families)}",
        )


@operator(KLASS)
def import_instead(g: Ground) -> Iterator[Mutant]:
    """The import alone is another's."""
    for place, other, families in g.pairs_once():
        edit = retarget(g.edit(place), place, families, [other.export], place.exports)
        why = f"{place} imports {other.export} of {other} instead of its own"
        yield make(g, "leak", {place.host: edit}, place, why, f"{other.export} {words(families)}")


@operator(KLASS)
def export_instead(g: Ground) -> Iterator[Mutant]:
    """The export alone is another's."""
    for place, other, families in g.pairs_once():
        target = other.imports[0]
        edit = retarget(g.edit(place), place, families, place.imports, [target])
        why = f"{place} exports {target} of {other} instead of its own"
        yield make(
            g, "leak", {place.host: edit}, (place, other), why, f"{target} {words(families)}"
        )


def _slips(text: str) -> set[str]:
    """What one slip of the finger makes of a number: a digit changed, added, lost, two swapped."""
    digits = "0123456789"
    at = range(len(text))
    found = {text[:i] + d + text[i + 1 :] for i in at for d in digits}
    found |= {text[:i] + d + text[i:] for i in range(len(text) + 1) for d in digits}
    found |= {text[:i] + text[i + 1 :] for i in at}
    found |= {text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in at[:-1]}
    return {str(int(x)) for x in found if x.isdigit()} - {text}


@operator(KLASS)
def mistyped_import(g: Ground) -> Iterator[Mutant]:
    """One digit of an import target is wrong, and what is meant then exists."""
    exported = g.targets()
    number = 0
    for place in g.places:
        for own in place.imports:
            asn, _, value = own.partition(":")
            for slip in sorted(f"{asn}:{x}" for x in _slips(value)):
                victim = exported.get(slip)
                if victim is None or g.may_meet(place, victim) or slip in place.imports:
                    continue
                families = turn(number)
                number += 1
                new = [slip if target == own else target for target in place.imports]
                edit = retarget(g.edit(place), place, families, new, place.exports)
                yield make(
                    g,
                    "leak",
                    {place.host: edit},
                    place,
                    f"{place} imports {slip} for {own}: {victim}'s",
                    f"{own} as {slip} {words(families)}",
                )


@operator(KLASS)
def mistyped_into_nothing(g: Ground) -> Iterator[Mutant]:
    """One digit is wrong and nobody has that target: a service fault, and no path."""
    known = {t for p in g.places for t in (*p.imports, *p.exports)}
    for number, place in enumerate(g.places):
        slip = next(x for x in sorted(f"{g.asn}:{y}9" for y in range(4000, 5000)) if x not in known)
        families = turn(number)
        edit = retarget(g.edit(place), place, families, [slip], place.exports)
        why = f"{place} imports {slip}, which nobody exports"
        yield make(g, "equivalent", {place.host: edit}, place, why, f"{slip} {words(families)}")


@operator(KLASS)
def spoke_with_both(g: Ground) -> Iterator[Mutant]:
    """Hub and spoke with `both`: spokes of different sites hear each other."""
    for number, place in enumerate(p for p in g.places if g.other_spokes(p)):
        other = g.other_spokes(place)[0]
        hub, spoke = place.imports[0], place.export
        for lines in (
            (f"rt vpn both {spoke}",),
            (f"rt vpn both {hub} {spoke}",),
            (f"rt vpn both {hub}",),
        ):
            families = turn(number)
            edit = target_lines(g.edit(place), place, families, *lines)
            why = f"spoke {place} with {lines[0]}: {other} is a spoke too"
            yield make(
                g, "leak", {place.host: edit}, (place, other), why, f"{lines[0]} {words(families)}"
            )


@operator(KLASS)
def spoke_exports_as_hub(g: Ground) -> Iterator[Mutant]:
    """A spoke exports the hub's target (too): the other spokes take its routes."""
    for number, place in enumerate(p for p in g.places if g.other_spokes(p)):
        other = g.other_spokes(place)[0]
        hub = place.imports[0]
        for exports in ([hub], [place.export, hub]):
            families = turn(number)
            edit = retarget(g.edit(place), place, families, place.imports, exports)
            why = f"spoke {place} exports the hub's {hub}, which spoke {other} imports"
            yield make(
                g,
                "leak",
                {place.host: edit},
                (place, other),
                why,
                f"{' '.join(exports)} {words(families)}",
            )


@operator(KLASS)
def spoke_imports_spokes(g: Ground) -> Iterator[Mutant]:
    """A spoke imports the spokes' target beside the hub's."""
    for number, place in enumerate(p for p in g.places if g.other_spokes(p)):
        edit = importing(g, place, turn(number), place.export)
        why = f"spoke {place} imports the spokes' {place.export}"
        yield make(g, "leak", {place.host: edit}, place, why, words(turn(number)))


@operator(KLASS)
def hub_with_both(g: Ground) -> Iterator[Mutant]:
    """A hub that exports the spokes' target too: only hubs import that."""
    for place in g.places:
        if place.role is SiteRole.HUB and len(place.imports) > 1:
            edit = retarget(g.edit(place), place, FAMILIES, place.imports, place.imports)
            why = f"hub {place} exports what hubs alone import"
            yield make(g, "equivalent", {place.host: edit}, place, why)


def _spelled(target: str) -> tuple[str, ...]:
    """The same 8 octets, as FRR reads numbers: leading zeros are decimal."""
    asn, _, number = target.partition(":")
    return f"{asn}:0{number}", f"0{asn}:{number}", f"000{asn}:00000{number}"


@operator(KLASS)
def import_respelled(g: Ground) -> Iterator[Mutant]:
    """Another VPN's target, spelled so that a comparison of text does not see it."""
    for number, (place, other, families) in enumerate(g.pairs_once()):
        spelled = _spelled(other.export)[number % 3]
        edit = importing(g, place, families, spelled)
        why = f"{place} imports {spelled}, which is {other.export} of {other}"
        yield make(g, "leak", {place.host: edit}, place, why, f"{spelled} {words(families)}")


@operator(KLASS)
def own_targets_respelled(g: Ground) -> Iterator[Mutant]:
    """The own targets with leading zeros: the same 8 octets."""
    for number, place in enumerate(g.places):
        imports = [_spelled(t)[number % 3] for t in place.imports]
        exports = [_spelled(t)[(number + 1) % 3] for t in place.exports]
        edit = retarget(g.edit(place), place, FAMILIES, imports, exports)
        yield make(g, "equivalent", {place.host: edit}, place, f"{place}: the same targets")


@operator(KLASS)
def own_targets_twice_and_turned(g: Ground) -> Iterator[Mutant]:
    """The own targets in another order and twice."""
    for place in g.places:
        imports = [*reversed(place.imports), place.imports[0]]
        edit = retarget(g.edit(place), place, FAMILIES, imports, place.exports)
        yield make(g, "equivalent", {place.host: edit}, place, f"{place}: the same targets")


@operator(KLASS)
def keyword_in_full(g: Ground) -> Iterator[Mutant]:
    """`route-target vpn` is FRR's other word for `rt vpn`."""
    for place, other, families in g.pairs_once():
        edit = importing(g, place, families, other.export)
        for family in families:
            edit.sub(unicast(edit, place, family), r"^  rt vpn", "  route-target vpn")
        why = f"{place} imports {other.export} of {other} by the keyword in full"
        yield make(g, "leak", {place.host: edit}, place, why, f"{other.export} {words(families)}")


@operator(KLASS)
def own_keyword_in_full(g: Ground) -> Iterator[Mutant]:
    """The own targets by the keyword in full."""
    for place in g.places[::3]:
        edit = g.edit(place)
        for family in FAMILIES:
            edit.sub(unicast(edit, place, family), r"^  rt vpn", "  route-target vpn")
        yield make(g, "equivalent", {place.host: edit}, place, f"{place}: the same targets")


def _as_address(target: str) -> str:
    """The AS number as an address: another type of target, and another value."""
    asn, _, number = target.partition(":")
    return f"{IPv4Address(int(asn))}:{number}"


@operator(KLASS)
def other_encoding_is_other_target(g: Ground) -> Iterator[Mutant]:
    """0.0.253.232:2001 is not 65000:2001 (RFC 4360 types 1 and 0): nobody exports it."""
    for place, other, families in g.pairs_once():
        target = _as_address(other.export)
        edit = importing(g, place, families, target)
        why = f"{place} imports {target}, which is not {other.export}"
        yield make(g, "equivalent", {place.host: edit}, place, why, f"{target} {words(families)}")


@operator(KLASS)
def unused_import(g: Ground) -> Iterator[Mutant]:
    """An import that nobody exports, in each of the three encodings."""
    for number, place in enumerate(g.places):
        target = (NOBODY, "10.255.9.9:7", "4200077777:7")[number % 3]
        edit = importing(g, place, turn(number), target)
        why = f"{place} imports {target}, which nobody exports"
        yield make(
            g, "equivalent", {place.host: edit}, place, why, f"{target} {words(turn(number))}"
        )


@operator(KLASS)
def unused_export(g: Ground) -> Iterator[Mutant]:
    """An export that nobody imports."""
    for number, place in enumerate(g.places):
        target = (NOBODY, "10.255.9.9:7", "4200077777:7")[number % 3]
        edit = exporting(g, place, turn(number), target)
        why = f"{place} exports {target}, which nobody imports"
        yield make(
            g, "equivalent", {place.host: edit}, place, why, f"{target} {words(turn(number))}"
        )


@operator(KLASS)
def target_of_a_vpn_without_sites(g: Ground) -> Iterator[Mutant]:
    """An import of a target that is another agency's by the plan, and that nobody exports yet."""
    used = {t for p in g.places for t in (*p.imports, *p.exports)}
    idle = [
        f"{g.asn}:{number}"
        for number in g.allocation.route_target.values()
        if f"{g.asn}:{number}" not in used
    ]
    for number, target in enumerate(idle):
        if g.places:
            place = g.places[number % len(g.places)]
            edit = importing(g, place, FAMILIES, target)
            why = f"{place} imports {target}, which nobody exports"
            yield make(g, "equivalent", {place.host: edit}, place, why, target)


@operator(KLASS)
def removed_import(g: Ground) -> Iterator[Mutant]:
    """No import at all: a service fault, no leak."""
    for number, place in enumerate(g.places):
        edit = retarget(g.edit(place), place, turn(number), [], place.exports)
        yield make(
            g,
            "equivalent",
            {place.host: edit},
            place,
            f"{place} imports nothing",
            words(turn(number)),
        )


@operator(KLASS)
def removed_export(g: Ground) -> Iterator[Mutant]:
    """No export target at all."""
    for number, place in enumerate(g.places):
        edit = retarget(g.edit(place), place, turn(number), place.imports, [])
        yield make(
            g,
            "equivalent",
            {place.host: edit},
            place,
            f"{place} exports nothing",
            words(turn(number)),
        )


@operator(KLASS)
def import_and_export_apart(g: Ground) -> Iterator[Mutant]:
    """`rt vpn both X` as an import and an export of X."""
    for place in g.places:
        if place.imports == place.exports:
            joined = " ".join(place.imports)
            edit = target_lines(
                g.edit(place), place, FAMILIES, f"rt vpn export {joined}", f"rt vpn import {joined}"
            )
            yield make(g, "equivalent", {place.host: edit}, place, f"{place}: the same targets")


@operator(KLASS)
def last_line_wins_foreign(g: Ground) -> Iterator[Mutant]:
    """A second `rt vpn import` replaces the first (FRR: the list is set, not added to)."""
    for place, other, families in g.pairs_once():
        edit = in_bgp(g.edit(place), place, families, f"rt vpn import {other.export}")
        why = f"{place}'s last import line is {other.export} of {other}"
        yield make(g, "leak", {place.host: edit}, place, why, f"{other.export} {words(families)}")


@operator(KLASS)
def last_line_wins_own(g: Ground) -> Iterator[Mutant]:
    """Another's target in a line that the own one replaces."""
    for place, other, families in g.pairs_once():
        own = (
            f"rt vpn import {other.export}",
            f"rt vpn import {' '.join(place.imports)}",
            f"rt vpn export {' '.join(place.exports)}",
        )
        edit = target_lines(g.edit(place), place, families, *own)
        why = f"{place}: {other.export} stands in a line that the next one replaces"
        yield make(
            g, "equivalent", {place.host: edit}, place, why, f"{other.export} {words(families)}"
        )


@operator(KLASS)
def targets_without_import(g: Ground) -> Iterator[Mutant]:
    """Another's import target where `import vpn` is not said: it does nothing."""
    for place, other, families in g.pairs_once():
        edit = importing(g, place, families, other.export)
        for family in families:
            edit.remove(unicast(edit, place, family), r"^  import vpn$")
        why = f"{place} names {other.export} and imports nothing"
        yield make(
            g, "equivalent", {place.host: edit}, place, why, f"{other.export} {words(families)}"
        )


@operator(KLASS)
def targets_without_export(g: Ground) -> Iterator[Mutant]:
    """Another's export target where `export vpn` is not said."""
    for place, other, families in g.pairs_once():
        edit = exporting(g, place, families, other.imports[0])
        for family in families:
            edit.remove(unicast(edit, place, family), r"^  export vpn$")
        why = f"{place} names {other.imports[0]} and exports nothing"
        yield make(
            g, "equivalent", {place.host: edit}, place, why, f"{other.imports[0]} {words(families)}"
        )


def _shared(g: Ground, one: VrfPlace, other: VrfPlace, target: str) -> dict[str, object]:
    edit = both(g, one, FAMILIES, target)
    if one.host == other.host:
        return {one.host: both(g, other, FAMILIES, target, edit=edit)}
    return {one.host: edit, other.host: both(g, other, FAMILIES, target)}


@operator(KLASS)
def shared_services(g: Ground) -> Iterator[Mutant]:
    """A target for shared services, which two VPNs import and export: they meet through it."""
    for place, other, _ in g.pairs():
        target = f"{g.asn}:5001"
        why = f"{place} and {other} import and export {target}"
        yield make(g, "leak", _shared(g, place, other, target), (place, other), why)


@operator(KLASS)
def shared_services_in_a_vrf(g: Ground) -> Iterator[Mutant]:
    """A VRF of shared services that two zones exchange routes with, each its own way.

    Only the shared VRF meets both; it has no interface and passes nothing on.
    """
    for place, other, _ in g.pairs_once(local=False):
        up, down = f"{g.asn}:5001", f"{g.asn}:5002"
        edit = retarget(
            g.edit(place), place, FAMILIES, [*place.imports, down], [*place.exports, up]
        )
        theirs = retarget(
            g.edit(other), other, FAMILIES, [*other.imports, down], [*other.exports, up]
        )
        table = g.unused_number(place.host)
        edit.new_stanza("x-shared", f"vrf-table {table}")
        lines = [f"bgp router-id {g.allocation.loopback4[place.host]}"]
        for family in FAMILIES:
            lines += [
                "!",
                f"address-family {family} unicast",
                " redistribute connected",
                f" rd vpn export {g.allocation.loopback4[place.host]}:{table}",
                " label vpn export auto",
                f" rt vpn import {up}",
                f" rt vpn export {down}",
                " export vpn",
                " import vpn",
                "exit-address-family",
            ]
        edit.new_block(f"router bgp {g.asn} vrf x-shared", *lines)
        why = f"a VRF of nobody meets {place} and {other}"
        changes = {place.host: edit, other.host: theirs}
        yield make(g, "open", changes, (place, other), why)


@operator(KLASS)
def evpn_targets(g: Ground) -> Iterator[Mutant]:
    """Targets of EVPN, another way between VRFs."""
    for place, other, _ in list(g.pairs_once())[::3]:
        edit = g.edit(place)
        edit.append(
            edit.block(place.header),
            "!",
            "address-family l2vpn evpn",
            " advertise ipv4 unicast",
            f" route-target import {other.export}",
            "exit-address-family",
        )
        why = f"{place} imports {other.export} of {other} over EVPN"
        yield make(g, "risk", {place.host: edit}, place, why, other.export)

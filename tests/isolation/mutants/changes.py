"""Changes that several operators make: targets, lines of a VRF's BGP, statics, filters."""

from collections.abc import Iterable, Sequence

from tests.isolation.mutants.ground import Ground, VrfPlace
from tests.isolation.mutants.text import Edit, Range

#: Linux's route of last resort, as the templates write it.
LAST_RESORT = "4278198272"


def unicast(edit: Edit, place: VrfPlace, family: str) -> Range:
    """Body of the VRF's address family."""
    return edit.family(place.header, f"{family} unicast")


def retarget(
    edit: Edit,
    place: VrfPlace,
    families: Iterable[str],
    imports: Sequence[str],
    exports: Sequence[str],
) -> Edit:
    """Give a VRF these targets and no others."""
    lines = [f"rt vpn import {' '.join(imports)}"] if imports else []
    lines += [f"rt vpn export {' '.join(exports)}"] if exports else []
    if list(imports) == list(exports) and imports:
        lines = [f"rt vpn both {' '.join(imports)}"]
    return target_lines(edit, place, families, *lines)


def target_lines(edit: Edit, place: VrfPlace, families: Iterable[str], *lines: str) -> Edit:
    """Put `lines` where a VRF's target lines are."""
    for family in families:
        start, end = unicast(edit, place, family)
        index = next(i for i in range(start, end) if edit.lines[i].startswith("  rt vpn "))
        edit.remove((start, end), r"^  rt vpn ")
        edit.insert(index, [f"  {line}" for line in lines])
    return edit


def importing(ground: Ground, place: VrfPlace, families: Iterable[str], *targets: str) -> Edit:
    """The VRF's router with more import targets."""
    edit = ground.edit(place)
    return retarget(edit, place, families, [*place.imports, *targets], place.exports)


def exporting(ground: Ground, place: VrfPlace, families: Iterable[str], *targets: str) -> Edit:
    """The VRF's router with more export targets."""
    edit = ground.edit(place)
    return retarget(edit, place, families, place.imports, [*place.exports, *targets])


def both(
    ground: Ground,
    place: VrfPlace,
    families: Iterable[str],
    *targets: str,
    edit: Edit | None = None,
) -> Edit:
    """The VRF's router with more import and export targets."""
    return retarget(
        edit or ground.edit(place),
        place,
        families,
        [*place.imports, *targets],
        [*place.exports, *targets],
    )


def in_bgp(edit: Edit, place: VrfPlace, families: Iterable[str], *lines: str) -> Edit:
    """Lines at the end of the VRF's address families."""
    for family in families:
        edit.append(unicast(edit, place, family), *lines)
    return edit


def static(edit: Edit, vrf: str | None, *lines: str) -> Edit:
    """Statics in FRR's `vrf` block, which is made where there is none; None: the default table."""
    if vrf is None:
        return edit.new_lines(*lines)
    header = f"vrf {vrf}"
    if edit.has_block(header):
        return edit.append(edit.block(header), *lines)
    return edit.new_block(header, *lines, end="exit-vrf")


def route_map(edit: Edit, name: str, *lines: str, action: str = "permit", seq: int = 10) -> Edit:
    """A route-map's entry at the end of the text."""
    return edit.new_block(f"route-map {name} {action} {seq}", *lines)


def policy_header(site_policy: str, family: str, action: str = "permit", seq: int = 10) -> str:
    """Header of the filter of a CE session, as the templates write it."""
    return f"route-map {site_policy}-{family} {action} {seq}"


def default_of(family: str) -> str:
    """0.0.0.0/0 or ::/0."""
    return "0.0.0.0/0" if family == "ipv4" else "::/0"


def longest(family: str) -> int:
    """32 or 128."""
    return 32 if family == "ipv4" else 128

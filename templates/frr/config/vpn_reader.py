"""How a BGP family meets the VPN tables: RD, route targets, import, export, labels, next hops."""

from typing import Any, cast

from egovnet.templates.frr.config.addresses import read_address, read_number
from egovnet.templates.frr.config.communities import read_distinguisher, read_targets
from egovnet.templates.frr.config.contexts import noted, report
from egovnet.templates.frr.config.draft import (
    FACT,
    BgpDraft,
    FamilyDraft,
    FrrDraft,
    Refused,
    Unclear,
)
from egovnet.templates.frr.config.known_features import redirected
from egovnet.templates.model.device import AddressFamily


def unicast(draft: FrrDraft, number: int) -> FamilyDraft:
    """The family that a line is about."""
    context = draft.context
    instance: BgpDraft = context.about
    held = instance.families.get(context.family)
    if held is None:
        family = cast(AddressFamily, context.family)
        held = instance.families[family] = FamilyDraft(family, number)
    return held


def read_rd(draft: FrrDraft, words: list[str], number: int) -> int:
    """`rd vpn export RD`."""
    _, _, _, value = _vpn(words, "export")
    rd = draft.spelled.get(("rd", value))
    if rd is None:
        rd = draft.spelled["rd", value] = read_distinguisher(value, draft.release)
    family = unicast(draft, number)
    family.rd = rd
    family.values["rd"] = (True, number)
    return _vpn_said(draft, words, number, family)


def _vpn(words: list[str], *directions: str) -> list[str]:
    """`words` when they are `X vpn DIRECTION VALUE`. Raises ValueError."""
    if len(words) != 4 or words[1] != "vpn" or words[2] not in directions:
        raise Refused("FRR refuses it: not its form")
    return words


def read_rt(draft: FrrDraft, words: list[str], number: int) -> int:
    """A list takes the place of the one before, in each direction that it is for."""
    if words[1:3] == ["redirect", "import"]:
        return _redirects(draft, words, number)
    direction = words[2]
    if words[1] != "vpn" or direction not in ("both", "import", "export"):
        raise Refused("FRR refuses it: not its form")
    text = words[3] if len(words) == 4 else " ".join(words[3:])
    values = draft.spelled.get(("rt", text))
    if values is None:
        values = draft.spelled["rt", text] = read_targets(words[3:], draft.release)
    if not values:
        raise IndexError
    targets = dict.fromkeys(values, number)
    family = unicast(draft, number)
    if direction != "export":
        family.imports = targets
    if direction != "import":
        family.exports = targets
    return _vpn_said(draft, words, number, family)


def _redirects(draft: FrrDraft, words: list[str], number: int) -> int:
    """`rt redirect import RT...`: flow specifications with such a target send packets there
    (RFC 8955, section 7.4)."""
    vrf = draft.context.about.vrf
    return noted(draft, words, number, redirected(vrf), vrf=vrf)


def remove_rt(draft: FrrDraft, words: list[str], number: int) -> int:
    """Takes all away, whatever targets it names; without any FRR fails."""
    words[4]
    if words[2:4] == ["redirect", "import"]:
        return FACT  # what was noted of it stays: it may be the other family's
    family = unicast(draft, number)
    direction = words[3]
    if words[2] != "vpn" or direction not in ("both", "import", "export"):
        raise Refused("FRR refuses it: not its form")
    if direction != "export":
        family.imports = {}
    if direction != "import":
        family.exports = {}
    return FACT


def read_import(draft: FrrDraft, words: list[str], number: int) -> int:
    """`import vpn`, `import vrf NAME` and `import vrf route-map NAME`."""
    if words[1] == "vpn" and len(words) == 2:
        family = unicast(draft, number)
        family.values["import vpn"] = (True, number)
        return _vpn_said(draft, words, number, family)
    if words[1] == "vrf" and len(words) == 4 and words[2] == "route-map":
        draft.implied_bgp.setdefault(None, draft.context.about.asn)
        # one and the same policy as `route-map vpn import`
        values = _vrf_policy(draft, number)
        values["route-map import"] = (words[3], number)
        # bgpd leaks between VRFs from then on where it knows the policy by then
        values["import vrf route-map"] = (words[3] in draft.route_maps, number)
        meets = unicast(draft, number).meets_vpn
        return report(draft, words, number, _EITHER) if meets else FACT
    if words[1] == "vrf" and len(words) == 3:
        return _import_vrf(draft, words, number)
    raise Refused("FRR refuses it: not its form")


_EITHER = "FRR takes only one of both, by their order: import vrf, or VPN commands"


def _import_vrf(draft: FrrDraft, words: list[str], number: int) -> int:
    """`import vrf X`: bgpd makes the instances that are not there, and drops VPN commands."""
    instance: BgpDraft = draft.context.about
    vrf = words[2] if words[2] != "default" else None
    if vrf == instance.vrf:
        raise Refused("FRR drops it: a VRF does not import from itself")
    if any(held.asn != instance.asn for held in draft.bgp.values()):
        # which AS an instance gets that bgpd makes by itself goes by their order
        raise Unclear("with instances of two AS: what FRR prints of it, it does not take again")
    for each in (None, vrf):
        draft.implied_bgp.setdefault(each, instance.asn)
    family = unicast(draft, number)
    family.import_vrfs[words[2]] = number
    return report(draft, words, number, _EITHER) if family.meets_vpn else FACT


def _leaks_between_vrfs(family: FamilyDraft) -> bool:
    """Whether bgpd refuses policies of the VPN tables (af_import_vrf_route_map in bgp_vty.c)."""
    known, _ = family.values.get("import vrf route-map", (False, 0))
    return bool(family.import_vrfs or known)


def _vpn_said(draft: FrrDraft, words: list[str], number: int, family: FamilyDraft) -> int:
    """What a VPN command of `family` was, done beside what is refused with it."""
    leaks = family.import_vrfs or "import vrf route-map" in family.values
    return report(draft, words, number, _EITHER) if leaks else FACT


def _vrf_policy(draft: FrrDraft, number: int) -> dict[str, Any]:
    """Where the policy of `import vrf` is; a family that meets the VPN tables may not have it."""
    values = unicast(draft, number).values
    if "import vpn" in values or "export vpn" in values:
        raise Refused("FRR refuses it: import vpn or export vpn came before")
    return values


def remove_import(draft: FrrDraft, words: list[str], number: int) -> int:
    """`no import ...`."""
    family = unicast(draft, number)
    if words[2] == "vpn":
        found: object = family.values.pop("import vpn", None)
    elif words[3] == "route-map":
        values = _vrf_policy(draft, number)
        found = values.pop("route-map import", None)
        values.pop("import vrf route-map", None)
    else:
        found = family.import_vrfs.pop(words[3], None)
    return taken(found)


def taken(found: object) -> int:
    """The kind of a line that takes `found` away."""
    if found is None:
        raise Refused("takes away what is not there")
    return FACT


def read_export(draft: FrrDraft, words: list[str], number: int) -> int:
    """`export vpn`."""
    if words != ["export", "vpn"]:
        raise ValueError("FRR refuses it: not its form")
    family = unicast(draft, number)
    family.values["export vpn"] = (True, number)
    return _vpn_said(draft, words, number, family)


def read_label(draft: FrrDraft, words: list[str], number: int) -> int:
    """`label vpn export auto` or a number."""
    value = _vpn(words, "export")[3]
    if value != "auto":
        value = str(read_number(value, 1048575))
    family = unicast(draft, number)
    family.values["label"] = (value, number)
    return _vpn_said(draft, words, number, family)


def read_next_hop(draft: FrrDraft, words: list[str], number: int) -> int:
    """`nexthop vpn export ADDRESS`."""
    value = read_address(_vpn(words, "export")[3])
    family = unicast(draft, number)
    family.values["nexthop"] = (value, number)
    return _vpn_said(draft, words, number, family)


def read_vpn_map(draft: FrrDraft, words: list[str], number: int) -> int | None:
    """`route-map vpn import|export NAME`; any other route-map line is the level above's."""
    if words[1] != "vpn":
        return None
    _, _, direction, name = _vpn(words, "import", "export")
    family = unicast(draft, number)
    if _leaks_between_vrfs(family):
        # targets and labels are refused too, but to take them as given hides no path
        raise Refused("FRR refuses it: import vrf came before")
    family.values[f"route-map {direction}"] = (name, number)
    return FACT


def remove_vpn(draft: FrrDraft, words: list[str], number: int) -> int | None:
    """`no rd|label|nexthop|route-map|export vpn ...`."""
    what = words[1]
    if words[2] != "vpn":
        return None
    family = unicast(draft, number)
    if what == "rd":
        words[4]  # without a value bgpd does nothing
        family.rd = None
        return taken(family.values.pop("rd", None))
    if what == "route-map":
        words[4]
    own = what == "label" and draft.release.undoes_own_label and words[4:]
    if own and own != [str(family.values.get("label", own)[0])]:
        raise Refused("FRR refuses it: the label is another")
    key = f"route-map {words[3]}" if what == "route-map" else what
    if key == "route-map import":
        if _leaks_between_vrfs(family):
            raise Refused("FRR refuses it: import vrf came before")
        family.values.pop("import vrf route-map", None)  # one and the same policy
    return taken(family.values.pop("export vpn" if what == "export" else key, None))

"""frr.conf's pbr-maps: where packets are sent besides their own table."""

from egovnet.templates.frr.config.addresses import read_address, read_number
from egovnet.templates.frr.config.contexts import commands, enter, noted
from egovnet.templates.frr.config.draft import FACT, Context, FrrDraft, Unclear
from egovnet.templates.frr.config.known_features import NEXT_HOP_GROUPS
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import PolicyRoute


def open_pbr_map(draft: FrrDraft, words: list[str], number: int) -> int:
    """`pbr-map NAME seq N`."""
    _, name, _, sequence = words
    routes = draft.pbr_maps.setdefault(name, {}).setdefault(read_number(sequence), [])
    return enter(draft, Context(_PBR_MAP, " ".join(words), draft.top, routes))


def _pbr_set(draft: FrrDraft, words: list[str], number: int) -> int:
    text = " ".join(words)
    if words[1] == "vrf":
        if words[2] != "unchanged":
            draft.context.about.append(PolicyRoute(text, vrf=words[2], line=number))
    elif words[1] == "nexthop":
        vrf = None
        if "nexthop-vrf" in words:
            vrf = words[words.index("nexthop-vrf") + 1]
        if words[3:] and words[3] != "nexthop-vrf":
            raise Unclear("FRR takes it only where that port is in the next hop's VRF")
        hop = read_address(words[2])
        family: AddressFamily = "ipv4" if hop.version == 4 else "ipv6"
        draft.context.about.append(
            PolicyRoute(text, vrf=vrf, next_hop=hop, line=number, family=family)
        )
    elif words[1] == "nexthop-group":
        return noted(draft, words, number, NEXT_HOP_GROUPS)
    else:
        raise Unclear("policy routing that is not evaluated")
    return FACT


_PBR_MAP = commands("pbr-map", "match", set=_pbr_set)

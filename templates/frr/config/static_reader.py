"""FRR's static routes: `ip route`, in a VRF's block or outside of one."""

from egovnet.templates.frr.config.addresses import (
    family_of,
    mask_length,
    read_address,
    read_number,
    read_prefix,
)
from egovnet.templates.frr.config.draft import FACT, FrrDraft, Refused, Unclear
from egovnet.templates.frr.config.long_names import VRF, check_length
from egovnet.templates.model.device import AddressFamily, IPAddress
from egovnet.templates.model.facts import StaticFacts

#: FRR compares Null0 without case.
_DISCARDS = frozenset(("null0", "blackhole", "reject"))
#: Words that no interface is called here: the command goes on.
_OTHER_WORDS = frozenset(("label", "color", "segments", "vrf"))
#: What tells routes with one next hop apart, besides their distance.
_OPTIONS = frozenset(("tag", "onlink", "bfd"))
#: A static route of distance 255 is never installed.
_UNUSABLE = 255
_DEFAULT = {"ipv4": "0.0.0.0/0", "ipv6": "::/0"}


def read_static(draft: FrrDraft, words: list[str], number: int) -> int:
    """`ip route PREFIX WAY...`; the VRF is the block's, or named by the line."""
    route, distance, options = _parse(words, draft.context.about, number)
    if route.table is not None and route.vrf is not None:
        raise Refused("FRR refuses it: a table can be named only in the default VRF")
    place = (route.vrf, route.prefix, route.table, distance)
    discards, count = draft.discarding.get(place, (route.discards, 0))
    if discards != route.discards:
        raise Refused("FRR refuses it: a prefix is discarded or has next hops, not both")
    draft.discarding[place] = (discards, count + 1)
    if options:
        draft.optioned.add(route)
    closes = route.discards and route.vrf and str(route.prefix) == _DEFAULT[family_of(route.prefix)]
    if distance >= _UNUSABLE and route.discards:
        raise Unclear("a route of distance 255 is never installed: it discards nothing")
    if closes and route.vrf and route.table is None:
        draft.closing.setdefault((route.vrf, family_of(route.prefix)), number)
    else:
        draft.statics.append(route)
    return FACT


def remove_static(draft: FrrDraft, words: list[str], number: int) -> int:
    """`no ip route ...`: the same route is taken away."""
    route, distance, options = _parse(words[1:], draft.context.about, number)
    if options or route in draft.optioned:
        raise Unclear("FRR takes away only the route with the same distance, tag and options")
    key = (route.vrf or "", family_of(route.prefix))
    if route in draft.statics:
        kept = [held for held in draft.statics if held != route]
        gone = len(draft.statics) - len(kept)
        draft.statics = kept
    elif route.discards and key in draft.closing and str(route.prefix) == _DEFAULT[key[1]]:
        del draft.closing[key]
        gone = draft.discarding[route.vrf, route.prefix, route.table, distance][1]
    else:
        raise Refused("takes away a route that is not there")
    place = (route.vrf, route.prefix, route.table, distance)
    discards, count = draft.discarding.pop(place)
    if count > gone:
        draft.discarding[place] = (discards, count - gone)
    return FACT


def _way(word: str, family: AddressFamily) -> tuple[IPAddress | None, str | None]:
    """(next hop, interface) that the word after a prefix is; neither of them discards."""
    if word.lower() in _DISCARDS:
        return None, None
    if word == "from":
        raise Unclear("a route by source address")
    if ":" in word or word.replace(".", "").isdigit():
        next_hop = read_address(word)
        if family_of(next_hop) != family:
            raise ValueError("a next hop of the other family")
        return next_hop, None
    return None, word


def _port(word: str) -> str:
    """The interface that stands behind a next hop."""
    if word.lower() in _DISCARDS:
        raise Unclear("FRR drops what discards behind a next hop")
    return word


def _once(said: set[str], option: str) -> None:
    if option in said:
        raise Unclear(f"{option} twice: FRR refuses it, or takes the first for an interface")
    said.add(option)


def _parse(words: list[str], vrf: str | None, number: int) -> tuple[StaticFacts, int, bool]:
    """(route, its distance, whether anything else is said of it)."""
    family: AddressFamily = "ipv4" if words[0] == "ip" else "ipv6"
    rest = words[2:]
    if family == "ipv4" and "/" not in rest[0]:
        prefix = read_prefix(f"{rest[0]}/{mask_length(rest[1])}", family)
        del rest[:2]
    else:
        prefix = read_prefix(rest.pop(0), family)
    next_hop, interface = _way(rest[0], family)
    discards = next_hop is None and interface is None
    next_hop_vrf = table = None
    index = 1
    distance = 1
    said: set[str] = set()
    while index < len(rest):
        word = rest[index]
        index += 2
        _once(said, "distance" if word.isdigit() else word)
        if word == "nexthop-vrf":
            next_hop_vrf = rest[index - 1]
            check_length(next_hop_vrf, VRF)
        elif word == "vrf" and vrf is None:
            vrf = rest[index - 1] if rest[index - 1] != "default" else None
        elif word == "table":
            table = read_number(rest[index - 1])
        elif word == "tag":
            read_number(rest[index - 1])
        elif word in ("onlink", "bfd"):
            index -= 1
        elif word.isdigit():
            distance = read_number(word, _UNUSABLE)
            index -= 1
        elif index == 3 and next_hop is not None and word not in _OTHER_WORDS:
            interface = _port(word)
            index -= 1
        else:
            raise Unclear(f"a route with {word}")
    if next_hop_vrf == (vrf or "default"):
        next_hop_vrf = None
    route = StaticFacts(
        vrf,
        prefix,
        next_hop=next_hop,
        interface=interface,
        next_hop_vrf=next_hop_vrf,
        discards=discards,
        table=table,
        line=number,
    )
    return route, distance, any(word in _OPTIONS or word.isdigit() for word in rest[1:])

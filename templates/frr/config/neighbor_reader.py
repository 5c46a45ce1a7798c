"""`neighbor ...` lines of `router bgp`, at its own level and in its address families."""

from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from egovnet.inventory.model.address_text import written
from egovnet.templates.frr.config.addresses import read_address, read_number
from egovnet.templates.frr.config.contexts import noted
from egovnet.templates.frr.config.draft import (
    FACT,
    HARMLESS,
    BgpDraft,
    FrrDraft,
    PeerDraft,
    Refused,
    Unclear,
)
from egovnet.templates.frr.config.known_features import PEER_WORDS
from egovnet.templates.frr.config.vocabulary import FAMILY_HARMLESS, FAMILY_OPTIONS, PEER_HARMLESS
from egovnet.templates.model.device import IPAddress

_DIRECTED = frozenset(("route-map", "prefix-list", "filter-list", "distribute-list"))
_PEER_WORDS = PEER_HARMLESS | frozenset(
    [
        "bfd",
        "description",
        "interface",
        "local-as",
        "password",
        "peer-group",
        "remote-as",
        "shutdown",
        "ttl-security",
        "update-source",
    ]
)
#: What FRR prints for another way to say it.
_PRINTED = {
    "allowas-in 3": "allowas-in",
    "attribute-unchanged": "attribute-unchanged as-path next-hop med",
    "next-hop-self all": "next-hop-self force",
}
#: What `attribute-unchanged` may name, as FRR prints it.
_UNCHANGED = ("as-path", "next-hop", "med")
#: FRR takes only one of both in a direction.
_EXCLUDE = {"prefix-list": "distribute-list", "distribute-list": "prefix-list"}
#: Kinds of communities that a neighbour is sent by default, and what the words stand for.
_EXTENDED_KINDS = frozenset(("extended", "both", "all"))
_NO_VALUES: dict[str, tuple[Any, int]] = {}


def find_peer(instance: BgpDraft, word: str) -> PeerDraft | None:
    """The neighbour that a line means, however it spells the address."""
    peer = instance.spelled.get(word)
    if peer is None:
        peer = instance.peers.get(peer_name(word))
        if peer is not None:
            instance.spelled[word] = peer
    return peer


# A neighbour's first line asks three times, and texts share their reflectors.
@lru_cache(maxsize=4096)
def peer_name(word: str) -> str:
    """A neighbour's address in its usual spelling; interfaces and groups as they are."""
    if ":" in word or word[0].isdigit():
        try:
            return written(_address(word))
        except ValueError:
            return word
    return word


def _address(word: str) -> IPAddress:
    """A neighbour's address, which may have a zone. Raises ValueError."""
    return ip_address(word) if "%" in word else read_address(word)


def _make(instance: BgpDraft, word: str, number: int, *, is_group: bool = False) -> PeerDraft:
    name = peer_name(word)
    peer = instance.peers[name] = instance.spelled[word] = PeerDraft(name, number, is_group)
    for family in instance.defaults:
        peer.families[family] = {"activate": (True, 0)}
    return peer


def peer_line(draft: FrrDraft, words: list[str], number: int) -> int:
    """A line at the level of `router bgp`: of the neighbour, or of its IPv4 unicast family."""
    instance: BgpDraft = draft.context.about
    what = words[2]
    peer = instance.spelled.get(words[1]) or find_peer(instance, words[1])
    if peer is None:
        peer = _define(instance, words, number)
        if peer is None:
            raise Refused("FRR refuses it: no line before makes this neighbor")
    if what in PEER_HARMLESS:
        if words[3:] != ["1"] and what == "ebgp-multihop":
            _multihop(instance, peer, words, number)
        return HARMLESS
    if what not in _PEER_WORDS:
        return _family_line(draft, peer, "ipv4", words, number)
    if what == "peer-group":
        if len(words) == 4:
            _join(instance, peer, words[3], number)
        elif not peer.is_group:
            raise Refused("FRR refuses it: a neighbor is no peer group")
        return FACT
    if what == "interface":
        return _interface(instance, peer, words, number)
    if what == "bfd":
        # a profile, timers or an option of it say it as well
        return _bfd(peer, number)
    read = _ttl_security if what == "ttl-security" else _value
    return read(instance, peer, words, number)


def _bfd(peer: PeerDraft, number: int) -> int:
    """That there is a session; of one that is there already, how fast it is."""
    if "bfd" in peer.values:
        return HARMLESS
    peer.values["bfd"] = (True, number)
    return FACT


def _value(instance: BgpDraft, peer: PeerDraft, words: list[str], number: int) -> int:
    """What is said of a neighbour as a whole; the last line of a kind holds."""
    what = words[2]
    if what == "description":
        peer.values[what] = (" ".join(words[3:]), number)
        return HARMLESS
    if what == "shutdown":
        if words[3:4] == ["rtt"]:
            return HARMLESS  # only a slow session is shut down
        if words[3:] and words[3] != "message":
            raise Refused("FRR refuses it: not its form")
        peer.values[what] = (True, number)
    elif what == "local-as":
        _may_have_local_as(instance, peer)
        remote = peer.values.get("remote-as", ("external", 0))[0]
        if int(words[3]) in (instance.asn, remote) or remote in ("internal", instance.asn):
            raise Refused("FRR refuses it: neither its own AS nor the neighbor's, nor with iBGP")
        peer.values[what] = (" ".join(words[2:]), number)
    else:
        _exactly(words, 4)
        word = words[3]
        if what == "remote-as":
            if "local-as" in peer.values:
                raise Unclear("said after local-as, which it may take away")
            if "remote-as" in peer.values and "peer-group" in peer.values:
                raise Refused("FRR refuses it: a member of a peer group has its AS")
            peer.values[what] = (_remote_as(word), number)
        else:
            # a password is only known to be there
            value = _source(peer, word) if what == "update-source" else True
            peer.values[what] = (value, number)
    return FACT


def _may_have_local_as(instance: BgpDraft, peer: PeerDraft) -> None:
    if not peer.is_group:
        _needs_an_as(instance, peer)
    elif "remote-as" not in peer.values and _has_members(instance, peer):
        raise Refused("FRR refuses it: the peer group has members and no AS")


def _multihop(instance: BgpDraft, peer: PeerDraft, words: list[str], number: int) -> None:
    """`ebgp-multihop`, which says nothing but that there is no `ttl-security` then."""
    if _internal(instance, peer) or not (peer.is_group or _is_address(peer.name)):
        return
    if "ttl-security" not in peer.values:
        peer.values["ebgp-multihop"] = (True, number)
    elif words[3:] not in ([], ["255"]):
        raise Refused("FRR refuses it: not with ttl-security")


def _needs_an_as(instance: BgpDraft, peer: PeerDraft) -> None:
    group = _group_of(instance, peer)
    if "remote-as" not in peer.values and (group is None or "remote-as" not in group.values):
        raise Refused("FRR refuses it: no line before says the AS, of the neighbor or its group")


def _internal(instance: BgpDraft, peer: PeerDraft) -> bool:
    return peer.values.get("remote-as", ("", 0))[0] in ("internal", instance.asn)


def _ttl_security(instance: BgpDraft, peer: PeerDraft, words: list[str], number: int) -> int:
    """`ttl-security hops N`."""
    _exactly(words, 5)
    if "ebgp-multihop" in peer.values and not _internal(instance, peer):
        raise Refused("FRR refuses it: not with ebgp-multihop")
    hops = read_number(words[4], 254)
    if hops < 1:
        raise ValueError("no hops")
    peer.values[words[2]] = (hops, number)
    return FACT


def _source(peer: PeerDraft, word: str) -> str:
    """`update-source ADDRESS|INTERFACE`, of a neighbour with an address or of a group."""
    if "/" in word:
        raise Refused("FRR refuses it: an address without a length, or an interface")
    if not peer.is_group and not _is_address(peer.name):
        raise Refused("FRR drops it: a neighbor by its interface has that interface's address")
    return word


def _has_members(instance: BgpDraft, group: PeerDraft) -> bool:
    return any(
        each.values.get("peer-group", ("", 0))[0] == group.name for each in instance.peers.values()
    )


def _define(instance: BgpDraft, words: list[str], number: int) -> PeerDraft | None:
    """A neighbour made by the first line that says its AS, its group, or that it is a group."""
    what = words[2]
    if what == "remote-as" or (what == "peer-group" and len(words) == 4):
        if what == "remote-as":
            _remote_as(words[3])
        elif words[3] not in instance.peers:
            raise Refused("FRR refuses it: no such peer group")
        _address(peer_name(words[1]))
        return _make(instance, words[1], number)
    if what == "peer-group":
        if _is_address(words[1]):
            raise Unclear("FRR makes a group of that name, and takes it for the neighbor elsewhere")
        return _make(instance, words[1], number, is_group=True)
    if what == "interface":
        if _is_address(words[1]):
            raise Unclear("FRR takes the address for an interface's name")
        return _make(instance, words[1], number)
    return None


def _interface(instance: BgpDraft, peer: PeerDraft, words: list[str], number: int) -> int:
    """`neighbor eth1 interface [v6only] [remote-as X|peer-group G]`: an unnumbered neighbour."""
    if peer.is_group:
        raise Refused("FRR refuses it: a peer group has the name")
    rest = words[4:] if words[3:4] == ["v6only"] else words[3:]
    if _is_address(peer.name) and len(rest) != 1:
        raise Unclear("not said of a neighbor with an address")
    if not rest:
        return FACT
    if rest[0] == "remote-as":
        peer.values["remote-as"] = (_remote_as(rest[1]), number)
    elif rest[0] == "peer-group":
        _join(instance, peer, rest[1], number)
    elif _is_address(peer.name) and len(rest) == 1:
        if not ip_address(peer.name).is_link_local:
            raise Unclear("it binds the session to a port, whatever table that is in")
        # the way to a neighbour whose address says none
        return HARMLESS
    else:
        raise Unclear("neither remote-as nor peer-group")
    return FACT


def _is_address(word: str) -> bool:
    try:
        ip_address(word)
    except ValueError:
        return False
    return True


def _join(instance: BgpDraft, peer: PeerDraft, group: str, number: int) -> None:
    held = instance.peers.get(group)
    if held is None or not held.is_group:
        raise Refused("FRR refuses it: no such peer group")
    before = peer.values.get("peer-group")
    if before is not None and before[0] != group:
        raise Refused(f"FRR refuses it: the neighbor is in peer group {before[0]}")
    if "remote-as" not in held.values:
        _check_kind(instance, peer, held)
    joins = "peer-group" not in peer.values
    peer.values["peer-group"] = (group, number)
    for family in held.families if joins else ():
        if _is_active(held, family):
            _activated_by_group(peer, family)


def _check_kind(instance: BgpDraft, peer: PeerDraft, group: PeerDraft) -> None:
    """A group without an AS takes neighbours of one kind, internal or external (bgpd 8.4.4).

    Who has been a member is remembered: FRR forgets some of it, and that is left to a person.
    """
    remote_as = peer.values["remote-as"][0] if "remote-as" in peer.values else None
    if remote_as is None:
        kind = "none"
    else:
        kind = "internal" if remote_as in ("internal", instance.asn) else "external"
    if group.kind and group.kind != kind:
        raise Refused("FRR refuses it: internal and external neighbors in one peer group")
    if group.kind == kind == "none":
        raise Unclear("of two neighbors in a peer group the AS is not said before")
    group.kind = kind


def _remote_as(word: str) -> int | str:
    if word in ("internal", "external"):
        return word
    return read_number(word)


def _exactly(words: list[str], count: int) -> None:
    if len(words) != count:
        raise Refused("FRR refuses it: another number of words")


def family_line(draft: FrrDraft, words: list[str], number: int) -> int | None:
    """A line in an address family; what is said of the whole neighbour is the level above's."""
    context = draft.context
    if words[2] in _PEER_WORDS and words[2] != "capability":
        return None
    instance: BgpDraft = context.about
    peer = instance.spelled.get(words[1]) or find_peer(instance, words[1])
    if peer is None:
        raise Refused("FRR refuses it: no line before makes this neighbor")
    return _family_line(draft, peer, context.family, words, number)


def _family_line(
    draft: FrrDraft, peer: PeerDraft, family: str, words: list[str], number: int
) -> int:
    instance: BgpDraft = draft.context.about
    values = peer.families.get(family)
    if values is None:
        values = peer.families[family] = {}
    what = words[2]
    if what == "activate":
        _exactly(words, 3)
        _activate(instance, peer, family, number)
    elif what in _DIRECTED:
        _filter(instance, peer, family, words, number)
    elif what == "maximum-prefix":
        values[what] = (_maximum_prefix(words), number)
    elif what == "route-reflector-client":
        _exactly(words, 3)
        _needs_an_as(instance, peer)
        values[what] = (True, number)
    elif what == "default-originate" or what in FAMILY_OPTIONS:
        key, text = _option(words[2:])
        values[key] = (text, number)
    elif what in FAMILY_HARMLESS:
        return HARMLESS
    elif what == "send-community":
        # all kinds are sent unless a `no` says otherwise
        if len(words) == 3 or words[3] not in _EXTENDED_KINDS or "no extended" not in values:
            return HARMLESS
        del values["no extended"]
    else:
        return _other_feature(draft, words, number)
    return FACT


def _filter(
    instance: BgpDraft, peer: PeerDraft, family: str, words: list[str], number: int
) -> None:
    """`neighbor X route-map|prefix-list|filter-list|distribute-list NAME in|out`."""
    _exactly(words, 5)
    _, _, what, name, way = words
    if way not in ("in", "out"):
        raise ValueError("neither in nor out")
    values = peer.families[family]
    group = _group_of(instance, peer)
    of_group = group.families.get(family, _NO_VALUES) if group else _NO_VALUES
    other = f"{_EXCLUDE.get(what)} {way}"
    if other in values or other in of_group:
        raise Refused(f"FRR refuses it: the neighbor has a {_EXCLUDE[what]}")
    key = f"{what} {way}"
    if what == "route-map" and key not in values and of_group.get(key, ("",))[0] == name:
        if group is None or not _is_active(group, family):
            raise Unclear("its group says the same: whose it is, is a matter of order")
        return  # FRR leaves it the group's, and it changes with the group's
    values[key] = (name, number)


def _other_feature(draft: FrrDraft, words: list[str], number: int) -> int:
    known = PEER_WORDS.get(words[2])
    if known is None:
        raise Unclear("not known of a neighbor")
    return noted(draft, words, number, known, vrf=draft.context.about.vrf)


def _option(words: list[str]) -> tuple[str, str]:
    """(what another value would replace, the text as FRR prints it) of an option."""
    if words[0] == "attribute-unchanged":
        words = [words[0], *(each for each in _UNCHANGED if each in words)]
    text = " ".join(words)
    text = _PRINTED.get(text, text)
    if words[0] == "advertise-map":
        # FRR 8.4 prints one condition for the other in a member of a group
        text = text.replace(" non-exist-map ", " exist-map ")
    # `force` is a flag beside the plain one, and each is taken away by itself
    return text if words[0] == "next-hop-self" else words[0], text


def _maximum_prefix(words: list[str]) -> tuple[int, bool]:
    """(limit, whether it only warns): `maximum-prefix N [%] [warning-only|restart M|force]`."""
    limit = read_number(words[3])
    rest = words[4:]
    if rest and rest[0].isdigit():
        read_number(rest.pop(0), 100)
    warns = rest == ["warning-only"]
    if rest and not warns and rest[0] not in ("restart", "force"):
        raise ValueError("neither warning-only nor restart nor force")
    return limit, warns


def no_peer_line(draft: FrrDraft, words: list[str], number: int) -> int:
    """`no neighbor ...` at the level of `router bgp`."""
    instance: BgpDraft = draft.context.about
    peer = _there(instance, words[2])
    if words[3:4] == ["interface"] and (_is_address(peer.name) or len(words) > 4):
        raise Refused("FRR refuses it: not a neighbor by its interface")
    if words[3:4] == ["remote-as"] and (peer.is_group or not _is_address(peer.name)):
        raise Unclear("which neighbors go with it is not followed")
    if len(words) == 3 or words[3] in ("remote-as", "interface"):
        _remove(instance, peer)
        return FACT
    what = words[3]
    if what == "peer-group":
        if peer.is_group and len(words) == 5:
            raise Refused("FRR refuses it: a peer group is a member of none")
        group = instance.peers.get(words[4]) if len(words) > 4 else None
        if not peer.is_group and (group is None or not group.is_group):
            raise Refused("FRR refuses it: no such peer group")
        _remove(instance, peer)  # a member too, even one with an AS of its own
        return FACT
    if what in PEER_HARMLESS or what == "description":
        peer.values.pop(what if what == "ebgp-multihop" else "", None)
        return HARMLESS
    if what == "bfd" and len(words) > 4:
        # the option is taken away; bgpd 8.4 makes the session where there was none
        no_profile = draft.release.keeps_no_bfd and words[4] == "profile"
        return FACT if no_profile and "bfd" not in peer.values else _bfd(peer, number)
    if what in _PEER_WORDS:
        if peer.values.pop(what, None) is None:
            raise Refused("takes away what is not there")
        return FACT
    return _no_family_line(instance, peer, "ipv4", words, number)


def no_family_line(draft: FrrDraft, words: list[str], number: int) -> int | None:
    """`no neighbor ...` in an address family."""
    context = draft.context
    if len(words) == 3 or (words[3] in _PEER_WORDS and words[3] != "capability"):
        return None
    instance: BgpDraft = context.about
    peer = _there(instance, words[2])
    return _no_family_line(instance, peer, context.family, words, number)


def _is_active(peer: PeerDraft, family: str) -> bool:
    """Whether it says of itself that the family is active."""
    return bool(peer.families.get(family, _NO_VALUES).get("activate", (False, 0))[0])


def _group_of(instance: BgpDraft, peer: PeerDraft) -> PeerDraft | None:
    """The peer group that a neighbour is a member of."""
    return instance.peers.get(peer.values.get("peer-group", ("", 0))[0])


def _activate(instance: BgpDraft, peer: PeerDraft, family: str, number: int) -> None:
    """`neighbor X activate`, which also activates the members of a group."""
    if peer.is_group and not _is_active(peer, family):
        for member in instance.peers.values():
            if _group_of(instance, member) is peer:
                _activated_by_group(member, family)
    peer.families[family]["activate"] = (True, number)


def _activated_by_group(member: PeerDraft, family: str) -> None:
    """What a group activates is active in its members, whatever they said before."""
    values = member.families.get(family, _NO_VALUES)
    if not values.get("activate", (True, 0))[0]:
        del values["activate"]


def _no_family_line(
    instance: BgpDraft, peer: PeerDraft, family: str, words: list[str], number: int
) -> int:
    values = peer.families.setdefault(family, {})
    what = words[3]
    if what == "activate":
        group = _group_of(instance, peer)
        # of what is not active nothing is kept, for when its group is activated
        if _is_active(peer, family) or (group is not None and _is_active(group, family)):
            values["activate"] = (False, number)
    elif what == "send-community":
        if len(words) == 4 or words[4] not in _EXTENDED_KINDS:
            return HARMLESS
        values["no extended"] = ("no send-community extended", number)
    elif what in FAMILY_HARMLESS:
        return HARMLESS
    else:
        key = f"{what} {words[-1]}" if what in _DIRECTED else _option(words[3:])[0]
        if values.pop(key, None) is None:
            raise Refused("takes away what is not there")
    return FACT


def _there(instance: BgpDraft, word: str) -> PeerDraft:
    peer = find_peer(instance, word)
    if peer is None:
        raise Refused("takes away a neighbor that is not there")
    return peer


def _remove(instance: BgpDraft, peer: PeerDraft) -> None:
    del instance.peers[peer.name]
    instance.spelled = {word: p for word, p in instance.spelled.items() if p is not peer}

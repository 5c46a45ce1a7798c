"""Lists and route-maps of FRR: what the lines say. What they mean is in `policy_meaning`."""

from collections.abc import Mapping, Sequence
from ipaddress import ip_address, ip_interface
from typing import Any, cast

from egovnet.inventory.model import IPNetwork
from egovnet.templates.frr.config.addresses import read_number, read_prefix
from egovnet.templates.frr.config.communities import read_list_values
from egovnet.templates.frr.config.contexts import commands, enter, harmless, no_of, noted
from egovnet.templates.frr.config.draft import (
    FACT,
    HARMLESS,
    Context,
    EntryDraft,
    FrrDraft,
    Refused,
    Spellings,
    Unclear,
)
from egovnet.templates.frr.config.known_features import ALIASES, SEGMENTS
from egovnet.templates.frr.config.long_names import LIST, check_length
from egovnet.templates.frr.config.vocabulary import MATCHES, SET_HARMLESS, SET_TOUCHES
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import Action, CommunityRule, PrefixRule

_LENGTH: dict[AddressFamily, int] = {"ipv4": 32, "ipv6": 128}


def action(word: str) -> Action:
    """`permit` or `deny`. Raises ValueError for anything else."""
    if word not in ("permit", "deny"):
        raise ValueError("neither permit nor deny")
    return cast(Action, word)


def _next_sequence(held: Mapping[int, object]) -> int:
    """What FRR gives to an entry that has no number."""
    return (max(held) // 5 + 1) * 5 if held else 5


def read_prefix_list(draft: FrrDraft, words: list[str], number: int) -> int:
    """`ip prefix-list NAME [seq N] permit|deny P [ge A] [le B]`, or its description."""
    family: AddressFamily = "ipv4" if words[0] == "ip" else "ipv6"
    key = family, words[2]
    check_length(words[2], LIST)
    if words[3] == "description":
        # it makes the list: without rules it permits everything, and without it there is none
        draft.described.add(key)
        return FACT if not draft.prefix_lists.setdefault(key, {}) else HARMLESS
    numbered = words[3] == "seq"
    said = words[5:] if numbered else words[3:]
    rule = _prefix_rule(family, said, number)
    rules = draft.prefix_lists.setdefault(key, {})
    spellings = draft.spellings.get(("prefix", *key))
    if numbered and spellings is not None:
        held: Any = spellings.said.get(read_number(words[4]), ("", said[1] == "any"))
        held = held[0] if isinstance(held[0], tuple) else held
        if (held[1] is True) != (said[1] == "any"):
            raise Unclear("any in place of a prefix or the reverse: FRR may refuse all after it")
    sequence = _number(
        draft,
        ("prefix", *key),
        # as it is said: `ge 8` is another rule than none, of a prefix of 8
        (said[0], said[1] == "any" or rule.prefix, bool(said[2:]) and _bounds(said)),
        read_number(words[4]) if numbered else None,
        more_than_network=_has_more(said[1], rule.prefix),
    )
    if sequence is not None:
        rules[sequence] = rule
    return FACT


def _bounds(said: list[str]) -> frozenset[tuple[str, int]]:
    return frozenset(
        (word, read_number(value)) for word, value in zip(said[2::2], said[3::2], strict=True)
    )


def _has_more(word: str, prefix: IPNetwork | None) -> bool:
    """Whether a prefix is said with more than its network's bits."""
    return prefix is not None and "/" in word and ip_interface(word).ip != prefix.network_address


def _number(
    draft: FrrDraft,
    key: tuple[str, AddressFamily, str],
    rule: object,
    given: int | None,
    *,
    more_than_network: bool,
) -> int | None:
    """The number that a rule has in its list; None: it is there, and FRR adds none twice.

    Said with more than its network's bits, FRR does not find that it is there, and refuses it with
    all lines of lists and route-maps that it takes with it (validation of a transaction).

    Raises Refused where it is given another number than the one that it has.
    """
    spellings = draft.spellings.setdefault(key, Spellings())
    sequence = spellings.next_number() if given is None else given
    if key[0] == "prefix" and draft.release.equal_prefix_rules:
        rule = rule, sequence
    known = spellings.numbers.get(rule, sequence)
    if known != sequence:
        if more_than_network:
            raise Unclear("the rule is there, and FRR may refuse all that was just said with it")
        if given is None:
            return None
        raise Refused(f"FRR drops it: the rule is there as number {known}")
    spellings.add(sequence, rule)
    return sequence


def _prefix_rule(family: AddressFamily, words: list[str], number: int) -> PrefixRule:
    most = _LENGTH[family]
    if words[1:] == ["any"]:
        prefix = read_prefix("0.0.0.0/0" if family == "ipv4" else "::/0", family)
        ge, le = 0, most
    else:
        prefix = read_prefix(words[1], family)
        ge = le = prefix.prefixlen
    if len(words) > 2:
        bounds = dict(zip(words[2::2], words[3::2], strict=True))
        if not bounds.keys() <= {"ge", "le"}:
            raise ValueError("neither ge nor le")
        if "0" in bounds.values():
            raise Unclear("FRR takes a bound of 0 for none")
        if "ge" in bounds:
            ge, le = read_number(bounds["ge"], most), most
        if "le" in bounds:
            le = read_number(bounds["le"], most)
        if not prefix.prefixlen <= ge <= le:
            raise Refused("FRR refuses it: the lengths must be len <= ge <= le")
    return PrefixRule(action(words[0]), prefix, ge, le, line=number)


def remove_prefix_list(draft: FrrDraft, words: list[str], number: int) -> int:
    """`no ip prefix-list NAME [seq N ...]`; a list goes with its last rule."""
    family: AddressFamily = "ipv4" if words[1] == "ip" else "ipv6"
    key = family, words[3]
    rules = draft.prefix_lists.get(key)
    if rules is None:
        raise Refused("takes away a list that is not there")
    if len(words) == 4:
        del draft.prefix_lists[key]
        draft.spellings.pop(("prefix", *key), None)
        draft.described.discard(key)
        return FACT
    if words[4] == "description":
        draft.described.discard(key)
    elif words[4] != "seq" or rules.pop(read_number(words[5]), None) is None:
        raise Refused("takes away a rule that is not there, or without its number")
    else:
        draft.spellings["prefix", *key].remove(read_number(words[5]))
    if not rules and key not in draft.described:
        del draft.prefix_lists[key]
    return FACT


def read_access_list(draft: FrrDraft, words: list[str], number: int) -> int:
    """`access-list NAME [seq N] permit|deny P [exact-match]`, `ipv6 access-list` likewise.

    FRR matches a prefix within P, whatever its length. A rule in Cisco's way is kept as None.
    """
    family: AddressFamily = "ipv4"
    if words[0] == "ipv6":
        family = "ipv6"
        words = words[1:]
    check_length(words[1], LIST)
    rules = draft.access_lists.setdefault((family, words[1]), {})
    if words[2] == "remark":
        return HARMLESS
    given = read_number(words[3]) if words[2] == "seq" else None
    verb, *what = words[2 if given is None else 4 :]
    draft_action = action(verb)
    if what == ["any"]:
        prefix = read_prefix("0.0.0.0/0" if family == "ipv4" else "::/0")
    elif (len(what) == 1 and "/" in what[0]) or what[1:] == ["exact-match"]:
        prefix = read_prefix(what[0], family)
    else:
        prefix = None
    said = (verb, what[0] if prefix is None or what == ["any"] else prefix, *what[1:])
    spellings = draft.spellings.get(("access", family, words[1]))
    there = spellings.said.get(given) if spellings and given is not None else None
    if isinstance(there, tuple) and _form(there[1:]) != _form(said[1:]):
        raise Unclear("another kind of rule has its number: FRR may refuse all that was just said")
    more = _has_more(what[0], prefix)
    key = ("access", family, words[1])
    sequence = _number(draft, key, said, given, more_than_network=more)
    if sequence is None:
        return FACT
    if prefix is None:
        rules[sequence] = None
        return FACT
    longest = prefix.prefixlen if len(what) > 1 else _LENGTH[family]
    rules[sequence] = PrefixRule(draft_action, prefix, prefix.prefixlen, longest, line=number)
    return FACT


def _form(what: Sequence[object]) -> str:
    """Which of FRR's forms an access list's rule has: each is a value of its own to it."""
    first, *rest = what
    if first in ("any", "host"):
        return str(first)
    if not isinstance(first, str):
        return "prefix"
    return "mask" if rest else "address"


def read_bgp_list(draft: FrrDraft, words: list[str], number: int) -> int:
    """`bgp extcommunity-list|community-list|as-path access-list|large-community-list ...`."""
    kind = words[1]
    if kind == "extcommunity-list":
        return _extcommunity_list(draft, words[2:], number)
    if kind in ("community-list", "large-community-list"):
        rest = words[3:] if words[2] in ("standard", "expanded") else words[2:]
    elif kind == "as-path" and words[2] == "access-list":
        rest = words[3:]
    elif kind in ("route-map", "send-extra-data", "session-dscp"):
        return HARMLESS
    elif kind == "community" and words[2] == "alias":
        draft.other_lists.setdefault(("alias", words[4]), []).append(words[3])
        return noted(draft, words, number, ALIASES)
    else:
        raise Unclear("bears on all of BGP")
    if rest[1] == "seq":  # as FRR prints it
        del rest[1:3]
    draft.other_lists.setdefault((kind, rest[0]), []).append(" ".join(rest[1:]))
    return FACT


def _extcommunity_list(draft: FrrDraft, words: list[str], number: int) -> int:
    if words[0] in ("standard", "expanded"):
        style, *words = words
    else:
        style = "expanded" if read_number(words[0], 500) >= 100 else "standard"
    name, *rest = words
    rules = draft.community_lists.setdefault(name, {})
    if rest[0] == "seq":
        sequence = read_number(rest[1])
        rest = rest[2:]
    else:
        sequence = _next_sequence(rules)
    values = read_list_values(rest[1:], draft.release) if style == "standard" else None
    rules[sequence] = CommunityRule(action(rest[0]), values, line=number)
    return FACT


def open_route_map(draft: FrrDraft, words: list[str], number: int) -> int:
    """`route-map NAME permit|deny SEQ`: its block."""
    _, name, verb, sequence = words
    key = read_number(sequence, 65535)
    if not key:
        raise Refused("FRR refuses it: entries count from 1")
    decision = action(verb)
    entries = draft.route_maps.setdefault(name, {})
    entry = entries.get(key)
    if entry is None:
        ever = draft.sets_before.setdefault((name, key), set())
        entry = entries[key] = EntryDraft(decision, number, key, ever=ever)
    else:
        if entry.continues and decision == "deny":
            raise Refused("FRR refuses it: a deny goes on nowhere")
        entry.action = decision
    return enter(draft, Context(_ENTRY, " ".join(words), draft.top, entry))


def remove_route_map(draft: FrrDraft, words: list[str], number: int) -> int:
    """`no route-map NAME [permit|deny SEQ]`."""
    entries = draft.route_maps.get(words[2])
    if entries is None:
        raise Refused("takes away a route-map that is not there")
    if len(words) == 3:
        del draft.route_maps[words[2]]
    else:
        entries.pop(int(words[4]), None)
        if not entries:
            del draft.route_maps[words[2]]
    return FACT


def _kind(words: list[str]) -> str:
    """What a `match` or `set` is about: everything before its value. Lines of a kind replace
    each other.
    """
    if words[1] not in ("ip", "ipv6", "extcommunity", "evpn"):
        return words[1]
    if words[0] == "set" and words[2:3] == ["next-hop"]:
        return f"{words[1]} next-hop {_next_hop_kind(words)}"
    if words[0] == "set" or words[3:4] not in (["prefix-list"], ["prefix-len"]):
        return words[1] if words[:2] == ["match", "extcommunity"] else " ".join(words[1:3])
    return " ".join(words[1:4])


def _next_hop_kind(words: list[str]) -> str:
    """What of a next hop is set: FRR keeps each beside the others, and takes each away alone."""
    if words[1] == "ipv6":
        return words[3]
    return "word" if words[3:4] in (["peer-address"], ["unchanged"]) else "address"


def _match(draft: FrrDraft, words: list[str], number: int) -> int:
    entry: EntryDraft = draft.context.about
    if words[1] == "alias":
        if ("alias", words[2]) not in draft.other_lists:
            raise Unclear("FRR drops the condition where no alias of that name was said before")
    elif words[1] not in MATCHES:
        raise Unclear("not known of a route-map")
    if words[1:3] == ["evpn", "route-type"] and words[-1].isdigit():
        raise Unclear("a number for what has a name")
    if words[1:3] == ["evpn", "rd"]:
        raise Unclear("FRR may refuse it for its numbers, and what comes after it in the text")
    if words[1:] == ["metric", "0"]:
        raise Unclear("FRR refuses it, and everything that comes after it in the text")
    entry.matches[_kind(words)] = (words, number)
    return FACT


def _set(draft: FrrDraft, words: list[str], number: int) -> int:
    entry: EntryDraft = draft.context.about
    what = words[1]
    if len(words) < 3 and what != "atomic-aggregate":
        raise IndexError
    if what == "distance" and words[2] == "255":
        raise Unclear("a route of distance 255 is never installed, and announced all the same")
    if what in SET_HARMLESS:
        return HARMLESS
    if what == "sr-te":
        return noted(draft, words, number, SEGMENTS)
    if words[2] == "vpn":
        raise Unclear("a next hop of VPN routes, which FRR takes or refuses by its family")
    if what not in SET_TOUCHES:
        raise Unclear("not known of a route-map")
    key = _kind(words)
    if words[2] == "next-hop":
        _next_hop(words)
    if key.startswith("evpn gateway-ip"):
        if draft.release.tests_gateways:
            raise Unclear("FRR takes or refuses it by the address")
        _gateway(words)
    if key in ("extcommunity rt", "extcommunity soo"):
        read_list_values([word for each in words[3:] for word in (words[2], each)], draft.release)
    if key == "extcommunity none" and key not in entry.sets and _ADDED & entry.ever:
        raise Unclear("FRR does it in the order of lines, and prints it first: say it first")
    entry.ever.add(key)
    entry.sets[key] = (words, number)
    return FACT


#: What `set extcommunity none` takes away where it stands before.
_ADDED = frozenset(("extcommunity rt", "extcommunity soo", "extcommunity bandwidth"))


def _gateway(words: list[str]) -> None:
    """Raise Refused for an address that bgpd's `set evpn gateway-ip` refuses."""
    gateway = ip_address(words[-1])
    if gateway.version == 4:
        nobody = int(gateway) == 0 or int(gateway) >> 28 == 15  # 240.0.0.0/4 is reserved
    else:
        nobody = gateway.is_link_local  # `::` is taken
    if gateway.is_multicast or nobody:
        raise Refused("FRR refuses it: the gateway is nobody's address")


def _next_hop(words: list[str]) -> None:
    """Raise Unclear for an address that no next hop can be: a daemon drops the whole entry then,
    and the next command of the text as well, which may be the one that enters a VRF."""
    try:
        hop = ip_address(words[-1])
    except ValueError:
        return  # a word: peer-address, unchanged
    if words[1] == "ipv6" and hop.is_link_local != (words[3] == "local"):
        raise Unclear("FRR refuses it: a local next hop is link-local, and a global one is not")
    if hop.is_multicast or hop.is_unspecified or hop.is_reserved:
        raise Unclear("FRR refuses it, with the entry and what comes after it")


def _call(draft: FrrDraft, words: list[str], number: int) -> int:
    _, called = words
    if draft.context.label.split()[1] == called:
        raise Unclear("FRR refuses a policy that calls itself, and what was said just before it")
    draft.context.about.call = called
    draft.context.about.call_line = number
    return FACT


def _continue(draft: FrrDraft, words: list[str], number: int) -> int:
    """`on-match next`, `on-match goto N`, `continue [N]`."""
    goes_to = 0
    if words[1:] == ["next"] and words[0] == "on-match":
        pass
    elif words[1] == "goto":
        goes_to = read_number(words[2])
    else:
        goes_to = read_number(words[1])
    entry: EntryDraft = draft.context.about
    if goes_to and goes_to <= entry.sequence:
        raise Unclear("FRR refuses it, and what was said of the entry: it can only go forward")
    if entry.action == "deny":
        raise Unclear("FRR refuses it, and what was said of the entry: a deny goes on nowhere")
    if entry.continues and entry.goes_to != goes_to:
        raise Unclear("FRR may refuse it, and what was said of the entry: it goes on elsewhere")
    entry.continues = True
    entry.goes_to = goes_to
    return FACT


def _no_match(draft: FrrDraft, words: list[str], number: int) -> int:
    """`no match ...` and `no set ...` take away what is said of the kind, whatever the value."""
    entry: EntryDraft = draft.context.about
    held = entry.matches if words[1] == "match" else entry.sets
    said = held.get(_kind(words[1:]))
    if words[2] == "rpki-extcommunity" and said:
        raise Unclear("bgpd 8.4 keeps it")
    if words[2].startswith("rpki") and words[3:] and said and said[0][-1] != words[-1]:
        raise Unclear("takes away what is not there: the value is another")
    if held.pop(_kind(words[1:]), None) is not None:
        return FACT
    if words[1] == "set" and words[2] in SET_HARMLESS:
        return HARMLESS
    raise Refused("takes away what is not there")


def _no_continue(draft: FrrDraft, words: list[str], number: int) -> int:
    """`no on-match next`, `no on-match goto`, `no continue [N]`."""
    if words[1] == "on-match" and words[3:]:
        raise Refused("FRR refuses it: not its form")
    entry: EntryDraft = draft.context.about
    if entry.continues and entry.goes_to:
        raise Unclear("FRR refuses it, and what was said of the entry: it goes on at a number")
    entry.continues = False
    return FACT


def _no_call(draft: FrrDraft, words: list[str], number: int) -> int:
    draft.context.about.call = ""
    return FACT


_ENTRY = commands(
    "route-map",
    "description",
    match=_match,
    set=_set,
    call=_call,
    on_match=_continue,
    continue_=_continue,
    no_=no_of(
        match=_no_match,
        set=_no_match,
        call=_no_call,
        on_match=_no_continue,
        continue_=_no_continue,
        description=harmless,
    ),
)

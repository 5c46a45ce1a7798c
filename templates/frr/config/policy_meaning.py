"""What a route-map or list of FRR 8.4 means: facts without names.

- A prefix list that does not exist matches nothing in a route-map, and denies everything where a
  neighbour has it; one without rules (only a description) permits everything.
- A route-map that does not exist denies everything where a neighbour has it.
- `set extcommunity rt` adds; `set extcommunity none` clears.
- What a neighbour has besides a route-map (prefix-list, distribute-list, filter-list) must
  permit as well.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import replace

from egovnet.templates.frr.config.addresses import read_prefix
from egovnet.templates.frr.config.communities import read_list_values
from egovnet.templates.frr.config.draft import EntryDraft, FrrDraft
from egovnet.templates.frr.config.releases import Release
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import Match, NotUnderstood, Policy, PolicyEntry, PrefixRule

_LENGTH: dict[AddressFamily, int] = {"ipv4": 32, "ipv6": 128}
_EVERYTHING: dict[AddressFamily, str] = {"ipv4": "0.0.0.0/0", "ipv6": "::/0"}
#: How deep FRR follows `call` (RMAP_RECURSION_LIMIT).
_DEEPEST = 10
#: More entries than that in a text, by following calls, are not evaluated: anything may pass.
_MOST = 20_000
_NOTHING: frozenset[bytes] = frozenset()
_NAMED = {
    "community": "community-list",
    "large-community": "large-community-list",
    "as-path": "as-path",
}


class Policies:
    """The policies of one text, each resolved once."""

    def __init__(self, draft: FrrDraft) -> None:
        self._draft = draft
        self._maps: dict[str, Policy] = {}
        self._open: list[str] = []
        self._made = 0

    def route_map(self, name: str) -> Policy:
        """The route-map `name` as it is applied."""
        known = self._maps.get(name)
        if known is None:
            known = self._maps[name] = self._resolve(name)
        return known

    def applied(
        self,
        family: AddressFamily,
        route_map: str | None,
        prefix_list: str | None,
        distribute_list: str | None,
        filter_list: str | None,
    ) -> Policy | None:
        """All that a neighbour has in one direction, as one policy; None if it has nothing."""
        if prefix_list is distribute_list is filter_list is None:
            return None if route_map is None else self.route_map(route_map)
        also: list[Match] = []
        if prefix_list is not None:
            also.append(self._prefix_list(family, prefix_list))
        if distribute_list is not None:
            also.append(self._access_list(family, distribute_list))
        if filter_list is not None:
            also.append(self._other("as-path", filter_list, f"as-path {filter_list}", 0))
        missing = any(match.never for match in also)
        base = Policy(entries=(PolicyEntry("permit"),))
        if route_map is not None:
            base = self.route_map(route_map)
        entries = tuple(
            replace(entry, matches=_ordered([*entry.matches, *also])) for entry in base.entries
        )
        names = (route_map, prefix_list, distribute_list, filter_list)
        return Policy(
            # a list that denies everything leaves no entry that could permit
            entries=() if missing else entries,
            name=" ".join(name for name in names if name),
            missing=missing or base.missing,
            line=base.line,
        )

    def _resolve(self, name: str) -> Policy:
        drafts = self._draft.route_maps.get(name)
        if drafts is None:
            return Policy(name=name, missing=True)
        if name in self._open or len(self._open) > _DEEPEST:
            return Policy(name=name)  # FRR stops following calls, and denies
        self._open.append(name)
        entries: list[PolicyEntry] = []
        for sequence in sorted(drafts):
            entries.append(self._entry(drafts[sequence]))
            if self._made > _MOST:
                entries = [PolicyEntry("permit", touches=(f"calls {_MOST} entries and more",))]
                break
        self._open.pop()
        if any(draft.goes_to for draft in drafts.values()):
            _jump(entries, drafts)
        return Policy(tuple(entries), name=name, line=drafts[min(drafts)].line)

    def _entry(self, draft: EntryDraft) -> PolicyEntry:
        matches = _ordered([self._match(key, *said) for key, said in draft.matches.items()])
        if draft.action == "deny":
            # A deny that matches ends it all: what else it says is never done.
            return PolicyEntry("deny", matches, line=draft.line)
        adds, clears, touches = _sets(draft, self._draft.release)
        entry = PolicyEntry(
            "permit", matches, adds, clears, touches, draft.continues, line=draft.line
        )
        if draft.call in self._draft.route_maps:
            # what was done stays done; what that one denies is denied
            entry = replace(entry, called=self._called(draft.call))
        return entry

    def _called(self, name: str) -> tuple[PolicyEntry, ...]:
        """The entries of a route-map that is called, once more wherever it is."""
        called = self._resolve(name)
        self._made += sum(1 for _ in called.each())
        return called.entries

    def _match(self, key: str, words: list[str], line: int) -> Match:
        family: AddressFamily = "ipv6" if words[1] == "ipv6" else "ipv4"
        if key in ("ip address prefix-list", "ipv6 address prefix-list") and len(words) == 5:
            return self._prefix_list(family, words[4], line)
        if key in ("ip next-hop prefix-list", "ipv6 next-hop prefix-list") and len(words) == 5:
            return replace(self._prefix_list(family, words[4], line), kind="next-hop")
        if key in ("ip address", "ipv6 address") and len(words) == 4:
            return self._access_list(family, words[3], line)
        if key == "extcommunity" and len(words) == 3:
            return self._extcommunity(words[2], line)
        if key in _NAMED:
            return self._other(_NAMED[key], words[2], " ".join(words[1:]), line)
        return Match("other", text=" ".join(words[1:]), line=line)

    def _prefix_list(self, family: AddressFamily, name: str, line: int = 0) -> Match:
        rules = self._draft.prefix_lists.get((family, name))
        if rules is None:
            return Match("prefix", family=family, never=True, line=line)
        prefixes = tuple([rules[s] for s in sorted(rules)]) if rules else (_anything(family),)
        return Match("prefix", family=family, prefixes=prefixes, line=line)

    def _access_list(self, family: AddressFamily, name: str, line: int = 0) -> Match:
        rules = self._draft.access_lists.get((family, name))
        if not rules:
            return Match("prefix", family=family, never=True, line=line)
        known = [rules[sequence] for sequence in sorted(rules)]
        if any(rule is None for rule in known):
            return Match("other", text=f"access-list {name}", line=line)
        permitted = tuple(rule for rule in known if rule is not None)
        return Match("prefix", family=family, prefixes=permitted, line=line)

    def _extcommunity(self, name: str, line: int) -> Match:
        rules = self._draft.community_lists.get(name)
        if not rules:
            return Match("extended-community", never=True, line=line)
        return Match(
            "extended-community", communities=tuple(rules[s] for s in sorted(rules)), line=line
        )

    def _other(self, kind: str, name: str, text: str, line: int) -> Match:
        """A list that is not evaluated: its text stands for it."""
        rules = self._draft.other_lists.get((kind, name))
        if rules is None:
            return Match("other", text=text, never=True, line=line)
        return Match("other", text=f"{text}: {'; '.join(rules)}", line=line)


def call_cycles(draft: FrrDraft) -> list[NotUnderstood]:
    """Calls that lead back to where they are made: bgpd refuses the one, or dies of the other."""
    calls = {
        name: [entry for entry in entries.values() if entry.call]
        for name, entries in draft.route_maps.items()
    }
    done: set[str] = set()
    found: list[NotUnderstood] = []
    for start, first in calls.items():
        path = [] if start in done else [(start, iter(first))]
        while path:
            name, entries = path[-1]
            entry = next(entries, None)
            if entry is None:
                done.add(name)
                path.pop()
            elif any(entry.call == each for each, _ in path):
                text, why = f"call {entry.call}", "it leads back to itself: bgpd does not take it"
                context = (f"route-map {name} {entry.action} {entry.sequence}",)
                found.append(NotUnderstood(entry.call_line, text, context, why))
            elif entry.call in calls and entry.call not in done:
                path.append((entry.call, iter(calls[entry.call])))
    return found


def _anything(family: AddressFamily) -> PrefixRule:
    return PrefixRule("permit", read_prefix(_EVERYTHING[family]), 0, _LENGTH[family])


def _sets(draft: EntryDraft, release: Release) -> tuple[frozenset[bytes], bool, tuple[str, ...]]:
    """(added targets, whether all are cleared first, what else is touched)."""
    adds: frozenset[bytes] = _NOTHING
    clears = False
    touches = []
    for key, (words, _) in sorted(draft.sets.items()):
        if key in ("extcommunity rt", "extcommunity soo"):
            keyword = words[2]
            pairs = [word for value in words[3:] for word in (keyword, value)]
            adds |= read_list_values(pairs, release)
        elif key == "extcommunity none":
            clears = True
        elif key == "extcommunity bandwidth":
            continue  # it shares a load, and no list of FRR's matches it
        else:
            touches.append(f"sets {' '.join(words[1:])}")
    return adds, clears, tuple(touches)


def _ordered(matches: list[Match]) -> tuple[Match, ...]:
    """Conditions hold together, in any order: one order for all texts."""
    if len(matches) < 2:
        return tuple(matches)
    return tuple(sorted(matches, key=_match_key))


def _match_key(match: Match) -> tuple[object, ...]:
    """By what is compared: no line numbers."""
    return (
        match.kind,
        match.family or "",
        match.text,
        [(rule.action, str(rule.prefix), rule.ge, rule.le) for rule in match.prefixes],
        [(rule.action, sorted(rule.values or ())) for rule in match.communities],
    )


def _jump(entries: list[PolicyEntry], drafts: Mapping[int, EntryDraft]) -> None:
    """Give the entries of `on-match goto N` what they skip. FRR looks for N or what follows it."""
    numbers = sorted(drafts)
    for index, sequence in enumerate(numbers[: len(entries)]):
        target = drafts[sequence].goes_to
        if target and entries[index].continues:
            lands = bisect_left(numbers, target)
            entries[index] = replace(entries[index], skips=max(0, lands - index - 1))

"""Policies evaluated on sets of routes instead of on one: what may come out, and with what.

A route class is a set of prefixes with the extended communities that its routes carry. What a
customer sends is *free*: it may carry any communities (RFC 4360 lets whoever announces a route
attach them; a PE must strip what a CE may not choose, RFC 4364 section 4.3.1).

Conditions that are not evaluated may hold and may not: both branches are followed, so what comes
out is never less than what a router lets through.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from egovnet.inventory.model import IPNetwork
from egovnet.isolation.algebra.prefix_sets import PrefixSet
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import (
    CommunityRule,
    ExtendedCommunity,
    Match,
    Policy,
    PolicyEntry,
    PrefixRule,
)
from egovnet.templates.model.quickly_made import quickly_made


@quickly_made
@dataclass(frozen=True, slots=True)
class Routes:
    """Routes that differ in nothing the proof looks at. `free`: they may carry any communities
    besides `targets`. `lines` are the policy entries that they came through."""

    family: AddressFamily
    prefixes: PrefixSet
    targets: frozenset[ExtendedCommunity] = frozenset()
    free: bool = False
    lines: tuple[int, ...] = ()


def apply(policy: Policy | None, routes: Iterable[Routes]) -> list[Routes]:
    """What `policy` may let through of `routes`; no policy lets everything through."""
    if policy is None:
        return list(routes)
    return [out for one in routes for out in _entries(policy.entries, one, accepted=False)]


def restricts(
    policy: Policy | None, family: AddressFamily, besides: Iterable[IPNetwork] = ()
) -> bool:
    """Whether a policy keeps anything back: some route that it denies, or may, or strips; what it
    does with routes of `besides` is no matter."""
    if policy is None:
        return False
    if any(entry.clears for entry in policy.each()):
        return True
    left = PrefixSet.all(family) - PrefixSet.of(family, besides)
    probe = Routes(family, left, free=True)
    for entry in policy.entries:
        may, must = _matched(entry, probe)
        if entry.action == "deny" and may:
            return True
        if entry.called is not None and may and restricts(Policy(entry.called), family, besides):
            return True
        left = left - must
    return bool(left)


def _entries(entries: tuple[PolicyEntry, ...], routes: Routes, *, accepted: bool) -> list[Routes]:
    """Routes in, through the entries in order, routes out. `accepted`: an entry that said to go
    on had permitted them, so that falling off the end lets them through."""
    out: list[Routes] = []
    left = routes
    last = len(entries) - 1
    for index, entry in enumerate(entries):
        if not left.prefixes:
            break
        may, must = _matched(entry, left)
        if entry.action == "permit" and may:
            passed = [_changed(entry, left, may)]
            if entry.called is not None:
                passed = _entries(entry.called, passed[0], accepted=False)
            if entry.continues:
                rest = entries[index + 1 + entry.skips :]
                for one in passed:
                    out += _entries(rest, one, accepted=True)
            else:
                out += passed
        if index == last and not accepted:
            break  # what is left is denied
        left = Routes(left.family, left.prefixes - must, left.targets, left.free, left.lines)
    if accepted and left.prefixes:
        out.append(left)
    return out


def _changed(entry: PolicyEntry, routes: Routes, prefixes: PrefixSet) -> Routes:
    kept = frozenset() if entry.clears else routes.targets
    return Routes(
        routes.family,
        prefixes,
        kept | entry.adds,
        routes.free and not entry.clears,
        (*routes.lines, entry.line) if entry.adds or entry.clears else routes.lines,
    )


def _matched(entry: PolicyEntry, routes: Routes) -> tuple[PrefixSet, PrefixSet]:
    """(prefixes whose routes may match the entry, those whose routes surely do)."""
    may = must = routes.prefixes
    none = PrefixSet(may.bits)
    for match in entry.matches:
        if match.never:
            return none, none
        if match.kind == "prefix":
            matched = listed(match.prefixes, routes.family)
            may, must = may & matched, must & matched
        elif match.kind == "family":
            if match.family != routes.family:
                return none, none
        elif match.kind == "extended-community":
            can, will = _communities(match, routes)
            may, must = (may if can else none), (must if will else none)
        else:
            must = none
        if not may:
            return none, none
    return may, must


def listed(rules: tuple[PrefixRule, ...], family: AddressFamily) -> PrefixSet:
    """Prefixes that a prefix list permits: the first rule that matches decides."""
    permitted = denied = PrefixSet.none(family)
    for rule in rules:
        here = PrefixSet.rule(family, rule)
        if rule.action == "deny":
            denied = denied | here
        else:
            permitted = permitted | (here - denied)
    return permitted


def _communities(match: Match, routes: Routes) -> tuple[bool, bool]:
    """Whether routes can match the lists, and whether all surely do.

    The first rule that matches decides. On free routes, or on a regular expression, a rule may
    match and may not.
    """
    can = False
    for rule in match.communities:
        may, must = _rule(rule, routes)
        if may and rule.action == "permit":
            can = True
        if must:
            # Every route that came this far is decided here.
            return can, rule.action == "permit" and not _may_deny_before(match, rule, routes)
    return can, False


def _may_deny_before(match: Match, until: CommunityRule, routes: Routes) -> bool:
    for rule in match.communities:
        if rule is until:
            return False
        if rule.action == "deny" and _rule(rule, routes)[0]:
            return True
    return False


def _rule(rule: CommunityRule, routes: Routes) -> tuple[bool, bool]:
    if rule.values is None:
        return True, False
    has_all = rule.values <= routes.targets
    return has_all or routes.free, has_all

"""The algebra of prefix sets against brute force over a small universe, and policies over it."""

from ipaddress import IPv4Network
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from egovnet.isolation.algebra.policies import Routes, apply, listed, restricts
from egovnet.isolation.algebra.prefix_sets import PrefixSet
from egovnet.templates.model.facts import CommunityRule, Match, Policy, PolicyEntry, PrefixRule
from tests.isolation.facts_of import rt

#: All prefixes of up to 4 bits at the top of the address, and their /5s.
UNIVERSE = [
    IPv4Network((bits << (32 - length), length))
    for length in range(6)
    for bits in range(1 << length)
]


@st.composite
def rules(draw: st.DrawFn, action: str | None = None) -> PrefixRule:
    prefix = draw(st.sampled_from(UNIVERSE))
    ge = draw(st.integers(0, 6))
    return PrefixRule(
        action or draw(st.sampled_from(["permit", "deny"])), prefix, ge, draw(st.integers(0, 32))
    )


def matched(rule: PrefixRule) -> set[IPv4Network]:
    return {p for p in UNIVERSE if p.subnet_of(rule.prefix) and rule.ge <= p.prefixlen <= rule.le}


def members(prefixes: PrefixSet) -> set[IPv4Network]:
    return {p for p in UNIVERSE if p in prefixes}


def union(some: list[PrefixRule]) -> tuple[PrefixSet, set[IPv4Network]]:
    total, brute = PrefixSet.none("ipv4"), set()
    for rule in some:
        total = total | PrefixSet.rule("ipv4", rule)
        brute |= matched(rule)
    return total, brute


SETS = st.lists(rules(), max_size=4)


@given(SETS, SETS)
def test_it_is_a_boolean_algebra(one: list[PrefixRule], other: list[PrefixRule]) -> None:
    a, brute_a = union(one)
    b, brute_b = union(other)
    assert members(a) == brute_a
    assert members(a | b) == brute_a | brute_b
    assert members(a & b) == brute_a & brute_b
    assert members(a - b) == brute_a - brute_b
    assert a.meets(b) == bool(a & b)
    assert not (a & b) - b
    assert not (a - b) & b


@given(SETS)
def test_what_is_more_specific(some: list[PrefixRule]) -> None:
    prefixes, brute = union(some)
    below = {p for p in UNIVERSE if any(p.subnet_of(q) for q in brute)}
    # Rules reach beyond the universe only downwards, so nothing of it is missed above.
    assert below <= members(prefixes.more_specifics())
    assert members(PrefixSet.within("ipv4", brute)) == below
    assert prefixes.has_default() == (IPv4Network("0.0.0.0/0") in brute)


@given(SETS)
def test_a_prefix_list_is_decided_by_its_first_rule(some: list[PrefixRule]) -> None:
    decided = {
        p
        for p in UNIVERSE
        for first in [next((r for r in some if p in matched(r)), None)]
        if first is not None and first.action == "permit"
    }
    assert members(listed(tuple(some), "ipv4")) == decided


TARGETS = [rt("1:1"), rt("1:2")]
OTHER = Match("other", text="tag 1")


@st.composite
def matches(draw: st.DrawFn) -> Match:
    kind = draw(st.sampled_from(["prefix", "extended-community", "family"]))
    if kind == "family":
        return Match("family", family=draw(st.sampled_from(["ipv4", "ipv6"])))
    if kind == "prefix":
        return Match("prefix", prefixes=tuple(draw(SETS)), never=draw(st.integers(0, 5)) == 0)
    values = st.frozensets(st.sampled_from(TARGETS), min_size=1)
    action = st.sampled_from(["permit", "deny"])
    return Match(
        "extended-community",
        communities=tuple(draw(st.lists(st.builds(CommunityRule, action, values), max_size=3))),
    )


@st.composite
def policy_entries(draw: st.DrawFn, calls: int = 1) -> PolicyEntry:
    """An entry of a policy, which may call others."""
    called = draw(st.none() | st.lists(policy_entries(calls - 1), max_size=3)) if calls else None
    return PolicyEntry(
        draw(st.sampled_from(["permit", "deny"])),
        tuple(draw(st.lists(matches(), max_size=2))),
        draw(st.frozensets(st.sampled_from(TARGETS), max_size=1)),
        draw(st.booleans()),
        continues=draw(st.booleans()),
        skips=draw(st.integers(0, 1)),
        called=None if called is None else tuple(called),
    )


Route = tuple[IPv4Network, frozenset[bytes]]


def through(policy: Policy, route: Route) -> frozenset[bytes] | None:
    """One route through a policy, as a router does it: its communities then, or None."""
    prefix, communities = route
    accepted = False
    skipped = 0
    for entry in policy.entries:
        if skipped:
            skipped -= 1
            continue
        if not all(holds(match, prefix, communities) for match in entry.matches):
            continue
        if entry.action == "deny":
            return None
        communities = (frozenset() if entry.clears else communities) | entry.adds
        if entry.called is not None:
            inside = through(Policy(entry.called), (prefix, communities))
            if inside is None:
                return None
            communities = inside
        accepted = True
        if not entry.continues:
            return communities
        skipped = entry.skips
    return communities if accepted else None


def holds(match: Match, prefix: IPv4Network, communities: frozenset[bytes]) -> bool:
    if match.never:
        return False
    if match.kind == "family":
        return match.family == "ipv4"
    if match.kind == "prefix":
        first = next((r for r in match.prefixes if prefix in matched(r)), None)
    else:
        first = next((r for r in match.communities if r.values <= communities), None)
    return first is not None and first.action == "permit"


@given(st.lists(policy_entries(), max_size=4), st.frozensets(st.sampled_from(TARGETS)))
def test_a_policy_over_sets_is_the_policy_over_each_route(
    entries: list[PolicyEntry], communities: frozenset[bytes]
) -> None:
    """Where every condition is evaluated, nothing is approximated."""
    policy = Policy(tuple(entries))
    every = PrefixSet.all("ipv4")
    got: dict[IPv4Network, set[frozenset[bytes]]] = {}
    for out in apply(policy, [Routes("ipv4", every, communities)]):
        for prefix in members(out.prefixes):
            got.setdefault(prefix, set()).add(out.targets)
    expected = {p: through(policy, (p, communities)) for p in UNIVERSE}
    assert got == {p: {after} for p, after in expected.items() if after is not None}


@given(st.lists(policy_entries(), max_size=3), st.frozensets(st.sampled_from(TARGETS)))
def test_what_a_customer_may_send_covers_all_that_it_sends(
    entries: list[PolicyEntry], communities: frozenset[bytes]
) -> None:
    policy = Policy(tuple(entries))
    outs = apply(policy, [Routes("ipv4", PrefixSet.all("ipv4"), free=True)])
    for prefix in UNIVERSE:
        after = through(policy, (prefix, communities))
        if after is not None:
            assert any(
                prefix in out.prefixes
                and (out.targets <= after if out.free else out.targets == after)
                for out in outs
            )


def test_a_condition_that_is_not_evaluated_may_hold_and_may_not() -> None:
    policy = Policy(
        (PolicyEntry("deny", (OTHER,)), PolicyEntry("permit", (OTHER,), frozenset([TARGETS[0]])))
    )
    (out,) = apply(policy, [Routes("ipv4", PrefixSet.all("ipv4"))])
    assert out.prefixes == PrefixSet.all("ipv4")
    assert out.targets == {TARGETS[0]}


def test_whether_a_policy_keeps_anything_back() -> None:
    assert not restricts(None, "ipv4")
    assert not restricts(Policy((PolicyEntry("permit"),)), "ipv4")
    assert restricts(Policy((PolicyEntry("permit", clears=True),)), "ipv4")
    assert restricts(Policy((PolicyEntry("deny", (OTHER,)), PolicyEntry("permit"))), "ipv4")
    halves = [PrefixRule("permit", IPv4Network(p), 0, 32) for p in ("0.0.0.0/1", "128.0.0.0/1")]
    assert restricts(
        Policy((PolicyEntry("permit", (Match("prefix", prefixes=tuple(halves)),)),)), "ipv4"
    )


def test_an_example_is_the_shortest_prefix_there_is() -> None:
    for length, longer in pairwise(range(0, 30, 5)):
        prefix = IPv4Network((0, length))
        assert PrefixSet.of("ipv4", [IPv4Network((0, longer)), prefix]).example() == str(prefix)
    assert PrefixSet.none("ipv6").example() == ""

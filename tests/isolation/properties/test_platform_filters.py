"""Firewalls of the interconnection platform: rewritten filters prove, expired exchanges are leaks,
nothing is transitive, and a thousand exchanges cost what they are.
"""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network
from itertools import combinations
from time import process_time

import pytest

from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.platform_edge import DeclaredFlow
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.prove import prove
from egovnet.isolation.push import prove_push
from egovnet.templates.model.facts import PolicyRoute
from egovnet.templates.model.packet_filter import FilterChain, PacketRule
from tests.isolation.networks import Facts, of_class, reference
from tests.isolation.platform_by_hand import (
    FIREWALL,
    FLOWS,
    OWN,
    firewall,
    forward,
    interface,
    on_firewall,
    rules_of,
    with_chain,
    with_flows,
    with_platform,
)


def _verdict(
    change: Callable[[Facts], None],
    expect: Callable[[Expectation], Expectation] = with_platform,
) -> Verdict:
    facts, expectation = reference()
    change(facts)
    return prove(facts, expect(expectation))


def _grave(verdict: Verdict) -> list[str]:
    return [f.message for f in verdict.findings if f.severity is not Severity.HYGIENE]


def test_the_register_as_it_is_proves() -> None:
    verdict = _verdict(on_firewall(lambda facts: facts))
    assert verdict.proved
    assert not verdict.findings
    assert "connections" in {one.id for one in verdict.assumptions}


def _split_prefixes(rule: PacketRule) -> PacketRule:
    return replace(rule, sources=tuple(half for one in rule.sources for half in one.subnets()))


def _split_ports(rule: PacketRule) -> list[PacketRule]:
    ports = [(port, port) for low, high in rule.target_ports for port in range(low, high + 1)]
    return [replace(rule, target_ports=(one,)) for one in ports] or [rule]


def _rule_a_family_less(chain: FilterChain) -> list[PacketRule]:
    """Both families' addresses in no rule of one family, as `inet` tables allow for ports alone."""
    return [replace(rule, family=None) for rule in chain.rules]


REWRITES: dict[str, Callable[[FilterChain], list[PacketRule]]] = {
    "the other order": lambda chain: list(reversed(chain.rules)),
    "prefixes in halves": lambda chain: [_split_prefixes(rule) for rule in chain.rules],
    "a rule a port": lambda chain: [one for rule in chain.rules for one in _split_ports(rule)],
    "no family": _rule_a_family_less,
    "a drop at the end": lambda chain: [*chain.rules, PacketRule("drop")],
    "a drop of nothing that passes": lambda chain: [
        PacketRule("drop", interface("party"), interface("congress")),
        *chain.rules,
    ],
    "each rule twice": lambda chain: [*chain.rules, *chain.rules],
}


@pytest.mark.parametrize("name", REWRITES)
def test_a_filter_that_means_the_same_proves(name: str) -> None:
    chain = forward()
    verdict = _verdict(with_chain(replace(chain, rules=tuple(REWRITES[name](chain)))))
    assert not verdict.findings, _grave(verdict)


def test_an_expired_exchange_is_a_leak_with_a_packet() -> None:
    verdict = _verdict(on_firewall(lambda facts: facts), with_flows(*FLOWS[1:]))
    found = [f for f in of_class(verdict, "P9 undeclared-flow") if f.family == "ipv4"]
    assert {(f.source.label, f.target.label) for f in found if f.source and f.target} == {
        ("party", "government"),
        ("government", "party"),
    }
    assert any(
        "10.1.10.1 to 10.1.30.1, TCP from port 49152 to port 443" in f.message for f in found
    )


def test_what_is_cut_is_named_once() -> None:
    verdict = _verdict(with_chain(forward(FLOWS[1:])))
    assert verdict.proved
    (found,) = of_class(verdict, "P9 exchange-cut")
    assert "the exchange documents" in found.message


def test_nothing_is_transitive() -> None:
    """A with B and B with C: each rule that would join A and C is a leak, in either direction."""
    for flow in FLOWS:
        for source, target in (("party", "congress"), ("congress", "party")):
            joined = replace(
                flow, source=source, target=target, sources=OWN[source], targets=OWN[target]
            )
            chain = forward()
            rules = (*chain.rules, *rules_of(joined))
            verdict = _verdict(with_chain(replace(chain, rules=rules)))
            pairs = {
                (f.source.label, f.target.label)
                for f in of_class(verdict, "P9 undeclared-flow")
                if f.source and f.target
            }
            assert pairs == {("party", "congress"), ("congress", "party")}


def test_prefixes_of_a_third_agency_do_not_pass() -> None:
    """In the VLANs of an exchange, with the addresses of another agency's."""
    for one, other in combinations(("party", "government", "congress"), 2):
        third = ({"party", "government", "congress"} - {one, other}).pop()
        rule = PacketRule(
            "accept", interface(one), interface(other), "ipv4", OWN[third][:1], OWN[other][:1]
        )
        chain = forward()
        verdict = _verdict(with_chain(replace(chain, rules=(*chain.rules, rule))))
        assert [f.line for f in of_class(verdict, "P9 undeclared-flow")], (one, other)


def _pushed(old: FilterChain, new: FilterChain, *flows: DeclaredFlow) -> Verdict:
    before, expectation = reference()
    after, _ = reference()
    with_chain(old)(before)
    with_chain(new)(after)
    return prove_push(before, after, with_flows(*flows)(expectation))


def test_a_push_that_ends_an_exchange_goes_on() -> None:
    verdict = _pushed(forward(), forward(FLOWS[1:]), *FLOWS[1:])
    assert not of_class(verdict, "P9 undeclared-flow")


def test_a_push_that_opens_too_much_is_refused() -> None:
    verdict = _pushed(forward(FLOWS[1:]), forward(), *FLOWS[1:])
    assert {f.device for f in of_class(verdict, "P9 undeclared-flow")} == {FIREWALL}


def _seconds(count: int) -> float:
    flows = tuple(
        replace(
            FLOWS[0],
            name=f"x{number}",
            sources=(ip_network((0x0A010000 + number * 4, 30)),),
            targets=(ip_network((0x0A028000 + number * 4, 30)),),
        )
        for number in range(count)
    )
    facts, expectation = reference()
    facts = {FIREWALL: replace(firewall(), packet_filter=None)}
    with_chain(forward(flows))(facts)
    expected = with_flows(*flows)(expectation).limit()
    begin = process_time()
    verdict = prove(facts, expected)
    seconds = process_time() - begin
    assert not of_class(verdict, "P9 undeclared-flow")
    assert not of_class(verdict, "P9 exchange-cut")
    return seconds


def test_a_thousand_exchanges_between_two_agencies() -> None:
    """Ten times as many cost ten times as much: none is compared with all others."""
    few = min(_seconds(100) for _ in range(3))
    assert min(_seconds(1000) for _ in range(2)) < 25 * few


def test_a_rule_that_discards_leads_nowhere() -> None:
    """As the kernel's documentation advises beside VRFs: what finds nothing is refused."""
    rule = PolicyRoute("pref 2000 l3mdev unreachable", discards=True)
    verdict = _verdict(on_firewall(lambda facts: replace(facts, policy_routes=(rule,))))
    assert not of_class(verdict, "P9 firewall-route")

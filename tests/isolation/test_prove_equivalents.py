"""Rewrites that leave a router doing the same, or nothing that anybody sees: no alarm."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.model import Network
from egovnet.isolation.prove import prove
from egovnet.templates.model.facts import Match, Policy, PolicyEntry, PrefixRule, StaticFacts
from tests.hypothesis_profiles import examples
from tests.isolation.facts_of import rt
from tests.isolation.networks import (
    Facts,
    add_interface,
    edit_device,
    edit_family,
    edit_interface,
    edit_sessions,
    of_network,
    verdict_of,
)
from tests.isolation.rewrites import renamed, swapped
from tests.strategies import networks


def _halved(policy: Policy) -> Policy:
    """The same prefixes by other rules: both halves, and the whole by itself."""
    entries = []
    for entry in policy.entries:
        rules = []
        for rule in entry.matches[0].prefixes:
            if rule.prefix.prefixlen == rule.prefix.max_prefixlen:
                rules.append(rule)
                continue
            rules.append(PrefixRule("permit", rule.prefix, rule.ge, rule.ge))
            rules += [
                PrefixRule("permit", half, half.prefixlen, rule.le)
                for half in rule.prefix.subnets()
            ]
        entries.append(replace(entry, matches=(Match("prefix", prefixes=tuple(rules)),)))
    return Policy(tuple(entries), name="other")


def _shadowed(policy: Policy) -> Policy:
    """Entries that nothing reaches: a permit of everything, after a deny of everything."""
    return Policy((*policy.entries, PolicyEntry("deny"), PolicyEntry("permit", clears=True)))


def _in_a_bond(facts: Facts) -> None:
    """A circuit and a customer's VLAN behind bonds of one port each."""
    for port, vrf, bond in (("eth1", None, "bond1"), ("eth3.102", "i-party", "bond2")):
        old = facts["bj-pe1"].interfaces[port]
        edit_interface(
            facts,
            "bj-pe1",
            port,
            vrf=None,
            addresses=(),
            mpls=False,
            ldp=frozenset(),
            igp=frozenset(),
        )
        add_interface(
            facts,
            "bj-pe1",
            replace(old, name=bond, vrf=vrf, members=(port,), parent=None, vlan=None),
        )


def _reordered(facts: Facts) -> None:
    backwards = dict(reversed(facts.items()))
    facts.clear()
    facts.update(backwards)


EQUIVALENTS: dict[str, Callable[[Facts], None]] = {
    "a VRF renamed": lambda f: f.update({"bj-pe1": renamed(f["bj-pe1"], "i-party", "blue")}),
    "a VRF renamed to another zone's": lambda f: f.update(
        {"sc-pe1": renamed(f["sc-pe1"], "i-party", "e-public")}
    ),
    "two VRFs' names swapped": lambda f: f.update(
        {"bj-pe1": swapped(f["bj-pe1"], "i-party", "e-public")}
    ),
    "an unused import": lambda f: edit_family(
        f, "bj-pe1", "i-party", import_targets=lambda old: old | {rt("65000:9999")}
    ),
    "an unused export": lambda f: edit_family(
        f, "bj-pe1", "i-party", export_targets=lambda old: old | {rt("65000:9999")}
    ),
    "imports of the other zone's target without import vpn": lambda f: edit_family(
        f,
        "bj-pe1",
        "i-party",
        import_targets=frozenset({rt("65000:2001")}),
        imports_vpn=False,
    ),
    "prefix lists in other words": lambda f: edit_sessions(
        f, "bj-pe1", "i-party", policy_in=_halved
    ),
    "entries that nothing reaches": lambda f: edit_sessions(
        f, "bj-pe1", "i-party", policy_in=_shadowed
    ),
    "a route that discards": lambda f: edit_device(
        f,
        "bj-pe1",
        statics=(
            *f["bj-pe1"].statics,
            StaticFacts("i-party", IPv4Network("10.0.0.0/8"), discards=True),
        ),
    ),
    "a policy that permits everything on a reflector": lambda f: edit_sessions(
        f, "bj-p1", None, policy_in=Policy((PolicyEntry("permit"),))
    ),
    "another RD of its own": lambda f: edit_family(
        f, "bj-pe1", "i-party", rd=bytes((0, 0, 0xFD, 0xE8, 0, 0, 0, 7))
    ),
    "another table of its own": lambda f: edit_device(
        f,
        "bj-pe1",
        vrfs={
            **f["bj-pe1"].vrfs,
            "i-party": replace(f["bj-pe1"].vrfs["i-party"], table=4321),
        },
    ),
    "ports in bonds": _in_a_bond,
    "routers in another order": _reordered,
}


@pytest.mark.parametrize("name", EQUIVALENTS)
def test_an_equivalent_proves_without_a_word(name: str) -> None:
    verdict = verdict_of(EQUIVALENTS[name])
    assert [(f.klass, f.message) for f in verdict.findings] == []
    assert verdict.proved


@given(networks(), st.data())
@examples(40)
def test_any_vrf_may_have_any_name(network: Network, data: st.DataObject) -> None:
    facts, expectation = of_network(network)
    vrfs = [(d.name, v) for d in facts.values() for v in d.vrfs if v != "mgmt"]
    if not vrfs:
        return
    device, vrf = data.draw(st.sampled_from(vrfs))
    facts[device] = renamed(facts[device], vrf, "renamed")
    assert prove(facts, expectation).findings == ()


def test_a_target_of_a_vpn_without_sites_is_worth_a_look_and_no_more() -> None:
    verdict = verdict_of(
        lambda f: edit_family(
            f, "bj-pe1", "i-party", import_targets=lambda old: old | {rt("65000:1001")}
        )
    )
    assert verdict.proved
    assert {f.klass for f in verdict.findings} == {"P1 foreign-target"}


def test_an_import_policy_that_denies_what_a_wrong_target_brings_is_believed() -> None:
    verdict = verdict_of(
        lambda f: edit_family(
            f,
            "bj-pe1",
            "i-party",
            import_targets=lambda old: old | {rt("65000:2001")},
            import_policy=Policy(
                (
                    PolicyEntry(
                        "deny",
                        (
                            Match(
                                "prefix",
                                prefixes=(
                                    PrefixRule("permit", IPv4Network("10.2.0.0/16"), 16, 32),
                                    PrefixRule("permit", IPv4Network("10.200.0.40/29"), 29, 32),
                                    PrefixRule("permit", IPv4Network("10.200.0.48/30"), 30, 32),
                                ),
                            ),
                        ),
                    ),
                    PolicyEntry("deny", (Match("family", family="ipv6"),)),
                    PolicyEntry("permit"),
                )
            ),
        )
    )
    assert verdict.proved
    assert {f.klass for f in verdict.findings} == {"P1 foreign-target"}

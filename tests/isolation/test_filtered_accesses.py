"""Accesses of enforced VPNs: what is built is proved; more is a finding, less a service fault."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from egovnet.inventory.model import Application, Filtering
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.prove import prove
from egovnet.templates.model.packet_filter import FilterChain, PacketRule
from tests.isolation.facts_of import facts_of
from tests.isolation.networks import Facts, of_class
from tests.isolation.platform_proof import DAY, OnADay, on

APPLICATIONS = {
    "documents": {
        "name": "Documents",
        "owner": "party",
        "vpn": "party",
        "level": 2,
        "servers": ["10.1.10.16/28", "fde9:1:10::10/124"],
        "protocol": "tcp",
        "ports": [443, "8000-8010"],
        "users": {"regions": ["guangdong"]},
    },
    "reachability": {
        "name": "Whether the servers are there",
        "owner": "party",
        "vpn": "party",
        "level": 2,
        "servers": ["10.1.10.16/28"],
        "protocol": "icmp",
    },
}
ENFORCED, OPEN, OBSERVED = Filtering.ENFORCED, Filtering.OPEN, Filtering.OBSERVED


def network(filtering: Filtering) -> OnADay:
    """The platform network with two applications of the party's VPN."""
    day = on(DAY).network
    party = day.vpns["party"].model_copy(update={"filtering": filtering})
    applications = {n: Application.model_validate(text) for n, text in APPLICATIONS.items()}
    return on(DAY, vpns={**day.vpns, "party": party}, applications=applications)


def verdict_of(
    built: OnADay, change: Callable[[FilterChain], FilterChain | None] = lambda chain: chain
) -> Verdict:
    """The verdict where bj-pe1's chain is changed."""
    facts: Facts = built.facts
    old = facts["bj-pe1"].packet_filter
    if old is not None:
        chains = [change(chain) for chain in old.chains]
        kept = tuple(chain for chain in chains if chain is not None)
        facts["bj-pe1"] = replace(facts["bj-pe1"], packet_filter=replace(old, chains=kept))
    return prove(facts, built.expectation)


@pytest.mark.parametrize("filtering", [OPEN, OBSERVED, ENFORCED])
def test_what_is_built_is_proved(filtering: Filtering) -> None:
    built = network(filtering)
    verdict = verdict_of(built)
    assert not verdict.findings, [f.message for f in verdict.findings]
    assert bool(built.expectation.filtered_accesses) == (filtering is ENFORCED)


def test_what_is_rendered_is_proved() -> None:
    built = network(ENFORCED)
    facts = {name: facts_of(device) for name, device in built.devices.items()}
    verdict = prove(facts, built.expectation)
    assert not verdict.findings, [f.message for f in verdict.findings]


def _party(chain: FilterChain) -> str:
    """The interface of bj-pe1 with most rules: the party's site with its servers."""
    names = [
        rule.in_interface or "" for rule in chain.rules if rule.name == "application:documents"
    ]
    return max(set(names), key=names.count)


CHANGES: dict[str, Callable[[FilterChain], FilterChain | None]] = {
    "no chain": lambda chain: None,
    "no last drop": lambda chain: replace(
        chain, rules=tuple(rule for rule in chain.rules if rule.action != "drop")
    ),
    "everything first": lambda chain: replace(
        chain, rules=(PacketRule("accept", _party(chain)), *chain.rules)
    ),
    "answers that open": lambda chain: replace(
        chain,
        rules=tuple(
            replace(rule, direction=None) if rule.direction == "reply" else rule
            for rule in chain.rules
        ),
    ),
    "any port": lambda chain: replace(
        chain, rules=tuple(replace(rule, source_ports=()) for rule in chain.rules)
    ),
    "any source": lambda chain: replace(
        chain,
        rules=tuple(
            replace(rule, sources=()) if rule.direction == "reply" else rule for rule in chain.rules
        ),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_more_than_is_declared_is_found(name: str) -> None:
    verdict = verdict_of(network(ENFORCED), CHANGES[name])
    assert not verdict.proved
    found = of_class(verdict, "P9 access-too-open")
    assert {f.device for f in found} == {"bj-pe1"}
    assert {f.severity for f in found} == {Severity.RISK}


def test_an_application_that_is_gone_is_found() -> None:
    built = network(ENFORCED)
    left = {n: one for n, one in built.network.applications.items() if n != "documents"}
    now = on(DAY, vpns=built.network.vpns, applications=left)
    found = of_class(prove(built.facts, now.expectation), "P9 access-too-open")
    assert {"bj-pe1", "gd-pe1"} <= {f.device for f in found}


@pytest.mark.parametrize("filtering", [OBSERVED, ENFORCED])
def test_less_is_a_service_fault(filtering: Filtering) -> None:
    def change(chain: FilterChain) -> FilterChain:
        first = PacketRule("drop", _party(chain), protocol="tcp", family="ipv4")
        return replace(chain, rules=(first, *chain.rules))

    verdict = verdict_of(network(filtering), change)
    assert verdict.proved
    found = of_class(verdict, "P9 access-cut")
    assert {(f.device, f.severity) for f in found} == {("bj-pe1", Severity.HYGIENE)}

"""The closure against every pair of VRFs, and a push against every combination of states."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.model import Network
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.prove import prove
from egovnet.isolation.push import prove_push, states_of
from tests.hypothesis_profiles import examples
from tests.isolation.networks import Facts, edit_family, of_network
from tests.strategies import networks

Pairs = set[tuple[str, str, str]]


def joined(facts: Facts, expectation: Expectation) -> Pairs:
    """(family, who, whom) that must not meet and do, looked at in pairs of VRFs."""
    tables = [
        (family, (name, vrf), bgp.families[family], expectation.vrf_domain(name, vrf))
        for name, device in facts.items()
        for vrf, bgp in device.bgp.items()
        for family in bgp.families
        if vrf is not None
    ]
    return {
        (family, domain.label, owner.label)
        for family, here, takes, domain in tables
        for other, there, gives, owner in tables
        if family == other and here != there and takes.import_targets & gives.export_targets
        if not expectation.allowed(domain, owner)
    }


def told(verdict: Verdict) -> Pairs:
    """The same, as the findings tell it."""
    found = set()
    for finding in verdict.findings:
        if finding.severity is Severity.LEAK:
            assert finding.klass.startswith("P1 ")
            assert finding.source is not None
            assert finding.target is not None
            found.add((finding.family, finding.source.label, finding.target.label))
            reaches = f"{finding.source.label} reaches {finding.target.label} by route target "
            assert finding.message.startswith(reaches)
    return found


@st.composite
def mistaken(draw: st.DrawFn, facts: Facts) -> Facts:
    """Any targets of the network in any VRFs."""
    changed = dict(facts)
    vrfs = [(d.name, v) for d in facts.values() for v in d.bgp if v is not None]
    targets = sorted(
        {
            target
            for device in facts.values()
            for bgp in device.bgp.values()
            for family in bgp.families.values()
            for target in family.import_targets | family.export_targets
        }
    )
    some = st.frozensets(st.sampled_from(targets), max_size=2) if targets else st.just(frozenset())
    for device, vrf in draw(st.lists(st.sampled_from(vrfs), max_size=4)) if vrfs else []:
        own = tuple(facts[device].bgp[vrf].families)
        which = draw(st.sampled_from([*((one,) for one in own), own]))
        side = draw(st.sampled_from(["import_targets", "export_targets"]))
        edit_family(changed, device, vrf, which, **{side: draw(some)})
    return changed


@given(st.data())
@examples(80)
def test_the_closure_is_that_of_every_pair(data: st.DataObject) -> None:
    network: Network = data.draw(networks())
    facts, expectation = of_network(network)
    facts = data.draw(mistaken(facts))
    assert told(prove(facts, expectation)) == joined(facts, expectation)


@given(st.data())
@examples(25)
def test_a_push_is_judged_by_every_combination_of_states(data: st.DataObject) -> None:
    network: Network = data.draw(networks(max_edges=3, max_vpns=3, max_sites=3))
    facts, expectation = of_network(network)
    before, after = data.draw(mistaken(facts)), data.draw(mistaken(facts))
    states = [[state.facts for state in states_of(before[n], after[n])] for n in facts]
    every: Pairs = set()
    for combination in product(*states):
        every |= joined({one.name: one for one in combination}, expectation)
    new = told(prove_push(before, after, expectation))
    assert new <= every
    assert every - joined(before, expectation) <= new
    clean = prove_push(facts, after, expectation)
    combinations = product(*([s.facts for s in states_of(facts[n], after[n])] for n in facts))
    assert told(clean) == {
        pair
        for combination in combinations
        for pair in joined({one.name: one for one in combination}, expectation)
    }

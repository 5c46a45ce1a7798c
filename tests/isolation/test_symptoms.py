"""One cause, one report: what comes of one line is told under it, and the line is named."""

from collections.abc import Iterator

from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st

from egovnet.inventory.model import Network
from egovnet.isolation.model.cause import CauseKind
from egovnet.isolation.model.domains import OWN
from egovnet.isolation.model.finding import Scope
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.symptoms import Caused, by_cause
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.prove import prove
from tests.hypothesis_profiles import examples
from tests.isolation.mutants.all_mutants import operators
from tests.isolation.mutants.judge import judge
from tests.isolation.mutants.mutant import Operator
from tests.isolation.mutants.reference import reference as ground
from tests.isolation.networks import (
    Facts,
    edit_family,
    edit_interface,
    edit_sessions,
    of_network,
    verdict_of,
)
from tests.isolation.properties.case import GOVERNMENT, PUBLIC, TAX
from tests.strategies import networks

#: Operators that change a line of each VRF or session of a router, or of each session; and one that
#: leaves a VRF unmade, so that all that names it has no place.
MANY_LINES = {
    "deletions.last_resorts_of_a_router",
    "deletions.policies_of_a_router",
    "imports.import_vrf_as_typed",
    "interfaces.table_main",
    "interfaces.vrfs_swapped",
    "label_values.next_hop_taken_over_by_a_reflector",
}


def denying(verdict: Verdict) -> list[Caused]:
    return [one for one in by_cause(verdict.findings) if one.severity is not Severity.HYGIENE]


def causes(operator: Operator) -> int:
    """How many causes the first mutant of an operator has."""
    mutant = next(operator(ground()), None)
    if mutant is None:
        return 0
    return len(denying(judge(mutant.texts, ground().network, ground().allocation)))


def test_a_mutant_is_told_once_for_each_line_of_it() -> None:
    """Most mutants are one line; some are a few, each of which has to be mended."""
    found = {operator.__name__: causes(operator) for operator in operators()}
    told = [number for number in found.values() if number]
    assert sum(number == 1 for number in told) > 0.84 * len(told)
    assert {name for name, number in found.items() if number > 3} <= MANY_LINES


@examples(15, HealthCheck)
@given(network=networks(), data=st.data())
def test_one_wrong_import_is_one_report_at_its_place(network: Network, data: st.DataObject) -> None:
    """Whatever it joins, in both families, from however many exporters."""
    facts, expectation = of_network(network)
    places = [
        (table, domain)
        for table in _vrfs(facts)
        if (domain := expectation.vrf_domain(*table)) is not None and domain.label not in OWN
    ]
    assume(places)
    (device, vrf), domain = data.draw(st.sampled_from(places))
    wrong = [
        target
        for target, label in expectation.targets.items()
        if not expectation.allowed(domain, expectation.domains[label])
        and expectation.domains[label].vpn != domain.vpn
    ]
    assume(wrong)
    target = data.draw(st.sampled_from(sorted(wrong)))
    edit_family(facts, device, vrf, import_targets=lambda old: old | {target})
    found = denying(prove(facts, expectation))
    assert len(found) <= 1, [(one.cause.key, one.finding.message) for one in found]
    for one in found:
        assert one.cause.kind is CauseKind.ROUTE_TARGET
        assert {(place.device, place.vrf) for place in one.places} == {(device, vrf)}


def _vrfs(facts: Facts) -> Iterator[tuple[str, str]]:
    for name, one in facts.items():
        yield from ((name, vrf) for vrf in one.bgp if vrf is not None)


def test_one_wrong_target_on_many_routers_is_one_report_with_all_places() -> None:
    devices = ("bj-pe1", "gd-pe1", "sc-pe1")

    def change(facts: Facts) -> None:
        for device in devices:
            edit_family(facts, device, "i-party", import_targets=lambda old: old | {PUBLIC})

    (one,) = denying(verdict_of(change))
    assert {place.device for place in one.places} == set(devices)
    assert {f.family for f in (one.finding, *one.symptoms)} == {"ipv4", "ipv6"}
    assert one.finding.scope is Scope.ZONES
    assert one.cause.says == "party has the route target 65000:2001 of public"


def test_who_exports_what_is_not_his_is_named_and_not_who_takes_it() -> None:
    verdict = verdict_of(
        lambda f: edit_family(f, "gd-pe1", "i-party", export_targets=lambda old: old | {PUBLIC})
    )
    (one,) = denying(verdict)
    assert {(place.device, place.vrf) for place in one.places} == {("gd-pe1", "i-party")}


def test_paths_between_zones_come_first_then_agencies_then_faults() -> None:
    def change(facts: Facts) -> None:
        edit_interface(facts, "bj-pe1", "eth3.102", igp_passive=True, igp=frozenset({"ipv4"}))
        edit_interface(facts, "bj-pe1", "eth3.101", ldp=frozenset({"ipv4"}))
        edit_family(facts, "gd-pe1", "i-party", import_targets=lambda old: old | {GOVERNMENT})
        edit_family(facts, "sc-pe1", "i-party", import_targets=lambda old: old | {PUBLIC})

    found = denying(verdict_of(change))
    assert [(one.severity, one.scope) for one in found] == [
        (Severity.LEAK, Scope.ZONES),
        (Severity.LEAK, Scope.AGENCIES),
        (Severity.LEAK, Scope.OTHERS),
        (Severity.RISK, Scope.OTHERS),
    ]


def test_a_filter_that_is_gone_is_one_report() -> None:
    """No filter, any prefix, a default route, targets of choice: one line is missing."""
    verdict = verdict_of(lambda f: edit_sessions(f, "bj-pe1", "i-party", policy_in=None))
    found = denying(verdict)
    assert {one.cause.kind for one in found} == {CauseKind.FILTER}
    # a session for each family
    assert len(found) == 2
    for one in found:
        classes = {f.klass for f in (one.finding, *one.symptoms)}
        assert {"P1 customer-chosen-targets", "P5 no-filter", "P7 default-route"} <= classes


def test_two_that_have_nothing_in_common_stay_two() -> None:
    def change(facts: Facts) -> None:
        edit_family(facts, "gd-pe1", "i-party", import_targets=lambda old: old | {PUBLIC})
        edit_family(facts, "gd-pe1", "i-party", import_targets=lambda old: old | {TAX})

    assert len(denying(verdict_of(change))) == 2

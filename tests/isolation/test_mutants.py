"""The proof kills every mutant that leaks and lets every equivalent live.

`make mutants` prints the same class by class. What must be said follows from what was changed, and
not from the proof: see `tests/isolation/mutants/`.
"""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model import Network
from egovnet.isolation.model.finding_class import Severity
from tests.hypothesis_profiles import examples
from tests.isolation.mutants.all_mutants import all_mutants, operators
from tests.isolation.mutants.ground import Ground
from tests.isolation.mutants.judge import judge
from tests.isolation.mutants.lab_sample import LAB_SAMPLE, LabCase
from tests.isolation.mutants.mutant import Mutant, Operator
from tests.isolation.mutants.outcome import is_near, leaks, outcome, said
from tests.isolation.mutants.reference import reference
from tests.strategies import BOTH_VERSIONS, networks

GROUND = reference()
MUTANTS = tuple(all_mutants(GROUND))


def _of(verdict: str) -> list[object]:
    return [pytest.param(m, id=m.name) for m in MUTANTS if m.verdict == verdict]


def test_what_is_changed_is_proved_unchanged() -> None:
    verdict = judge(GROUND.texts, GROUND.network, GROUND.allocation)
    assert verdict.proved, said(verdict)


@pytest.mark.parametrize("mutant", _of("leak"))
def test_a_leak_is_found_where_it_is(mutant: Mutant) -> None:
    verdict = judge(mutant.texts, GROUND.network, GROUND.allocation)
    assert not verdict.proved, mutant.why
    assert any(is_near(finding, mutant) for finding in leaks(verdict)), (mutant.why, said(verdict))


@pytest.mark.parametrize("mutant", _of("risk"))
def test_a_risk_is_not_proved(mutant: Mutant) -> None:
    one = outcome(mutant, GROUND.network, GROUND.allocation)
    assert one.good, (mutant.why, one.said)


@pytest.mark.parametrize("mutant", _of("equivalent"))
def test_an_equivalent_proves(mutant: Mutant) -> None:
    verdict = judge(mutant.texts, GROUND.network, GROUND.allocation)
    grave = [f for f in verdict.findings if f.severity in (Severity.LEAK, Severity.RISK)]
    assert not grave, (mutant.why, said(verdict))
    assert verdict.proved


@pytest.mark.parametrize("mutant", _of("open"))
def test_an_open_one_has_a_verdict(mutant: Mutant) -> None:
    assert outcome(mutant, GROUND.network, GROUND.allocation).good


@pytest.mark.parametrize("case", [pytest.param(c, id=c.mutant.name) for c in LAB_SAMPLE])
def test_the_sample_for_real_routers(case: LabCase) -> None:
    one = outcome(case.mutant, GROUND.network, GROUND.allocation)
    assert one.good, (case.mutant.why, one.said)
    assert bool(case.evidence) == (case.mutant.verdict != "equivalent")


def test_there_are_enough_of_each() -> None:
    assert len(MUTANTS) >= 600
    klasses = {mutant.klass for mutant in MUTANTS}
    assert len(klasses) >= 14
    for klass in klasses - {"equivalents"}:
        assert any(m.verdict != "equivalent" for m in MUTANTS if m.klass == klass), klass
    leaking = [case for case in LAB_SAMPLE if case.evidence]
    assert len(leaking) >= 24
    assert len(LAB_SAMPLE) - len(leaking) >= 12


def _modules() -> dict[str, list[Operator]]:
    result: dict[str, list[Operator]] = {}
    for one in operators():
        result.setdefault(one.__name__.partition(".")[0], []).append(one)
    return result


@pytest.mark.parametrize("module", _modules())
@examples(5, HealthCheck)
@given(network=networks(versions=BOTH_VERSIONS), pick=st.integers(0, 2**16))
def test_operators_on_generated_networks(module: str, network: Network, pick: int) -> None:
    """One mutant of each operator: too many for all, and `pick` comes round."""
    ground = Ground(network, allocate(network))
    for number, operator in enumerate(_modules()[module]):
        mutants = list(operator(ground))
        if mutants:
            mutant = mutants[(pick + number) % len(mutants)]
            one = outcome(mutant, ground.network, ground.allocation)
            assert one.good, (mutant.name, mutant.why, one.said)

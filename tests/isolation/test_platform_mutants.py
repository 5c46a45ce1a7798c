"""The proof kills every mutant of the interconnection platform, and lets every equivalent live."""

import pytest

from egovnet.isolation.model.finding_class import Severity
from tests.isolation.mutants.all_mutants import all_mutants, platform_operators
from tests.isolation.mutants.judge import judge
from tests.isolation.mutants.mutant import Mutant
from tests.isolation.mutants.outcome import outcome, said
from tests.isolation.mutants.reference import platform

GROUND = platform()
MUTANTS = tuple(all_mutants(GROUND, platform_operators()))


def test_what_is_changed_is_proved_unchanged() -> None:
    verdict = judge(GROUND.texts, GROUND.network, GROUND.allocation)
    assert verdict.proved, said(verdict)
    assert not verdict.findings


@pytest.mark.parametrize("mutant", [pytest.param(one, id=one.name) for one in MUTANTS])
def test_it_comes_as_expected(mutant: Mutant) -> None:
    one = outcome(mutant, GROUND.network, GROUND.allocation)
    assert one.good, (mutant.why, one.fate, one.said)
    if mutant.verdict == "equivalent":
        verdict = judge(mutant.texts, GROUND.network, GROUND.allocation)
        assert {f.severity for f in verdict.findings} <= {Severity.HYGIENE}, said(verdict)


def test_there_are_several_dozen_operators() -> None:
    kinds: dict[str, set[str]] = {}
    for one in MUTANTS:
        kinds.setdefault(one.verdict, set()).add(one.operator)
    assert len(kinds["leak"] | kinds["risk"]) >= 48
    assert len(kinds["equivalent"]) >= 15

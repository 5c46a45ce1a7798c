"""A drift run as data: its answer, its exit code, and its JSON."""

from dataclasses import fields, is_dataclass, replace

import pytest

from egovnet.playbooks.results import drift_report as results
from egovnet.playbooks.results.drift_report import Difference, Separation, Status
from egovnet.playbooks.results.outcome import Exit
from tests.playbooks.drift_reports import (
    CLEAN,
    COSMETIC,
    LEAK,
    LEAKING,
    NOBODY,
    POLICY,
    RESTORED,
    SERVICE,
    UNREACHABLE,
)


@pytest.mark.parametrize("status", [Status.IN_GRACE, Status.ACKNOWLEDGED])
def test_a_leak_is_one_whoever_acknowledged_it(status: Status) -> None:
    report = replace(CLEAN, differences=(replace(LEAK, status=status, remediated=False),))
    assert report.separation is Separation.NOT_HELD


def test_a_difference_as_json_has_all_its_fields_and_their_former_names() -> None:
    former = {"mendable", "standing", "answered_by", "remedy"}
    for difference in LEAKING.differences:
        entry = difference.to_dict()
        fields = {("klass" if key == "class" else key) for key in entry} - former
        assert fields == set(Difference.__slots__)
        for name in fields - {"klass", "lines", "path"}:
            assert entry[name] == getattr(difference, name)
    former_words = {
        d["class"]: (d["standing"], d["remedy"]) for d in LEAKING.to_dict()["differences"]
    }
    assert former_words == {
        "leak": ("open", "mended"),
        "service": ("open", ""),
        "policy": ("acknowledged", ""),
        "unmanaged": ("grace", ""),
        "cosmetic": ("told", ""),
    }


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (CLEAN, Exit.DONE),
        (replace(CLEAN, differences=(COSMETIC, POLICY)), Exit.DONE),
        (replace(CLEAN, differences=(SERVICE,)), Exit.CHANGES),
        (replace(CLEAN, differences=(replace(SERVICE, remediated=True),)), Exit.DONE),
        (LEAKING, Exit.LEAK_OR_FAILED_VERIFICATION),
        (replace(RESTORED, differences=(LEAK,)), Exit.DONE),
        (UNREACHABLE, Exit.LEAK_OR_FAILED_VERIFICATION),
        (NOBODY, Exit.LEAK_OR_FAILED_VERIFICATION),
    ],
)
def test_the_exit_code_is_the_most_severe(report: results.DriftReport, code: Exit) -> None:
    assert report.exit is code


@pytest.mark.parametrize("name", results.__all__)
def test_results_are_frozen_and_print_themselves(name: str) -> None:
    kind = getattr(results, name)
    if is_dataclass(kind):
        assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined] # dataclasses' own
        assert callable(kind.to_dict)
        assert not any(field.type == "dict[str, Any]" for field in fields(kind))

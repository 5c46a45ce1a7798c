"""One case, one file: a router's text after somebody's edits, and what the drift run reports of it.

Keys: `device`; `edits`, each `replace` (its first place in the text) and `by`, or `append`;
`expect`: every difference that must be reported: `class`, `subject`, `remediable` (default true).
No other difference may be reported.
"""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from egovnet.inventory.model.drift_class import DriftClass
from egovnet.templates.registry import render
from tests.playbooks.drift.one_router import Intended, Look, look, reference

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


@cache
def intended() -> Intended:
    return reference()


def edited(text: str, edits: list[dict[str, str]]) -> str:
    for edit in edits:
        if "append" in edit:
            text += edit["append"]
            continue
        assert edit["replace"] in text, edit
        text = text.replace(edit["replace"], edit["by"], 1)
    return text


def read(path: Path) -> tuple[dict[str, Any], Look]:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    text = edited(render(intended().devices[case["device"]]), case["edits"])
    return case, look(intended(), case["device"], text)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_an_edit_is_reported_in_its_class(path: Path) -> None:
    case, seen = read(path)
    reported = sorted((d.klass.value, d.subject, d.remediable) for d in seen.differences)
    expected = sorted((e["class"], e["subject"], e.get("remediable", True)) for e in case["expect"])
    assert reported == expected, [(d.subject, d.message, d.lines) for d in seen.differences]
    for difference in seen.differences:
        assert "hush" not in str(difference)
        assert bool(difference.path) <= (difference.klass is DriftClass.LEAK)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_is_restored_is_gone_and_the_rest_stays(path: Path) -> None:
    """Class by class, all that may be restored; what egovnet does not own is there to the end."""
    case, seen = read(path)
    wanted = render(intended().devices[case["device"]])
    keys = {d.key for d in seen.differences if d.remediable}
    after = look(intended(), case["device"], seen.restored(wanted, keys))
    assert {d.subject for d in after.differences} == {
        d.subject for d in seen.differences if not d.remediable
    }
    untouched = look(intended(), case["device"], seen.restored(wanted, set()))
    assert [d.key for d in untouched.differences] == [d.key for d in seen.differences]


def test_there_are_cases() -> None:
    assert len(CASES) > 20

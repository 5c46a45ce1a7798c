"""The table of ends: every row has its sentence, its state in the journal, its exit code."""

import re
from pathlib import Path

import pytest

from egovnet.playbooks.journal import records
from egovnet.playbooks.results.ends import APPROVAL, ENDS, End, end_of, exit_of, named, sentence
from egovnet.playbooks.results.outcome import Exit
from egovnet.playbooks.results.transaction import TransactionResult

DOCS = Path(__file__).parents[3] / "docs" / "json.md"


def test_every_end_has_a_row() -> None:
    assert ENDS.keys() == set(End)


@pytest.mark.parametrize("state", [records.OPEN, records.DONE, records.UNDONE, records.FAILED])
@pytest.mark.parametrize("direction", [None, "back", "forward"])
def test_every_state_of_the_journal_is_an_end_of_that_state(
    state: str, direction: str | None
) -> None:
    assert ENDS[end_of(state, direction)].state == state


def test_only_what_the_journal_has_as_unfinished_is() -> None:
    unfinished = {way.state for way in ENDS.values() if way.unfinished}
    assert unfinished == {records.OPEN, records.FAILED, None}, "None: of a recover that only looks"


@pytest.mark.parametrize("end", End)
def test_a_sentence_names_the_change_and_what_to_do(end: End) -> None:
    words = sentence(end, 7, {"b": "", "a": ""})
    assert "{" not in words
    assert ("egovnet recover 7" in words) is ENDS[end].unfinished
    assert "change 7" in words or end in (End.REFUSED, End.NOTHING_TO_DO)


def test_devices_are_named_and_many_are_counted() -> None:
    assert "a, b were not seen" in sentence(End.FAILED, 1, ["b", "a"])
    assert "a was not seen" in sentence(End.IN_DOUBT, 1, ["a"])
    assert "but for c, left out as they were" in sentence(End.DONE, 1, (), ["c"])
    assert named([f"r{n:02}" for n in range(20)]).endswith("r07 and 12 more")


#: (failed stage, whether devices failed) with which a verb that pushed can come to an end.
_NO, _DEVICES, _CHECKS = (None, False), ("commit", True), ("verify", False)
POSSIBLE = {
    End.DONE: (_NO, (None, True)),
    End.UNDONE: (_CHECKS, _DEVICES, ("interrupted", True)),
    End.FAILED: (("health", True), _DEVICES),
    End.IN_DOUBT: (("confirm", True),),
    End.OPEN: (_NO, _CHECKS, _DEVICES),
    End.TAKEN_OVER: (_CHECKS, _DEVICES),
    End.REFUSED: (("proof", False), (APPROVAL, True), ("plan", True), ("fence", True)),
    End.NOTHING_TO_DO: (_NO,),
}


@pytest.mark.parametrize("end", POSSIBLE)
def test_exit_codes_are_those_of_the_documentation(end: End) -> None:
    page = DOCS.read_text(encoding="utf-8")
    (codes,) = re.findall(rf"^\| `{end}` \| [^|]+ \| ([^|]+) \|$", page, re.MULTILINE)
    found = {exit_of(end, stage, failures=failures) for stage, failures in POSSIBLE[end]}
    assert found == {int(code) for code in re.findall(r"\b\d\b", codes)}


def test_a_result_has_the_exit_code_of_its_end() -> None:
    assert TransactionResult(End.DONE, "h").exit is Exit.DONE
    assert TransactionResult(End.DONE, "h", left_out={"a": "x"}).exit is Exit.DEVICES_FAILED
    assert TransactionResult(End.FAILED, "h", not_undone={"a": "x"}).exit is Exit.DEVICES_FAILED

"""What is signed: one text for one meaning."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.playbooks.change.approval.statement import (
    Statement,
    StatementError,
    StatementRole,
    statement_of,
)

WORDS = st.from_regex(r"[A-Za-z0-9:/+.-]{1,20}", fullmatch=True)
STATEMENTS = st.builds(
    Statement,
    role=st.sampled_from(StatementRole),
    network=WORDS,
    plan=WORDS,
    policy=WORDS,
    person=WORDS,
    key=WORDS,
    at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(
        lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
    ),
    unproved=st.just("") | st.lists(WORDS, min_size=1, max_size=4).map(" ".join),
    part_of=st.just("") | WORDS,
    counted=st.lists(WORDS, max_size=3).map(tuple),
)


@given(STATEMENTS)
def test_a_statement_is_read_back(made: Statement) -> None:
    assert statement_of(made.text) == made


@given(STATEMENTS, STATEMENTS)
def test_two_statements_are_two_texts(one: Statement, other: Statement) -> None:
    assert (one.text == other.text) == (one == other)


@given(STATEMENTS, st.data())
def test_an_altered_text_is_another_statement_or_none(made: Statement, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(made.text) - 1))
    sign = data.draw(st.characters(codec="utf-8"))
    text = made.text[:at] + sign + made.text[at + 1 :]
    if text == made.text:
        return
    with suppress(StatementError):  # it is none at all
        assert statement_of(text) != made


@pytest.mark.parametrize("text", ["", "\n", "egovnet-statement: 1\n", "role: author\n"])
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(StatementError):
        statement_of(text)

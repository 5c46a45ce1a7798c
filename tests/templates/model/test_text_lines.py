"""Lines that are kept as one string are the lines that were given."""

from hypothesis import given
from hypothesis import strategies as st

from egovnet.templates.model.text_lines import TextLines

LINES = st.lists(st.text(st.characters(exclude_characters="\n"), max_size=5), max_size=6)


@given(LINES)
def test_it_is_the_lines_that_were_given(lines: list[str]) -> None:
    kept = TextLines(lines)
    assert len(kept) == len(lines)
    assert [kept[index] for index in range(len(lines))] == lines
    assert list(kept) == lines
    assert kept[1:] == tuple(lines[1:])

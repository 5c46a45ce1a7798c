"""Tables and lines: no word is broken, whatever they hold and however narrow the terminal is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.playbooks.report.console.safe_console import safe_console
from egovnet.playbooks.report.console.tables import column_widths, print_table

WORDS = st.text(st.sampled_from("abcdefgh-/.:"), min_size=1, max_size=30)
CELLS = st.lists(WORDS, max_size=8).map(" ".join)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    columns = draw(st.lists(WORDS, min_size=1, max_size=6))
    row = st.lists(CELLS, min_size=len(columns), max_size=len(columns))
    return columns, draw(st.lists(row, max_size=5))


def printed(columns: list[str], rows: list[list[str]], width: int) -> str:
    console = safe_console(width=width)
    with console.capture() as captured:
        print_table(console, columns, rows)
    return captured.get()


@given(tables(), st.integers(40, 130))
def test_every_word_of_a_table_is_whole(
    table: tuple[list[str], list[list[str]]], width: int
) -> None:
    columns, rows = table
    text = printed(columns, rows, width)
    words = text.split()
    for cell in (cell for row in rows for cell in row):
        assert set(cell.split()) <= set(words)
    assert max(map(len, text.splitlines()), default=0) <= width


@given(tables(), st.integers(40, 130))
def test_columns_have_their_longest_word(
    table: tuple[list[str], list[list[str]]], width: int
) -> None:
    columns, rows = table
    widths = column_widths([columns, *rows], width)
    if widths is None:
        return
    assert sum(widths) + 2 * len(widths) <= width
    for n, least in enumerate(widths):
        assert all(len(word) <= least for row in (columns, *rows) for word in row[n].split())


@given(st.lists(WORDS, min_size=1, max_size=40), st.integers(40, 130), st.integers(0, 8))
def test_a_line_is_broken_between_words(words: list[str], width: int, indent: int) -> None:
    console = safe_console(width=width)
    with console.capture() as captured:
        console.print(" " * indent + " ".join(words))
    lines = captured.get().splitlines()
    assert [word for line in lines for word in line.split()] == words
    assert max(map(len, lines)) <= width


def test_a_pipe_gets_whole_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    long = "word " * 100 + "end"
    safe_console().print(long)
    assert capsys.readouterr().out == long + "\n"


def test_columns_of_the_environment_hold_in_a_pipe(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    safe_console().print("word " * 100 + "end")
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80

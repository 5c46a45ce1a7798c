"""An entry more in a file of people: every line that was there stays, and the entry is read."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.authoring.insert import CannotInsertError, with_entry
from egovnet.inventory.source.yaml_source import plain_data
from tests.hypothesis_profiles import examples

NAMES = st.text("abcdefgh-", min_size=1, max_size=6).filter(lambda n: not n.startswith("-"))
SCALARS = st.one_of(
    st.integers(0, 99999),
    st.booleans(),
    st.text("ab #:'\"{}[],&*!|>-\u4e2d", max_size=8),
    st.sampled_from(["10.1.0.0/24", "fde9::/64", "no", "0x1f", "~", "2027-01-31"]),
)
ENTRIES = st.dictionaries(
    NAMES, st.one_of(SCALARS, st.lists(SCALARS, max_size=3)), min_size=1, max_size=4
)
FILES = st.dictionaries(NAMES, ENTRIES, min_size=0, max_size=4)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A file as some person writes it: block or flow style, indents, comments, blank lines."""
    data = draw(FILES)
    if draw(st.booleans()) and data:  # flow, an entry a line
        body = ",\n".join(
            f"  {flow(name)}: {flow(entry)}" + draw(st.sampled_from(["", "  # {odd}"]))
            for name, entry in data.items()
        )
        # a comment would hide the comma
        body = ",\n".join(line.split("  # {odd}")[0] for line in body.split(",\n"))
        return "{" + draw(st.sampled_from(["\n", "  # open\n"])) + body + "\n}\n"
    text = yaml.safe_dump(
        data,
        default_flow_style=draw(st.sampled_from([False, None])),
        indent=draw(st.sampled_from([2, 4])),
        allow_unicode=True,
        sort_keys=False,
    )
    if not data:
        text = draw(st.sampled_from(["", "# nothing yet\n", "\n\n", "---\n"]))
    lines = []
    for line in text.splitlines():
        if draw(st.integers(0, 4)) == 0 and line and not line.startswith(" "):
            lines += draw(st.sampled_from([["# a: comment"], [""], ["", "# {another", ""]]))
        lines.append(line)
    lines += draw(st.sampled_from([[], ["# the end"], ["", ""], ["# more:", "", "#"]]))
    ending = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    return ending.join(lines) + (draw(st.sampled_from([ending, ""])) if lines else "")


def flow(value: Any) -> str:  # noqa: ANN401 -- YAML is any
    text = yaml.safe_dump(value, default_flow_style=True, width=10_000, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("...").removesuffix("\n")


@given(texts(), NAMES, ENTRIES)
@examples(200)
def test_only_lines_are_added_and_the_entry_is_read(
    text: str, name: str, entry: dict[str, Any]
) -> None:
    before = plain_data(text) or {}
    if name in before:
        with pytest.raises(CannotInsertError, match="already"):
            with_entry(text, (), name, entry)
        return
    after = with_entry(text, (), name, entry)
    assert plain_data(after) == {**before, name: entry}
    added = added_lines(text, after)
    kept = [line for number, line in enumerate(after.splitlines()) if number not in added]
    assert kept == text.splitlines(), "taking the lines out again gives the old file"


def added_lines(old: str, new: str) -> range:
    """Numbers of the lines of `new` that are not in `old`: they stand together."""
    before, after = old.splitlines(), new.splitlines()
    first = 0
    while first < len(before) and before[first] == after[first]:
        first += 1
    return range(first, first + len(after) - len(before))


@given(texts(), st.integers(0, 3), NAMES, ENTRIES)
@examples(150)
def test_an_entry_within_an_entry(text: str, index: int, name: str, entry: dict[str, Any]) -> None:
    before = plain_data(text) or {}
    owners = [key for key in before if name not in before[key]]
    if not owners:
        return
    owner = owners[index % len(owners)]
    after = with_entry(text, (owner,), name, entry)
    assert plain_data(after) == {**before, owner: {**before[owner], name: entry}}
    if before[owner] and len(after.splitlines()) > len(text.splitlines()):
        added = added_lines(text, after)
        kept = [line for number, line in enumerate(after.splitlines()) if number not in added]
        assert kept == text.splitlines()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{}\n", "n:\n  a: 1\n"),
        ("# c\n{} # none\n", "# c\n# none\nn:\n  a: 1\n"),
        ("{b: {a: 2}}\n", "{b: {a: 2}, n: {a: 1}}\n"),
        ("b: {a: 2}\n", "b: {a: 2}\nn: {a: 1}\n"),
        ("b:\n  a: 2\n\nc:\n  a: 3\n", "b:\n  a: 2\n\nc:\n  a: 3\n\nn:\n  a: 1\n"),
        ("---\nb: 1\n...\n", "---\nb: 1\nn:\n  a: 1\n...\n"),
    ],
)
def test_it_is_written_as_its_neighbours_are(text: str, wanted: str) -> None:
    assert with_entry(text, (), "n", {"a": 1}) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "k:\n  n:\n    a: 1\n"),
        ("# none\n", "# none\nk:\n  n:\n    a: 1\n"),
        ("b: 2\n", "b: 2\nk:\n  n:\n    a: 1\n"),
        ("k:\n# none\nb: 2\n", "k:\n  n:\n    a: 1\n# none\nb: 2\n"),
        ("k: {}\n", "k:\n  n:\n    a: 1\n"),
        ("k:\n  m: {a: 2}\nb: 2\n", "k:\n  m: {a: 2}\n  n: {a: 1}\nb: 2\n"),
    ],
)
def test_what_it_stands_below_is_written_where_it_lacks(text: str, wanted: str) -> None:
    assert with_entry(text, ("k",), "n", {"a": 1}) == wanted


@pytest.mark.parametrize("text", ["- a\n- b\n", "text\n"])
def test_what_is_no_mapping_is_left_alone(text: str) -> None:
    with pytest.raises(CannotInsertError):
        with_entry(text, (), "n", {"a": 1})

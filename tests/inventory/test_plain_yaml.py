"""The quick way to read YAML gives what PyYAML's own loader does, or says that it cannot."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.source.plain_yaml import NotPlainError, plain_value
from egovnet.inventory.source.yaml_source import _Loader, plain_data
from tests.hypothesis_profiles import examples

ROOT = Path(__file__).parents[2]
DEPTH = 50
FILES = sorted(
    path.relative_to(ROOT) for path in (ROOT / "inventory" / "reference").rglob("*.yaml")
)
#: Words that YAML 1.1 makes something of, and some that it does not.
WORDS = (
    *("true", "No", "ON", "off", "y", "~", "null", "Null", "", "nUll", "0", "-7", "007", "065000"),
    *("18:03:20", "0x1f", "0b1", "65_000", "1.5", "1e3", ".inf", "2024-01-02", "=", "<<", "-", "a"),
    *("10.0.0.0/8", "fde9::1", "a: b", "# c", "x # y", "é", "People's Court", "'q'", '"', "{", "["),
)
SCALARS = st.sampled_from(WORDS) | st.integers() | st.booleans() | st.none() | st.text(max_size=5)
DATA = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


def plain(text: str) -> Any:  # noqa: ANN401 -- YAML is any
    return plain_value(text, DEPTH, _Loader)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_files_of_an_inventory_are_plain(path: Path) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert plain(text) == plain_data(text)


@given(DATA, st.sampled_from([None, True, False]), st.sampled_from([None, "'", '"', "|"]))
@examples(100)
def test_what_was_written_is_read(data: Any, flow: bool | None, style: str | None) -> None:  # noqa: ANN401 -- as above
    text = yaml.safe_dump(data, default_flow_style=flow, default_style=style, allow_unicode=True)
    try:
        found = plain(text)
    except NotPlainError:
        return
    assert repr(found) == repr(plain_data(text))


@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=5), st.sampled_from(["- {}", "k{}: {}"])
)
@examples(100)
def test_words_mean_what_the_loader_makes_of_them(words: list[str], form: str) -> None:
    lines = (form.format(*[word] * form.count("{}")) for word in words)
    text = "\n".join(lines) + "\n"
    try:
        found = plain(text)
    except NotPlainError:
        return
    assert repr(found) == repr(plain_data(text))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "a: 1\na: 2\n",
            "a: &x 1\nb: *x\n",
            "a: !!str 1\n",
            "<<: {a: 1}\n",
            "1: a\n",
            "? [a]\n: b\n",
        ),
        *(
            "a: 1.5\n",
            "a: 2024-01-02 03:04:05\n",
            "a: 2024-02-30\n",
            "---\na: 1\n---\nb: 2\n",
            "a: [\n",
            "a: b: c\n",
            "a: \x01\n",
        ),
        *("[" * 51 + "]" * 51, "[" * 100_000, "{a: " * 100_000, "%YAML 9\n", "a: !x {}\n"),
        "9" * 5000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_the_rest_is_left_to_the_loader(text: str) -> None:
    with pytest.raises(NotPlainError):
        plain(text)


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "---\n", "null\n", "a\n", "[]", "{}", "- a\n- []\n"]
)
def test_small_ones(text: str) -> None:
    assert plain(text) == plain_data(text)

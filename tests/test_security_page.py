"""docs/security.md: every test that it names is there, and every place has its rows."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
#: `tests/a/test_b.py::test_c`, or a whole file.
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)))
#: Where an attacker may be, by the words of a heading.
PLACES = (
    "Redis",
    "A worker",
    "controller's key",
    "journal",
    "archive",
    "router",
    "account",
    "circuit",
    "customer",
    "inventory's author",
    "plan file",
    "terminal",
)


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_a_named_test_is_there(file: str, test: str) -> None:
    assert (ROOT / file).is_file()
    assert not test or test in functions(ROOT / file)


@pytest.mark.parametrize("place", PLACES)
def test_each_place_has_its_rows(place: str) -> None:
    sections = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S))
    (body,) = [body for heading, body in sections.items() if place in heading]
    rows = [line for line in body.splitlines() if line.startswith("| ")][2:]
    assert rows
    assert any("`tests/" in row for row in rows) or "Limits" in body


def test_what_it_says_of_tests_is_what_it_names() -> None:
    assert len(NAMED) > 50
    assert PAGE.count("`tests/") == len(re.findall(r"`tests/[\w/]+\.py(?:::\w+)?`", PAGE))

"""Nothing above a platform's folder speaks its language: no name of it, no shell, no `lo`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Rooms above, and what the platforms' room itself shares.
ABOVE = ("inventory", "isolation", "tasks", "playbooks", "templates/intend", "templates/model")
_WHOLE = frozenset({"lo", "eth0."})
_SHELL = re.compile(
    r"\bfrr\b|\bl3mdev\b|\bifreload\b|\bvtysh\b|\btcpdump\b|\bfping\b|frr-reload|/etc/frr|/sys/class|/dev/null|\bmktemp\b"
    r"|\bip (?:-\w+ )*(?:link|route|addr|rule|vrf)\b|\bshow (?:ip|bgp|isis|mpls|running)\b"
)


def modules() -> list[Path]:
    found = [path for room in ABOVE for path in sorted((ROOT / room).rglob("*.py"))]
    # other vendors' words are what tells their texts apart
    shared = sorted(
        set((ROOT / "templates").glob("*.py")) - {ROOT / "templates/detect_platform.py"}
    )
    return [*found, *shared]


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of each text in the code that is no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.lineno, node.value


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_it_speaks_no_platform_s_language(path: Path) -> None:
    spoken = [
        f"{path.name}:{line}: {text!r}"
        for line, text in literals(path)
        if text in _WHOLE or _SHELL.search(text)
    ]
    assert spoken == []

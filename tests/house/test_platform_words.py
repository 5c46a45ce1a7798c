"""Nothing above a platform's own folder knows FRR, Linux or a shell by name."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOORS = ("inventory", "templates", "isolation", "tasks", "playbooks")
#: Words that only a platform's folder, its driver and the lab may have in their strings.
WORDS = re.compile(r"\bfrr\b|vtysh|ifreload|\bl3mdev\b|/etc/|/usr/|\b(?:ip|bridge|sysctl) -|^lo$")


def files() -> list[Path]:
    found = [path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py"))]
    platforms = {path.parent for path in (ROOT / "templates").glob("*/platform.py")}
    platforms |= {ROOT / "templates" / "frr"}
    return [path for path in found if not any(home in path.parents for home in platforms)]


def words_in(path: Path) -> list[str]:
    """Strings of a module that are a platform's; docstrings may speak of platforms."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in documents
        and WORDS.search(node.value)
    ]


def test_no_string_above_the_platforms_is_one_platform_s() -> None:
    assert [word for path in files() for word in words_in(path)] == []

"""Only the console room prints: what never raises there is not gone round elsewhere."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCTION = ("inventory", "templates", "isolation", "tasks", "playbooks", "lab", "napalm_frr")
CONSOLE = "playbooks/report/console/"
#: Without one of these a text need not be parsed.
HINT = re.compile(r"\bprint\(|sys\.std|click\.s?echo")
#: Programs of their own, beside the command line.
PROGRAMS = {
    "napalm_frr/__main__.py",
    "napalm_frr/enrolment.py",
    "inventory/authoring/manual.py",
    "isolation/catalogue_page.py",
    "lab/appliance/interfaces.py",
    "lab/appliance/connections.py",
    "lab/appliance/restart.py",
    "lab/emulated/serve.py",
    "playbooks/archive/bundle_check.py",
}


def prints(tree: ast.AST) -> bool:
    """Whether it calls print, or names a standard stream or click's way to one."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="print")):
                return True
            case ast.Attribute(value=ast.Name(id="sys"), attr="stdout" | "stderr"):
                return True
            case ast.Attribute(value=ast.Name(id="click"), attr="echo" | "secho"):
                return True
    return False


def test_nothing_prints_beside_the_console_room() -> None:
    found = set()
    for room in PRODUCTION:
        for path in (ROOT / room).rglob("*.py"):
            name, text = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
            if name.startswith(CONSOLE) or not HINT.search(text):
                continue
            if prints(ast.parse(text)):
                found.add(name)
    assert found == PROGRAMS

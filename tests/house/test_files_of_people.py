"""Whatever a person can name or put somewhere is read as a regular file of a sane size.

A pipe in its place would be waited for without end, and a device would fill the memory.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FLOORS = ("inventory", "templates", "isolation", "tasks", "playbooks")
_READS = {"read_text", "read_bytes"}
#: Module -> whose the file is that it reads all the same.
_OWN = {
    "inventory/authoring/skeleton.py": "the package's",
    "inventory/source/replace_file.py": "read by read_regular before it is written",
    "playbooks/archive/archive.py": "the archive's own memory",
    "playbooks/archive/bundle_check.py": "a bundle's, read by the auditor's Python alone",
    "playbooks/archive/evidence_bundle.py": "the package's",
    "playbooks/archive/git_objects.py": "the archive's own objects",
    "playbooks/core/identity/authority.py": "the authority's own",
    "playbooks/journal/locks.py": "the kernel's",
    "playbooks/verbs/demo.py": "copies of the demo's own",
    "playbooks/verbs/identity.py": "the package's",
    "playbooks/verbs/init.py": "the package's",
    "playbooks/verbs/lab.py": "the lab's own",
    "tasks/code_version.py": "the package's",
    "templates/frr/config/frr_grammar.py": "the package's",
    "templates/frr/config/known_texts.py": "the package's",
}


def readers() -> Iterator[str]:
    """Modules that call what waits for a pipe."""
    for floor in _FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
            if any(isinstance(call, ast.Attribute) and call.attr in _READS for call in calls):
                yield path.relative_to(ROOT).as_posix()


def test_files_of_people_are_read_as_regular_ones() -> None:
    assert set(readers()) - _OWN.keys() == set(), "read it with read_regular or read_regular_text"


def test_nobody_is_excused_who_reads_none() -> None:
    assert _OWN.keys() - set(readers()) == set()

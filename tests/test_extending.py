"""docs/extending.md says which files a new one of each kind touches: held to the code.

One of each kind that is there is followed by a word that only it has. Production files that have
the word are those the page lists (in the section's list, or as users in its prose), no more and
no fewer.
"""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
PRODUCTION = ("inventory", "templates", "isolation", "tasks", "playbooks", "lab")
#: Kind -> a pattern that is found where the example is known.
FOLLOWED = {
    "A register": r"registers(\.| import )drift_rules|DriftRules",
    "A check of the inventory": r"checks(\.| import )prefixes\b",
    "A warning about the inventory": r"warnings(\.| import )pools\b",
    "A platform": r"templates(\.| import )frr\b",
    "A task on a device": r"\brestore_lines\b",
    "A class of drift": r"\bUNMANAGED\b",
    "A class of findings": r"MANAGEMENT_IN_BGP|P6 management-in-bgp",
    "A verb": r"(verbs|commands|console)(\.| import )validate\b|results\.inventory_counts",
}


def section(kind: str) -> str:
    found = re.search(rf"^## {re.escape(kind)} \[.*?(?=^## |\Z)", PAGE, re.M | re.S)
    assert found is not None, f"the page has no section {kind!r}"
    return found[0]


def listed(text: str) -> list[str]:
    """Files that must be touched: those that items of the list begin with."""
    return re.findall(r"^- `([^`]+)`", text, re.M)


def named(text: str) -> set[str]:
    return {path for path in re.findall(r"`([\w./-]+)`", text) if "/" in path}


def files_with(pattern: str) -> set[str]:
    """Production files of Git that have the pattern."""
    paths = subprocess.run(
        ["git", "ls-files", *PRODUCTION], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    code = [ROOT / path for path in paths if path.endswith(".py")]
    return {
        path.relative_to(ROOT).as_posix()
        for path in code
        if path.exists() and re.search(pattern, path.read_text(encoding="utf-8"))
    }


def test_every_section_is_followed() -> None:
    kinds = re.findall(r"^## (.+?) \[", PAGE, re.M)
    assert kinds == list(FOLLOWED)


@pytest.mark.parametrize("kind", FOLLOWED)
def test_every_file_that_the_page_names_is_there(kind: str) -> None:
    text = section(kind)
    assert listed(text)
    absent = [path for path in named(text) if not _there(path)]
    assert absent == []


def _there(path: str) -> bool:
    inside = (ROOT, ROOT / "templates" / "frr")
    return any((root / path).exists() for root in inside)


@pytest.mark.parametrize("kind", FOLLOWED)
def test_no_other_file_has_to_know_it(kind: str) -> None:
    text = section(kind)
    known = {path for path in named(text) if path.endswith(".py")}
    own = "templates/frr/" if kind == "A platform" else None
    others = {p for p in files_with(FOLLOWED[kind]) if own is None or not p.startswith(own)}
    assert others <= known, "a new one would have to be written there, too"


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        ("A register", 1),
        ("A check of the inventory", 1),
        ("A warning about the inventory", 1),
        ("A platform", 2),
        ("A task on a device", 2),
        ("A class of drift", 2),
        ("A class of findings", 3),
        ("A verb", 4),
    ],
)
def test_a_new_one_touches_so_many_files(kind: str, most: int) -> None:
    assert len(listed(section(kind))) <= most

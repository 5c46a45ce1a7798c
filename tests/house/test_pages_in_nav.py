"""Every page of the documentation has its place in the site's menu, and the menu has no other.

The build of the site says so too, and later: `tests/docs/test_site.py`.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Made when the site is built: packaging/site_pages.py.
MADE = {"index.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md",
        "reference/verbs.md", "reference/exit-codes.md"}  # fmt: skip


def test_every_page_is_in_the_menu() -> None:
    menu = (ROOT / "properdocs.yml").read_text(encoding="utf-8").split("\nnav:\n")[1]
    listed = set(re.findall(r": (\S+\.md)$", menu, re.MULTILINE))
    docs = ROOT / "docs"
    written = {path.relative_to(docs).as_posix() for path in docs.rglob("*.md")}
    assert written | MADE == listed, "add the page to properdocs.yml"


def test_every_page_is_in_the_readme_s_table() -> None:
    table = (ROOT / "README.md").read_text(encoding="utf-8")
    written = [path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")]
    assert [page for page in written if f"({page})" not in table] == []

"""Links of every page, as it is read in the repository: they lead to a file, and to its heading."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, pages

_CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?![a-z]+:)([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
PAGES = [*pages(), *(ROOT / name for name in ("CHANGELOG.md", "SECURITY.md"))]


def anchors(page: Path) -> Iterator[str]:
    """Of its headings, as GitHub makes them."""
    for heading in _HEADING.findall(page.read_text(encoding="utf-8")):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        yield re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8"))):
        name, _, anchor = link.partition("#")
        there = page.parent / name if name else page
        assert there.exists(), link
        if anchor and there.suffix == ".md":
            assert anchor in set(anchors(there)), link

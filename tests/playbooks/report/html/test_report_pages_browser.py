"""Pages of `report` in a real browser, with who made them and of what."""

from pathlib import Path

import pytest
from selenium import webdriver

from egovnet.playbooks.verbs.init import EXAMPLES
from tests.playbooks.console import copy_of_backbone, egovnet
from tests.playbooks.report.html.browsing import check_looks, one, show

LINES = """\
approvers: [Li Na]
circuits:
  line:
    owner: party
    a: {site: party-beijing}
    b: {place: "a place with a name that is rather long, as that of a county's hall may be"}
    capacity: 100
    laid-on: 2019-06-01
    approved-by: Li Na
    approved-on: 2026-03-02
    reason: until it moves
    valid-from: 2026-04-01
    valid-until: 2099-03-31
"""
#: Report, its page, what its heading says.
PAGES = [
    ("addresses", "addresses.html", "addresses and numbers"),
    ("circuits", "legacy-circuits.html", "legacy circuits"),
    ("levels", "levels.html", "levels of protection"),
    ("extranet", "extranet.html", "parts of the extranet"),
]


@pytest.mark.parametrize(("report", "file", "about"), PAGES, ids=[page[0] for page in PAGES])
def test_it_fits_can_be_read_and_says_whose_it_is(
    report: str, file: str, about: str, tmp_path: Path, browser: webdriver.Chrome
) -> None:
    root = copy_of_backbone(tmp_path / "network")
    (root / "legacy-circuits.yaml").write_text(LINES, encoding="utf-8")
    if report in ("levels", "extranet"):  # the backbone has neither
        root = EXAMPLES["complete"]
    ran = egovnet(
        "report", report, "--report", tmp_path / "made", "--inventory", root, state=tmp_path
    )
    assert ran.code == 0, ran.stderr
    page = (tmp_path / "made" / file).as_uri()
    check_looks(browser, page)
    show(browser, page)
    assert about in one(browser, "h1").text
    made = one(browser, "footer").text
    assert made.startswith("Made 20")
    assert "with egovnet" in made
    assert "inventory" in made

"""`egovnet sheet`: what a site's own people are handed, on a terminal, as JSON and as a page."""

import re
from pathlib import Path

import pytest
from selenium import webdriver

from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.report.html.sheet_page import sheet_page
from egovnet.playbooks.verbs.sheet import sheet
from tests.inventories import BACKBONE
from tests.playbooks.console import copy_of_backbone, edit, egovnet
from tests.playbooks.report.html.browsing import FAINT, OVERFLOWING, SCHEMES, show

GOLDEN = Path(__file__).parent / "sheet.txt"
SITE = "gov-guangdong"


def test_a_sheet_reads_as_it_was_agreed(tmp_path: Path) -> None:
    root = copy_of_backbone(tmp_path / "network")
    edit(root / "network.yaml", "asn: ", "contact: Network operations, 010-5550100\nasn: ")
    words = ("sheet", SITE, "--router", "frr", "--inventory", root)
    ran = egovnet(*words, state=tmp_path / "state", env={"COLUMNS": "80", "TZ": "UTC"})
    assert (ran.code, ran.stderr) == (0, "")
    text, made, last = ran.stdout.partition("made ")
    assert text == GOLDEN.read_text(encoding="utf-8")
    assert re.fullmatch(
        r"made \d{4}-\d\d-\d\d \d\d:\d\d \S+ by tester with egovnet \S+ inventory [0-9a-f]{16}",
        " ".join((made + last).split()),
    )
    assert max(map(len, ran.stdout.splitlines())) <= 80


def test_every_site_has_a_sheet_with_its_numbers() -> None:
    workspace = Workspace(BACKBONE)
    for site, entry in workspace.network.sites.items():
        made = sheet(workspace, site).result
        assert [access.name for access in made.accesses] == list(entry.site_network_accesses)
        for access in made.accesses:
            prefixes = [prefix for link in access.links for prefix in link.prefixes]
            assert sorted(prefixes) == sorted(map(str, entry.prefixes))
            assert len(access.examples) == 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("gov-guangdon",), "no site gov-guangdon in the inventory; did you mean gov-guangdong?"),
        (
            (SITE, "--router", "acme"),
            "'acme' is not one of 'cisco_ios', 'frr', 'huawei_vrp', 'junos'",
        ),
        ((SITE, "--limit", "bj-pe1"), "--limit: has no effect on this verb"),
    ],
)
def test_what_is_mistyped_is_named(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    ran = egovnet("sheet", *words, state=tmp_path)
    assert (ran.code, ran.stdout) == (2, "")
    assert said in ran.stderr


def test_a_page_is_written(tmp_path: Path) -> None:
    ran = egovnet("sheet", SITE, "--report", tmp_path / "paper", state=tmp_path)
    path = tmp_path / "paper" / f"{SITE}.html"
    assert ran.stdout.splitlines()[-1] == f"wrote {path}"
    text = path.read_text(encoding="utf-8")
    assert "10.200.0.22/30" in text
    assert "set protocols bgp group PROVIDER-4" in text


@pytest.mark.parametrize("width", [390, 768, 1440])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_page_is_seen_whole(
    width: int, scheme: str, browser: webdriver.Chrome, tmp_path: Path
) -> None:
    page = tmp_path / "sheet.html"
    page.write_text(sheet_page(sheet(Workspace(BACKBONE), SITE).result), encoding="utf-8")
    show(browser, page.as_uri(), width, scheme)
    assert browser.execute_script(OVERFLOWING) == []
    assert browser.execute_script(FAINT) == []

"""The page of funding in a real browser: on a screen and a telephone, by day and by night."""

from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from egovnet.playbooks.report.html.funding_page import MOST_ITEMS, funding_page
from egovnet.playbooks.results.funding_report import (
    CurrencySum,
    FundedItem,
    FundedShare,
    FundingReport,
    PayerSum,
)
from tests.playbooks.report.html.browsing import check_looks, one, show

HOSTILE = "<script>alert(1)</script>" + "x" * 90


def made(items: int, name: str = "bj-p1--gd-p{}") -> FundingReport:
    return FundingReport(
        "reference",
        "2026-11-30",
        tuple(
            PayerSum(f"payer-{n}", name.format(n), "CNY", "250.00", 3, n) for n in range(items // 9)
        ),
        (CurrencySum("CNY", "1000.00", "750.00", "250.00"),) if items else (),
        tuple(
            FundedItem(
                "circuit",
                name.format(n),
                "guangdong",
                "province",
                "250.00",
                "CNY",
                () if n == items - 1 else (FundedShare("payer-1", 100, "250.00"),),
                "between the centre and the provinces: the centre",
                None,
            )
            for n in range(items)
        ),
    )


PAGES = {"empty": made(0), "nation": made(3600), "hostile": made(9, HOSTILE + "{}")}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    directory: Path = tmp_path_factory.mktemp("funding")
    for name, report in PAGES.items():
        (directory / f"{name}.html").write_text(funding_page(report), encoding="utf-8")
    return {name: (directory / f"{name}.html").as_uri() for name in PAGES}


@pytest.mark.parametrize("name", PAGES)
def test_it_fits_can_be_read_and_is_silent(
    name: str, browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    check_looks(browser, pages[name])


def test_what_nobody_pays_comes_first(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    show(browser, pages["nation"])
    assert "1 unassigned" in one(browser, ".verdict").text
    rows = browser.find_elements(By.CSS_SELECTOR, "#items tbody tr")
    assert len(rows) == MOST_ITEMS
    assert "nobody" in rows[0].text
    bar = one(browser, ".share i")
    assert str(bar.get_attribute("style")) == "width: 25%;"

"""The page of a change in a real browser: three widths, two schemes, paper, a nation."""

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from egovnet.playbooks.report.html.change_page import change_page
from tests.playbooks.change_reports import REPORTS
from tests.playbooks.report.html.browsing import (
    FAINT,
    MISSED,
    OVERFLOWING,
    SCHEMES,
    TINY,
    in_window,
    one,
    printed,
    show,
)

WIDTHS = (390, 768, 1440)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    directory = tmp_path_factory.mktemp("change")
    for name, report in REPORTS.items():
        (directory / f"{name}.html").write_text(change_page(report), encoding="utf-8")
    return {name: (directory / f"{name}.html").as_uri() for name in REPORTS}


@pytest.mark.parametrize(
    ("name", "width"),
    [
        *((name, width) for name in REPORTS if name != "nation" for width in WIDTHS),
        ("nation", 390),
    ],
)
def test_nothing_overflows_and_nothing_is_loaded(
    name: str, width: int, browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    browser.get_log("browser")
    show(browser, pages[name], width)
    assert browser.get_log("browser") == []
    assert browser.execute_script("return performance.getEntriesByType('resource')") == []
    assert browser.execute_script(OVERFLOWING) == []
    assert browser.execute_script(MISSED) == []
    assert browser.execute_script(TINY) == []
    assert in_window(browser, one(browser, "#verdict strong"))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["denied", "done"])
def test_every_text_has_contrast(
    name: str, scheme: str, browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages[name], 1440, scheme)
    assert browser.execute_script(FAINT) == []


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("planned", "Proved, and takes something away"),
        ("denied", "Not to be pushed as it is"),
        ("done", "Change 7 is done"),
    ],
)
def test_the_answer_says_what_to_decide(
    name: str, answer: str, browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages[name])
    assert one(browser, "#verdict strong").text == answer
    assert browser.title.startswith(f"{answer}: ")


def test_a_site_leads_to_the_router_that_changes(
    browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages["planned"])
    rows = browser.find_elements(By.CSS_SELECTOR, "#sites tbody tr")
    assert rows[0].text.startswith("court-guangzhou lost")
    rows[5].find_element(By.TAG_NAME, "a").click()
    assert in_window(browser, one(browser, ".device:target"))


def test_differences_open_and_are_printed(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    show(browser, pages["nation"])
    details = browser.find_elements(By.CSS_SELECTOR, "#routers .device details")
    assert len(details) > 100
    lines = details[0].find_element(By.CSS_SELECTOR, ".diff")
    assert not lines.is_displayed()
    details[0].find_element(By.TAG_NAME, "summary").click()
    assert lines.is_displayed()
    printed(browser)
    shown = "return arguments[0].checkVisibility({contentVisibilityAuto: true})"
    assert all(
        browser.execute_script(shown, d.find_element(By.CSS_SELECTOR, ".diff"))
        for d in details[1:20]
    )


def test_every_page_says_when_by_whom_and_of_what(
    browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages["done"])
    words = one(browser, "footer").text
    for part in ("by li wei", "egovnet 0.1.0", "inventory aaaaaaaaaaaaaaaa", "texts bbbb"):
        assert part in words
    assert "wang fang" in one(browser, "#approvals").text

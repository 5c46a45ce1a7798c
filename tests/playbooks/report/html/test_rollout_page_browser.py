"""The rollout's page in a real browser: on a screen and a telephone, by day and by night."""

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from egovnet.playbooks.report.html.rollout_page import rollout_page
from tests.playbooks.report.html.browsing import check_looks, one, show
from tests.playbooks.rollouts import EMPTY, HOSTILE, NATION, SMALL

PAGES = {"empty": EMPTY, "small": SMALL, "nation": NATION, "hostile": HOSTILE}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    directory = tmp_path_factory.mktemp("rollout")
    for name, status in PAGES.items():
        (directory / f"{name}.html").write_text(rollout_page(status), encoding="utf-8")
    return {name: (directory / f"{name}.html").as_uri() for name in PAGES}


@pytest.mark.parametrize("name", PAGES)
def test_it_fits_can_be_read_and_is_silent(
    name: str, browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    check_looks(browser, pages[name])


def test_bars_and_lines_say_what_the_figures_say(
    browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages["nation"])
    bars = browser.find_elements(By.CSS_SELECTOR, "#findings svg.large .count")
    assert [bar.text for bar in bars] == ["58 / 116"] * 31
    widths = [
        float(str(part.get_attribute("width")))
        for part in browser.find_elements(By.CSS_SELECTOR, "#findings svg.large .part")[:3]
    ]
    assert widths == pytest.approx([370, 185, 185], abs=0.2)
    lines = browser.find_elements(By.CSS_SELECTOR, "#burn-up svg.large .line")
    assert [str(line.get_attribute("class")).split()[1] for line in lines] == [
        "promised",
        "provisioned",
        "in-service",
    ]
    # what was promised goes on after today, and what was done does not
    ends = [browser.execute_script("return arguments[0].getBBox()", line) for line in lines]
    assert ends[0]["x"] + ends[0]["width"] > ends[1]["x"] + ends[1]["width"] + 100
    assert "900 overdue" in one(browser, ".verdict").text
    rows = browser.find_elements(By.CSS_SELECTOR, "#to-do tbody tr")
    assert len(rows) == 300
    assert "more; egovnet rollout status --json has all" in one(browser, "#to-do").text


def test_a_telephone_shows_each_bar_to_its_end(
    browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages["nation"], width=390)
    large, narrow = browser.find_elements(By.CSS_SELECTOR, "#findings svg")
    assert (large.is_displayed(), narrow.is_displayed()) == (False, True)
    scrolled = "return arguments[0].scrollWidth - arguments[0].clientWidth"
    assert browser.execute_script(scrolled, one(browser, "#findings .scroll")) == 0
    assert len(narrow.find_elements(By.CSS_SELECTOR, ".count")) == 31

"""The report's page in a real browser, from a file, as an engineer opens it with coffee."""

import base64

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from egovnet.playbooks.report.html.drift_page import drift_page
from tests.playbooks.drift_reports import (
    CLEAN,
    LEAKING,
    NOBODY,
    RESTORED,
    UNREACHABLE,
    hostile_report,
    nation,
)
from tests.playbooks.report.html.browsing import (
    FAINT,
    OVERFLOWING,
    SCHEMES,
    TINY,
    WIDTHS,
    in_window,
    one,
    printed,
    show,
)

PAGES = ("clean", "leaking", "unreachable", "nobody", "hostile", "nation")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Name -> address of the page's file."""
    directory = tmp_path_factory.mktemp("drift")
    reports = {
        "clean": CLEAN,
        "leaking": LEAKING,
        "restored": RESTORED,
        "unreachable": UNREACHABLE,
        "nobody": NOBODY,
        "hostile": hostile_report(),
        "nation": nation(),
    }
    for name, report in reports.items():
        (directory / f"{name}.html").write_text(drift_page(report), encoding="utf-8")
    return {name: (directory / f"{name}.html").as_uri() for name in reports}


def marks(browser: webdriver.Chrome) -> dict[str, str]:
    """Names of the map's marked nodes, and where each leads."""
    return {
        node.find_element(By.CSS_SELECTOR, ".name").text: str(
            node.find_element(By.TAG_NAME, "a").get_dom_attribute("href")
        )
        for node in browser.find_elements(By.CSS_SELECTOR, "svg.map .node.marked")
    }


@pytest.mark.parametrize("name", PAGES)
def test_the_console_is_silent(name: str, browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    browser.get_log("browser")
    show(browser, pages[name])
    assert browser.get_log("browser") == []
    assert browser.execute_script("return document.compatMode") == "CSS1Compat"
    assert browser.execute_script("return performance.getEntriesByType('resource')") == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("clean", "Separation held"),
        ("leaking", "Separation did NOT hold"),
        ("restored", "Separation did not hold, and was restored"),
        ("unreachable", "Separation held for what was read"),
        ("nobody", "Not known whether separation held"),
    ],
)
def test_the_answer_is_the_first_thing_seen(
    name: str, words: str, width: int, browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages[name], width)
    answer = one(browser, "#verdict strong")
    assert answer.text == words
    assert in_window(browser, answer)
    assert in_window(browser, one(browser, ".tiles div"))
    assert browser.title == f"{words}: reference: 7 devices"


def test_every_difference_is_reached_from_its_mark_on_the_map(
    browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages["leaking"])
    places = marks(browser)
    assert places.keys() == {d.device for d in LEAKING.differences}
    for difference in LEAKING.differences:
        show(browser, pages["leaking"])
        node = one(browser, f"svg.map a[href='{places[difference.device]}']")
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", node)
        node.click()
        device = one(browser, ".device:target")
        assert in_window(browser, device)
        links = device.find_elements(By.CSS_SELECTOR, ".its li")
        link = next(entry for entry in links if difference.subject in entry.text)
        link.find_element(By.TAG_NAME, "a").click()
        reached = one(browser, ".finding:target")
        assert in_window(browser, reached)
        assert reached.find_element(By.CSS_SELECTOR, ".message").text == difference.message


def test_an_unreachable_device_on_the_map_leads_to_what_is_known(
    browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages["unreachable"])
    node = one(browser, "svg.map .node.unreachable a")
    assert {
        n.find_element(By.CSS_SELECTOR, ".name").text
        for n in browser.find_elements(By.CSS_SELECTOR, "svg.map .node.unreachable")
    } == {"gz-pe1", "sc-pe1"}
    node.click()
    assert "never read" in one(browser, ".finding.unreachable:target").text


def test_a_region_on_the_map_leads_to_its_devices(
    browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages["nation"])
    assert len(marks(browser)) == 33
    mark = one(browser, "svg.map a[href='#mark-2']")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", mark)
    mark.click()
    listed = one(browser, ".marks li:target")
    assert in_window(browser, listed)
    kinds = {a.get_dom_attribute("href") for a in listed.find_elements(By.TAG_NAME, "a")}
    assert any(str(href).startswith("#device-") for href in kinds)
    assert any(str(href).startswith("#finding-") for href in kinds)


def test_details_open_by_keyboard(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    show(browser, pages["leaking"])
    lines = one(browser, "#finding-1 .diff")
    assert not lines.is_displayed()
    for _ in range(30):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        here = browser.switch_to.active_element
        if here.tag_name == "summary":
            break
    assert here.tag_name == "summary"
    assert here.value_of_css_property("outline-style") == "solid"
    here.send_keys(Keys.ENTER)
    assert lines.is_displayed()
    assert [entry.text[:1] for entry in lines.find_elements(By.TAG_NAME, "li")] == ["r", "-", "+"]
    here.send_keys(Keys.SPACE)
    assert not lines.is_displayed()


def test_what_runs_and_what_is_meant_differ_without_colour(
    browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages["leaking"])
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    styles = {
        one(browser, f"#finding-1 .diff .{kind}").value_of_css_property("border-left-style")
        for kind in ("add", "cut")
    }
    assert styles == {"solid", "double"}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_nothing_overflows(
    name: str, width: int, browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages[name], width)
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.execute_script(OVERFLOWING) == []
    assert browser.execute_script(TINY) == []


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["clean", "leaking", "unreachable", "nobody"])
def test_contrast_is_sufficient(
    name: str, scheme: str, browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages[name], scheme=scheme)
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    background = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(17, 21, 27)") is (scheme == "dark")
    assert browser.execute_script(FAINT) == []


def test_hostile_text_makes_no_elements(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    show(browser, pages["hostile"])
    assert browser.execute_script("return document.scripts.length + document.images.length") == 0
    assert browser.title == "Separation did NOT hold: <script>alert(1)</script>: 12 devices"
    messages = browser.find_elements(By.CSS_SELECTOR, ".finding .message")
    assert messages[0].text == '"><img src=x onerror=alert(1)>'
    report = hostile_report()
    assert len(messages) == len(report.differences) + len(report.unreachable)


@pytest.mark.parametrize("name", ["leaking", "unreachable", "nation"])
def test_it_prints(name: str, browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    show(browser, pages[name])
    printed(browser)
    assert not one(browser, "nav").is_displayed()
    for picture in ("svg.map", "svg.trend"):
        if found := browser.find_elements(By.CSS_SELECTOR, picture):
            assert found[0].size["width"] <= 1000
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 1000
    paper = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    assert base64.b64decode(paper["data"]).startswith(b"%PDF-")

"""The page in a real browser, from a file, as an engineer opens it: seen, clicked, measured."""

from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from egovnet.playbooks.core.network_map import network_map
from egovnet.playbooks.report.html.proof_page import proof_page
from egovnet.playbooks.results.proof_result import proof_result
from tests.playbooks.console import egovnet
from tests.playbooks.proofs import LEAKING, MANY, PROVED, hostile, nation_of, reference
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

PAGES = ("proved", "leaking", "hostile", "nation", "many")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Name -> address of the page's file."""
    directory = tmp_path_factory.mktemp("proof")
    texts = {
        "proved": proof_page(
            proof_result(PROVED), network_map(reference()), "reference: the rendered configurations"
        ),
        "leaking": proof_page(
            proof_result(LEAKING), network_map(reference()), "reference: what the routers run"
        ),
        "hostile": proof_page(
            proof_result(hostile()), network_map(reference()), "<script>alert(1)</script>"
        ),
        "nation": proof_page(proof_result(PROVED), network_map(nation_of(32, 112)), "nation"),
        "many": proof_page(proof_result(MANY), network_map(nation_of(5, 7)), "many"),
    }
    for name, text in texts.items():
        (directory / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: (directory / f"{name}.html").as_uri() for name in texts}


def cell(browser: webdriver.Chrome, source: str, target: str) -> WebElement:
    """A cell by its row's and its column's heading, as a person finds it."""
    columns = browser.find_elements(By.CSS_SELECTOR, ".matrix thead th[scope=col]")
    index = [column.text for column in columns].index(target)
    rows = browser.find_elements(By.CSS_SELECTOR, ".matrix tbody tr:not(.group)")
    row = next(r for r in rows if r.find_element(By.TAG_NAME, "th").text == source)
    return row.find_elements(By.TAG_NAME, "td")[index - 1]


@pytest.mark.parametrize("name", PAGES)
def test_the_console_is_silent(name: str, browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    browser.get_log("browser")
    show(browser, pages[name])
    assert browser.get_log("browser") == []
    assert browser.execute_script("return document.compatMode") == "CSS1Compat"
    assert browser.execute_script("return performance.getEntriesByType('resource')") == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("name", "words"), [("proved", "Proved"), ("leaking", "Not proved")])
def test_the_verdict_is_the_first_thing_seen(
    name: str, words: str, width: int, browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages[name], width)
    verdict = one(browser, "#verdict strong")
    assert verdict.text == words
    assert in_window(browser, verdict)
    assert browser.title.startswith(f"{words}: ")


def test_the_matrix_has_a_cell_for_every_pair(
    browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages["leaking"])
    cells = browser.find_elements(By.CSS_SELECTOR, ".matrix tbody td")
    assert len(cells) == len(LEAKING.domains) ** 2
    assert cell(browser, "party", "party").text == "✓ allowed\none VPN"
    assert cell(browser, "court/spoke", "court/hub").text.endswith("hub and spoke of one VPN")
    assert cell(browser, "congress", "congress").text == "no path from site to site"
    assert cell(browser, "party", "public").text == "LEAK"
    assert cell(browser, "party", "taxation").text == "no path"
    assert len([c for c in cells if c.text == "LEAK"]) == 3
    show(browser, pages["proved"])
    assert browser.find_elements(By.CSS_SELECTOR, ".matrix td.leak") == []


@pytest.mark.parametrize("width", WIDTHS)
def test_a_leak_s_cell_leads_to_its_path(
    width: int, browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages["leaking"], width)
    cell(browser, "government", "taxation").find_element(By.TAG_NAME, "a").click()
    finding = one(browser, ".finding:target")
    assert in_window(browser, finding)
    hops = finding.find_elements(By.CSS_SELECTOR, ".path li")
    assert [hop.find_element(By.TAG_NAME, "code").text for hop in hops] == [
        "vrf i-government",
        "rt vpn import",
        "import vrf e-taxation",
    ]
    assert "bj-pe1 · VRF i-hub" in hops[2].text
    assert "line 251" in hops[2].text


def test_a_device_on_the_map_leads_to_its_gravest_finding(
    browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages["leaking"])
    assert len(browser.find_elements(By.CSS_SELECTOR, "svg.map .node")) == 7
    marked = browser.find_elements(By.CSS_SELECTOR, "svg.map .node.leak")
    assert {node.find_element(By.CSS_SELECTOR, ".name").text for node in marked} == {
        "gd-pe1",
        "gz-pe1",
        "bj-pe1",
    }
    one(browser, "svg.map .node.risk a").click()
    assert "risk" in (one(browser, ".finding:target").get_attribute("class") or "")


def test_the_keyboard_reaches_a_leak(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    show(browser, pages["leaking"])
    reached = []
    for _ in range(12):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        reached.append(browser.switch_to.active_element)
        if "finding 1" in (reached[-1].get_attribute("aria-label") or ""):
            break
    outline = reached[-1].value_of_css_property("outline-style")
    assert outline == "solid"
    reached[-1].send_keys(Keys.ENTER)
    assert one(browser, ".finding:target").get_attribute("id") == "finding-1"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_nothing_overflows(
    name: str, width: int, browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages[name], width)
    assert browser.execute_script(OVERFLOWING) == []
    assert browser.execute_script(TINY) == []


def test_the_reference_s_matrix_is_seen_whole(tmp_path: Path, browser: webdriver.Chrome) -> None:
    """With the main table of its firewalls and frames without a tag, as `prove` makes the page."""
    ran = egovnet("prove", "--report", tmp_path / "proof", state=tmp_path)
    assert ran.code == 0, ran.stderr
    show(browser, (tmp_path / "proof" / "proof.html").as_uri(), 1440)
    matrix = one(browser, ".scroll")
    wide, seen = (int(matrix.get_property(f"{name}Width")) for name in ("scroll", "client"))
    assert wide <= seen + 1
    assert cell(browser, "platform", "platform").text.startswith("—")
    assert cell(browser, "congress", "congress").text == "no path from site to site"


def test_no_row_is_torn_between_two_sheets(
    browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages["proved"])
    printed(browser)
    row = one(browser, ".matrix tbody tr:last-child")
    assert row.value_of_css_property("break-inside") == "avoid"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["proved", "leaking", "many"])
def test_contrast_is_sufficient(
    name: str, scheme: str, browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages[name], scheme=scheme)
    background = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(17, 21, 27)") is (scheme == "dark")
    assert browser.execute_script(FAINT) == []


def test_hostile_text_makes_no_elements(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    show(browser, pages["hostile"])
    assert browser.execute_script("return document.scripts.length + document.images.length") == 0
    assert browser.title == "Not proved: <script>alert(1)</script>"
    messages = browser.find_elements(By.CSS_SELECTOR, ".finding .message")
    assert messages[0].text == "<script>alert(1)</script>"
    symptoms = browser.find_elements(By.CSS_SELECTOR, ".finding .symptoms li")
    assert len(messages) + len(symptoms) == len(hostile().findings)


def test_it_prints(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    show(browser, pages["leaking"])
    printed(browser)
    assert not one(browser, "nav").is_displayed()
    assert browser.execute_script("return document.querySelector('.matrix').scrollWidth") <= 1000


#: Whether a line of the map runs behind a box that is neither of its ends.
BEHIND = """
const boxes = [...document.querySelectorAll('svg.map .node rect')].map(r => r.getBBox());
const found = [];
for (const line of document.querySelectorAll('svg.map path.line')) {
  const length = line.getTotalLength();
  for (let at = 0; at <= length; at += 2) {
    const p = line.getPointAtLength(at);
    const box = boxes.find(b => p.x > b.x + 1 && p.x < b.x + b.width - 1
                                && p.y > b.y + 1 && p.y < b.y + b.height - 1);
    if (box) { found.push([line.textContent, p.x, p.y]); break; }
  }
}
return found;
"""


@pytest.mark.parametrize("name", ["proved", "nation", "many"])
def test_no_line_of_the_map_runs_behind_a_box(
    name: str, browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages[name], 1440)
    assert browser.find_elements(By.CSS_SELECTOR, "svg.map path.line")
    assert browser.execute_script(BEHIND) == []


def test_a_province_opens_down_to_its_counties(
    browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages["nation"], 390)
    provinces = browser.find_elements(By.CSS_SELECTOR, "#map details.area details.area")
    assert len(provinces) == 32
    counties = provinces[0].find_elements(By.CSS_SELECTOR, "p.area")
    assert len(counties) == 111
    assert not counties[0].is_displayed()
    provinces[0].find_element(By.TAG_NAME, "summary").click()
    assert counties[0].is_displayed()
    assert counties[0].text.split() == ["province1-county1", "p1-e2"]


def test_a_red_cell_is_found_from_above_and_by_its_headings(
    browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages["leaking"])
    links = browser.find_elements(By.CSS_SELECTOR, ".leaking a")
    assert [link.text for link in links] == [
        "government to taxation", "party to public", "public to party",
    ]  # fmt: skip
    links[1].click()
    assert in_window(browser, one(browser, ".finding:target"))
    marked = browser.find_elements(By.CSS_SELECTOR, ".matrix th.marked")
    assert {head.text for head in marked} == {"party", "government", "public", "taxation"}


def test_what_is_folded_is_printed(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    show(browser, pages["leaking"])
    folded = browser.find_elements(By.CSS_SELECTOR, "details:not([open]) > :not(summary)")
    shown = "return arguments[0].checkVisibility({contentVisibilityAuto: true})"
    assert folded
    assert not any(browser.execute_script(shown, inner) for inner in folded)
    printed(browser)
    assert all(browser.execute_script(shown, inner) for inner in folded)


def test_nothing_is_said_of_a_network_to_itself(
    browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    for name in PAGES:
        show(browser, pages[name])
        table = "[...document.querySelectorAll('.matrix tbody tr:not(.group)')]"
        own = browser.execute_script(
            f"return {table}.map((row, n) => row.querySelectorAll('td')[n].textContent)"
        )
        assert own
        assert not [text for text in own if text.strip() == "no path"]

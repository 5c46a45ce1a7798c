"""The page in a real browser, from a file, as an engineer opens it: seen, clicked, measured."""

import shutil
from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from playbooks.report.proof_page import proof_page
from tests.playbooks.proofs import LEAKING, MANY, PROVED, hostile, nation_of, reference

WIDTHS = (1280, 400)
SCHEMES = ("light", "dark")
PAGES = ("proved", "leaking", "hostile", "nation", "many")

#: Elements with text of their own whose contrast with what is behind them is below WCAG's 4.5,
#: each with its ratio. Alpha is not used for colours on the page.
FAINT = """
const rgb = text => text.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => {
  const [x, y, z] = [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const solid = text => { const c = rgb(text); return c.length < 4 || c[3] === 1; };
const behind = element => {
  if (element.closest('svg.map')) {
    const box = element.parentElement.querySelector(':scope > rect.box')
      || document.querySelector('svg.map .band');
    return getComputedStyle(box).fill;
  }
  for (let e = element; e; e = e.parentElement) {
    const colour = getComputedStyle(e).backgroundColor;
    if (solid(colour)) return colour;
  }
  return 'rgb(255, 255, 255)';
};
const found = [];
for (const element of document.querySelectorAll('body *')) {
  const words = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  if (!words || element.closest('.hidden, title, [aria-hidden]')) continue;
  const style = getComputedStyle(element);
  const ink = element.namespaceURI.endsWith('svg') ? style.fill : style.color;
  const [one, two] = [light(rgb(ink)), light(rgb(behind(element)))].sort((a, b) => b - a);
  const ratio = (one + 0.05) / (two + 0.05);
  if (ratio < 4.5) found.push([element.tagName, element.textContent.trim(), ratio]);
}
return found;
"""
#: Boxes that stick out of the window, or whose text sticks out of them, scrollers apart.
OVERFLOWING = """
const found = [];
const width = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth > width) found.push(['page', 'scrolls sideways']);
for (const element of document.querySelectorAll('main *, header, header *, footer')) {
  if (element.closest('.scroll, .hidden, svg')) continue;
  const box = element.getBoundingClientRect();
  if (box.width && (box.right > width + 1 || box.left < -1))
    found.push([element.tagName + '.' + element.className, element.textContent.slice(0, 60)]);
}
for (const element of document.querySelectorAll('.matrix td, .matrix th')) {
  if (element.scrollWidth > element.clientWidth + 1)
    found.push(['cell', element.textContent.trim()]);
}
for (const text of document.querySelectorAll('svg.map .node text')) {
  const box = text.closest('.node').querySelector('rect').getBoundingClientRect();
  const words = text.getBoundingClientRect();
  if (words.left < box.left || words.right > box.right) found.push(['node', text.textContent]);
}
return found;
"""


def found(*names: str) -> str:
    program = next((path for name in names if (path := shutil.which(name))), None)
    if program is None:
        pytest.fail(f"no {names[0]} on this machine: run ./setup-host --tests")
    return program


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = found("chromium", "chromium-browser")
    for argument in (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        f"--user-data-dir={tmp_path_factory.mktemp('chromium')}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(found("chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Name -> address of the page's file."""
    directory = tmp_path_factory.mktemp("proof")
    texts = {
        "proved": proof_page(PROVED, reference(), "reference: the rendered configurations"),
        "leaking": proof_page(LEAKING, reference(), "reference: what the routers run"),
        "hostile": proof_page(hostile(), reference(), "<script>alert(1)</script>"),
        "nation": proof_page(PROVED, nation_of(32, 112), "nation"),
        "many": proof_page(MANY, nation_of(5, 7), "many"),
    }
    for name, text in texts.items():
        (directory / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: (directory / f"{name}.html").as_uri() for name in texts}


def show(browser: webdriver.Chrome, page: str, width: int = 1280, scheme: str = "light") -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    features = [
        {"name": "prefers-color-scheme", "value": scheme},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.get("about:blank")
    browser.get(page)


def one(browser: webdriver.Chrome, selector: str) -> WebElement:
    return browser.find_element(By.CSS_SELECTOR, selector)


def cell(browser: webdriver.Chrome, source: str, target: str) -> WebElement:
    """A cell by its row's and its column's heading, as a person finds it."""
    columns = browser.find_elements(By.CSS_SELECTOR, ".matrix thead th[scope=col]")
    index = [column.text for column in columns].index(target)
    rows = browser.find_elements(By.CSS_SELECTOR, ".matrix tbody tr:not(.group)")
    row = next(r for r in rows if r.find_element(By.TAG_NAME, "th").text == source)
    return row.find_elements(By.TAG_NAME, "td")[index - 1]


def in_window(browser: webdriver.Chrome, element: WebElement) -> bool:
    script = (
        "const b = arguments[0].getBoundingClientRect();"
        "return b.height > 0 && b.top >= 0 && b.top < innerHeight && b.bottom > 0;"
    )
    return bool(browser.execute_script(script, element))


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
    assert cell(browser, "congress", "congress").text == "no path, allowed: one VPN"
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
    assert len(messages) == len(hostile().findings)


def test_it_prints(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    show(browser, pages["leaking"])
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": []})
    assert not one(browser, "nav").is_displayed()
    page_width = 1000  # A4 across, within its margins, is 1,032 CSS pixels
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": page_width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    width = browser.execute_script("return document.querySelector('.matrix').scrollWidth")
    assert width <= page_width
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})

"""A page in a real browser, as an engineer opens it: seen, clicked, measured."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

WIDTHS = (1440, 768, 390)
SCHEMES = ("light", "dark")

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
#: Boxes that stick out of the window, or whose text sticks out of them; what has to be scrolled
#: sideways, but for a matrix or a map of more than a window holds.
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
for (const element of document.querySelectorAll('.scroll')) {
  if (element.scrollWidth > element.clientWidth + 1 && !element.querySelector('.matrix, .map'))
    found.push(['scrolls sideways', element.ariaLabel]);
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

#: Texts below 11 px as they are drawn: a drawing may be made smaller than it says.
TINY = """
const found = [];
for (const element of document.querySelectorAll('body *')) {
  const words = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  if (!words || element.closest('title, .hidden')) continue;
  const matrix = element.closest('svg') && element.getScreenCTM();
  const size = parseFloat(getComputedStyle(element).fontSize) * (matrix ? matrix.a : 1);
  const shown = element.getClientRects().length;
  if (shown && size < 11) found.push([element.tagName, element.textContent.trim(), size]);
}
return found;
"""


#: What somebody without a mouse or without eyes would miss: a scroller that no key reaches, a
#: column without a heading, a step left out of the headings, an id twice, a link to nothing, a
#: drawing without a name.
MISSED = """
const found = [];
const ids = new Set();
for (const element of document.querySelectorAll('[id]')) {
  if (ids.has(element.id)) found.push(['id twice', element.id]);
  ids.add(element.id);
}
for (const link of document.querySelectorAll('a[href^="#"]')) {
  const to = decodeURIComponent(link.getAttribute('href').slice(1));
  if (!ids.has(to)) found.push(['leads nowhere', to]);
}
let last = 0;
for (const heading of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
  const level = Number(heading.tagName[1]);
  if (level > last + 1) found.push(['heading', heading.textContent]);
  last = level;
}
for (const head of document.querySelectorAll('th')) {
  if (!head.scope) found.push(['column of nothing', head.textContent]);
}
for (const element of document.querySelectorAll('body *')) {
  const way = getComputedStyle(element).overflowX;
  const scrolls = (way === 'auto' || way === 'scroll') && element.scrollWidth > element.clientWidth;
  if (scrolls && !(element.tabIndex === 0 && element.ariaLabel))
    found.push(['no key scrolls it', element.className]);
}
for (const drawing of document.querySelectorAll('svg:not([aria-hidden])')) {
  if (!drawing.ariaLabel && !drawing.querySelector('title'))
    found.push(['without a name', drawing.getAttribute('class')]);
}
return found;
"""


def found(*names: str) -> str:
    program = next((path for name in names if (path := shutil.which(name))), None)
    if program is None:
        pytest.fail(f"no {names[0]} on this machine: run ./setup-host --tests")
    return program


@contextmanager
def chromium(profile: Path) -> Iterator[webdriver.Chrome]:
    """A headless Chromium that talks to nobody, and its console's messages kept."""
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
        f"--user-data-dir={profile}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(found("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()


def show(browser: webdriver.Chrome, page: str, width: int = 1280, scheme: str = "light") -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    features = [
        {"name": "prefers-color-scheme", "value": scheme},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})
    browser.get("about:blank")
    browser.get(page)


def check_looks(browser: webdriver.Chrome, page: str) -> None:
    """A page fits, can be read and is silent: on a screen and a telephone, by day and by night."""
    browser.get_log("browser")
    for width in WIDTHS:
        for scheme in SCHEMES:
            show(browser, page, width, scheme)
            assert browser.execute_script(OVERFLOWING) == []
            assert browser.execute_script(FAINT) == []
        assert browser.execute_script(TINY) == []
        assert browser.execute_script(MISSED) == []
    assert browser.get_log("browser") == []
    assert browser.execute_script("return performance.getEntriesByType('resource')") == []
    assert not browser.find_elements(By.CSS_SELECTOR, "main script, td b")


def one(browser: webdriver.Chrome, selector: str) -> WebElement:
    return browser.find_element(By.CSS_SELECTOR, selector)


def in_window(browser: webdriver.Chrome, element: WebElement) -> bool:
    script = (
        "const b = arguments[0].getBoundingClientRect();"
        "return b.height > 0 && b.top >= 0 && b.top < innerHeight && b.bottom > 0;"
    )
    return bool(browser.execute_script(script, element))


def printed(browser: webdriver.Chrome) -> None:
    """The page as paper: A4 across, within its margins, is 1,032 CSS pixels wide."""
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": []})
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 1000, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )

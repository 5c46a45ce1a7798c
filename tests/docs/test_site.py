"""The site is built, every link of it leads somewhere, and what is made for it is whole."""

import re
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

from egovnet.playbooks.cli.main import main
from egovnet.playbooks.cli.manual_pages import contexts
from egovnet.playbooks.results.outcome import Exit
from tests.docs.blocks import ROOT

PROPERDOCS = Path(sys.executable).with_name("properdocs")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `make docs` builds it: a link or an anchor that is not there ends the build."""
    place = tmp_path_factory.mktemp("site")
    words = [PROPERDOCS, "build", "--strict", "--quiet", "-f", "properdocs.yml", "-d", place]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return place


class _Page(HTMLParser):
    """What a page leads to, and what in it can be led to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        self.loaded += [given[name] for name in ("src",) if name in given]
        if tag == "link":
            self.loaded.append(given.get("href", ""))


def test_every_link_of_the_built_pages_leads_somewhere(site: Path) -> None:
    pages = {path: _Page(path) for path in site.rglob("*.html") if path.name != "404.html"}
    assert len(pages) > 30
    broken = []
    for page, found in pages.items():
        for link in found.links:
            address, anchor = urldefrag(link)
            if re.match(r"[a-z]+:|//", address):
                continue
            target = (page.parent / unquote(address)).resolve() if address else page
            known = pages.get(target)
            if not target.exists() or (anchor and known and anchor not in known.anchors):
                broken.append(f"{page.relative_to(site)}: {link}")
    assert broken == []


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    """They are read where no Internet is."""
    for page in site.rglob("*.html"):
        away = [what for what in _Page(page).loaded if re.match(r"https?:|//", what)]
        assert away == [], page.name


def test_every_verb_and_option_is_on_its_page(site: Path) -> None:
    text = unescape((site / "reference" / "verbs.html").read_text(encoding="utf-8"))
    for context in contexts(main, "egovnet"):
        assert f'id="{context.command_path.replace(" ", "-")}"' in text
        for parameter in context.command.params:
            if parameter.param_type_name == "option":
                assert parameter.opts[0] in text


def test_every_exit_code_is_on_its_page(site: Path) -> None:
    text = (site / "reference" / "exit-codes.html").read_text(encoding="utf-8")
    codes = re.findall(r"<td>([\d, ]+)</td>", text)
    told = {int(code) for cell in codes for code in cell.split(",")}
    assert set(Exit) <= told


def test_variables_of_the_page_are_those_that_are_read() -> None:
    page = (ROOT / "docs" / "reference" / "environment.md").read_text(encoding="utf-8")
    told = set(re.findall(r"EGOVNET_[A-Z_]+", page.split("## Credentials")[0]))
    read = {
        name
        for room in ("tasks", "playbooks", "lab", "inventory", "templates")
        for path in (ROOT / room).rglob("*.py")
        for name in re.findall(r"""["'](EGOVNET_[A-Z_]+)["']""", path.read_text(encoding="utf-8"))
    }
    assert told == read

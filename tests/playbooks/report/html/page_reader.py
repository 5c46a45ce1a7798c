"""A page as text: its elements, attributes and words, and that it needs nothing from outside."""

import re
from html.parser import HTMLParser

VOID = {"meta", "link", "img", "br", "hr", "input"}
SELF_CLOSED = {"path", "rect"}


class Reader(HTMLParser):
    """Elements, attributes and text; fails on a tag that is not closed in its place."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self._texts: list[str] = []
        self.feed(page)
        self.close()
        self.text = "".join(self._texts)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SELF_CLOSED
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self._texts.append(data)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]


def self_contained(page: str) -> Reader:
    """Whole, without a program, without an address elsewhere; every anchor is there."""
    read = Reader(page)
    assert page.startswith("<!DOCTYPE html>")
    assert not {"script", "img", "iframe", "object", "embed", "form", "base"} & set(read.tags)
    assert not re.search(r"https?://|@import|url\(", page)
    assert [value for value in read.all("href") if value[:1] != "#"] == ["data:,"]
    assert not [name for name, _ in read.attributes if name.startswith("on") or name == "src"]
    ids = read.all("id")
    assert len(ids) == len(set(ids))
    assert {value[1:] for value in read.all("href") if value[0] == "#"} <= set(ids)
    assert "default-src 'none'" in page
    return read

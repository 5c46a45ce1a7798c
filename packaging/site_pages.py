"""Pages of the documentation that are made when it is built, so that none of them can be stale.

The README, the changelog and their like stand at the top of the repository, and are pages as well;
the verbs are made of the command line; exit codes are those of `docs/json.md`.
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

import click
from properdocs.config.defaults import ProperDocsConfig
from properdocs.structure.files import File, Files
from properdocs.structure.pages import Page

from egovnet.playbooks.cli.main import main
from egovnet.playbooks.cli.manual_pages import contexts, options, paragraphs, verbs

ROOT = Path(__file__).parents[1]
#: File at the top -> page.
TOP = {
    "README.md": "index.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "SECURITY.md": "SECURITY.md",
    "LICENSE": "LICENSE.txt",
}
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)#\s]+)")


def on_files(files: Files, config: ProperDocsConfig) -> Files:
    """ProperDocs asks for the files of the site: those in `docs`, and these."""
    made = {page: top_page(name) for name, page in TOP.items()}
    made["reference/verbs.md"] = verbs_page(main)
    made["reference/exit-codes.md"] = exit_codes_page()
    for path, text in made.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """ProperDocs asks for the text of a page: its links to the repository's top are to pages."""
    folder = posixpath.dirname(page.file.src_uri)

    def linked(found: re.Match[str]) -> str:
        there = posixpath.normpath(posixpath.join("docs", folder, found[1]))
        return posixpath.relpath(TOP[there], folder or ".") if there in TOP else found[1]

    return _LINK.sub(linked, markdown)


def top_page(name: str) -> str:
    """A text of the repository's top, its links as they are from `docs`."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return _LINK.sub(lambda found: _from_docs(found[1]), text) if name.endswith(".md") else text


def _from_docs(link: str) -> str:
    if link in TOP:
        return TOP[link]
    inside = posixpath.relpath(link, "docs")
    # what is no page, such as a folder of the program, is not on the site: the build says so
    return link if inside.startswith("..") else inside


def verbs_page(command: click.Command) -> str:
    """Every verb with its options, as `--help` says them."""
    return "\n".join(_verbs(command))


def _verbs(command: click.Command) -> Iterator[str]:
    yield "# Verbs\n\nMade of the command line: `egovnet VERB --help` says the same.\n"
    for context in contexts(command, "egovnet"):
        path = context.command_path
        yield f"## {path}\n"
        usage = " ".join(context.command.collect_usage_pieces(context))
        yield f"    {path} {usage}\n"
        for text, kept in paragraphs(context.command):
            yield f"```text\n{text}\n```\n" if kept else f"{text}\n"
        below = [name for name, _ in verbs(context)]
        if below:
            links = (f"[{name}](#{f'{path} {name}'.replace(' ', '-')})" for name in below)
            yield f"Verbs: {', '.join(links)}\n"
        yield "| option | |\n|---|---|"
        yield from (f"| `{_cell(name)}` | {_cell(told)} |" for name, told in options(context))
        yield ""


def _cell(text: str) -> str:
    """Text in a cell of a table: no end of it, no tag."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("`", "'")


def exit_codes_page() -> str:
    """The section of `docs/json.md` as a page of its own."""
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    section = re.search(r"^## Exit codes\n(.*?)(?=^## )", text, re.M | re.S)
    if section is None:
        raise LookupError("docs/json.md has no section: Exit codes")
    more = "Keys that are named here are those of [JSON](../json.md).\n"
    return f"# Exit codes\n{section[1]}\n{more}"

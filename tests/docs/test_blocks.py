"""The reader of pages sees what is not printed, and does not take an edit for another."""

from pathlib import Path

import pytest

from tests.docs.blocks import Command, Edit, Event, missing, steps


@pytest.mark.parametrize(
    ("expected", "printed", "lacking"),
    [
        ((), "anything\n", None),
        (("one", "two"), "one\ntwo\n", None),
        (("one",), "one\ntwo\n", "the end"),
        (("one", "..."), "one\ntwo\n", None),
        (("...", "two"), "one\ntwo\n", None),
        (("two",), "one\ntwo\n", "two"),
        (("...", "two", "one"), "one\ntwo\n", "one"),
        (("wrote ... files",), "wrote 20  files\n", None),
        (("wrote ... files",), "wrote 20 file\n", "wrote ... files"),
        (("a.c",), "abc\n", "a.c"),
    ],
)
def test_what_is_not_printed_is_seen(
    expected: tuple[str, ...], printed: str, lacking: str | None
) -> None:
    assert missing(expected, printed) == lacking


_PAGE = """
```console
$ egovnet plan \\
      -o a.plan        # exit 3: more
printed
$ ls
```
<!-- test: happens here -->
```diff
--- a.yaml
 a:
-  b: 1
+  b: 2
```
"""


def test_a_page_is_its_commands_its_edits_and_its_events(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(_PAGE)
    assert steps(page) == [
        Command(page, 3, "egovnet plan -o a.plan", 3, ("printed",)),
        Command(page, 6, "ls"),
        Event(page, 8, ("happens", "here")),
        Edit(page, 9, "a.yaml", "a:\n  b: 1\n", "a:\n  b: 2\n"),
    ]

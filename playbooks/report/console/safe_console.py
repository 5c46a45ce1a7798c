"""A console whose terminal obeys nothing that is shown: neither a device's words nor a person's.

What routers, errors and descriptions say may hold escape sequences: they move the cursor, rewrite
what stands above, set the window's title or turn the direction of reading. rich takes out few of
them. Here every text that is printed goes by one place, whichever verb prints it, and nothing that
is printed is markup.

On a terminal lines are broken between words, to its width. In a pipe a line stays a line, so that
it is found by what is in it.
"""

import os
import sys
from typing import Any

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.measure import Measurement
from rich.segment import Segment
from rich.text import Text

from egovnet.playbooks.report.text.visible import visible_lines
from egovnet.playbooks.results.detail import Detail

#: Columns of a table in a pipe, where COLUMNS does not say otherwise.
_PIPE = 120
_HANGING = "  "
#: Columns that words have beside a head, however narrow the terminal.
_LEAST = 20


class _Shown:
    """A renderable whose text is made visible; its styles are ours."""

    def __init__(self, inner: ConsoleRenderable) -> None:
        self._inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._inner, options):
            text, style, control = segment
            yield segment if control else Segment(visible_lines(text), style)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self._inner)


class _Hook(RenderHook):
    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Shown(renderable) for renderable in renderables]


class VerbConsole(Console):
    """Where a verb's result is printed, and how much of it."""

    def __init__(self, *, detail: Detail, wraps: bool, **settings: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **settings)
        self.detail = detail
        self._wraps = wraps
        self.push_render_hook(_Hook())

    def print(self, *objects: Any, soft_wrap: bool | None = None, **settings: Any) -> None:
        """As rich's: a text is broken between words where lines are broken at all."""
        if not all(isinstance(one, str | Text) for one in objects):
            super().print(*objects, soft_wrap=soft_wrap, **settings)
        elif self._wraps and len(objects) == 1:
            style = settings.pop("style", "")
            text = Text(objects[0]) if isinstance(objects[0], str) else objects[0].copy()
            text.expand_tabs(8)
            text.stylize_before(style)
            for line in text.split(allow_blank=True):
                begin = len(line.plain) - len(line.plain.lstrip())
                self.print_wrapped(Text(" " * begin), line[begin:], begin + len(_HANGING))
        else:
            super().print(*objects, soft_wrap=not self._wraps, **settings)

    def print_as_is(self, line: Text) -> None:
        """A line that is copied: it stays one, however narrow the terminal is."""
        super().print(line, soft_wrap=True)

    def print_wrapped(self, head: Text, words: Text, hanging: int) -> None:
        """`words` after `head`; what does not fit goes on below, so far from the left."""
        if not self._wraps or head.cell_len + words.cell_len <= self.width:
            super().print(head + words, soft_wrap=True)
            return
        for part in words.wrap(self, max(_LEAST, self.width - max(hanging, head.cell_len))):
            part.rstrip()
            super().print(head + part, soft_wrap=True)
            head = Text(" " * hanging)


def safe_console(
    *, width: int | None = None, stderr: bool = False, detail: Detail = Detail.NORMAL
) -> VerbConsole:
    """A console for whatever a verb prints; `width` None: the terminal's, or a pipe's."""
    stream = sys.stderr if stderr else sys.stdout
    asked = os.environ.get("COLUMNS", "")
    columns = int(asked) if asked.isascii() and asked.isdecimal() and int(asked) else None
    if width is None and not stream.isatty():
        width, wraps = columns or _PIPE, columns is not None
    else:
        wraps = True
    return VerbConsole(detail=detail, wraps=wraps, width=width, stderr=stderr)


def print_on_stderr(line: str) -> None:
    """What a person is told beside the result: broken between words on a terminal only, so that
    a pipe or a file has one line for each.
    """
    if sys.stderr.isatty():
        safe_console(stderr=True).print(line)
    else:
        print(visible_lines(line), file=sys.stderr)


def detail_of(console: Console) -> Detail:
    """How much is to be printed on it."""
    return console.detail if isinstance(console, VerbConsole) else Detail.NORMAL


def print_hanging(console: Console, head: str, words: str, style: str = "") -> None:
    """Words after a head, and below each other where they do not fit."""
    if isinstance(console, VerbConsole):
        console.print_wrapped(Text(head, style=style), Text(words, style=style), len(head))
    else:
        console.print(Text(head + words, style=style))


def print_to_copy(console: Console, line: str | Text) -> None:
    """A line that people copy."""
    text = Text(line) if isinstance(line, str) else line
    if isinstance(console, VerbConsole):
        console.print_as_is(text)
    else:
        console.print(text, soft_wrap=True)

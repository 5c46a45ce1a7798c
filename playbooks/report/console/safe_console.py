"""A console whose terminal obeys nothing that is shown: neither a device's words nor a person's.

What routers, errors and descriptions say may hold escape sequences: they move the cursor, rewrite
what stands above, set the window's title or turn the direction of reading. rich takes out few of
them. Here every text that is printed goes by one place, whichever verb prints it, and nothing that
is printed is markup.
"""

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.measure import Measurement
from rich.segment import Segment

from egovnet.playbooks.report.text.visible import visible_lines


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


def safe_console(*, width: int | None = None, stderr: bool = False) -> Console:
    """A console for whatever a verb prints; `width` None: the terminal's."""
    console = Console(width=width, stderr=stderr, highlight=False, markup=False, emoji=False)
    console.push_render_hook(_Hook())
    return console

"""How a plan stands under a policy, on a terminal: what each rule asks for, and of which lines."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.safe_console import detail_of
from egovnet.playbooks.results.approval import Standing

#: Lines that are shown of each rule unless all are asked for.
_LINES = 5


def print_standing(console: Console, standing: Standing) -> None:
    """Print who stands behind a plan, and what is not covered."""
    if standing.authors:
        console.print(Text(f"made by {', '.join(standing.authors)}"))
    if standing.approvers:
        console.print(Text(f"approved by {', '.join(standing.approvers)}"))
    for words in standing.ignored:
        console.print(Text(f"does not count: {words}"), style="yellow", soft_wrap=True)
    whole = detail_of(console).names_all
    for one in standing.uncovered:
        console.print(Text(f"not covered: {one.words}"), style="red", soft_wrap=True)
        shown = one.lines if whole else one.lines[:_LINES]
        for line in shown:
            console.print(Text(f"  {line.words}"), soft_wrap=True)
        if len(one.lines) > len(shown):
            console.print(Text(f"  and {len(one.lines) - len(shown)} more lines"))

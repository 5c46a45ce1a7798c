"""What `keys take` prints: which key has the value now."""

from rich.console import Console

from egovnet.playbooks.results.keys import TakenKey


def print_result(console: Console, result: TakenKey) -> None:
    """One line."""
    line = f"{result.key} has the value of {result.file}, which is needed no more: remove it"
    console.print(line, markup=False, soft_wrap=True)

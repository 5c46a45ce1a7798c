"""What `keys hand-over` prints: which key, and to whom it is sealed."""

from rich.console import Console

from egovnet.playbooks.results.keys import HandedKey


def print_result(console: Console, result: HandedKey) -> None:
    """One line."""
    line = f"{result.key} is sealed to {result.recipient}: {result.file}"
    console.print(line, markup=False, soft_wrap=True)

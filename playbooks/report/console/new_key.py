"""Print a new key: its public half, ready to be pasted."""

from rich.console import Console

from egovnet.playbooks.results.new_key import NewKeyResult


def print_result(console: Console, result: NewKeyResult) -> None:
    """The public key alone, on one line."""
    console.print(result.public, soft_wrap=True, markup=False)

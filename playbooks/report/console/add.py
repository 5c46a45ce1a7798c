"""What `add` prints: what was written where, and what was allocated."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.results.added_entry import AddedEntry


def print_result(console: Console, added: AddedEntry) -> None:
    """Print the entry's lines and its numbers."""
    console.print(f"{added.kind} {added.name}: {added.file}:{added.line}", soft_wrap=True)
    for line in added.text.splitlines():
        console.print(Text(f"  {line}"), soft_wrap=True)
    if added.allocated:
        console.print("allocated, and kept in plan.lock.yaml:")
        width = max(len(number.pool) for number in added.allocated)
        for number in added.allocated:
            line = f"  {number.pool:{width}}  {number.value}  {number.name}"
            console.print(Text(line), soft_wrap=True)

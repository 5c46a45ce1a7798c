"""What `keys generate` and `keys rotate` print: the keys, without values."""

from rich.console import Console

from egovnet.playbooks.results.keys import MadeKeys


def print_result(console: Console, result: MadeKeys) -> None:
    """How many were made or would be, and their names."""
    if not result.keys:
        console.print("every key that the policy asks for has a value")
        return
    what = "made and sealed" if result.made else "would be made"
    count = len(result.keys)
    console.print(f"{count} {'key' if count == 1 else 'keys'} {what}:")
    for name in result.keys:
        console.print(f"  {name}", soft_wrap=True, markup=False)

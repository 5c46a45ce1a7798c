"""What `lab image` prints: the archive, its image, and how an engine takes it."""

from rich.console import Console

from egovnet.playbooks.results.lab import LabImage


def print_result(console: Console, made: LabImage) -> None:
    """Print the image, its archive and how an engine loads it."""
    console.print(f"{made.image}: {made.size / 1e6:.0f} MB, sha256 {made.sha256}", soft_wrap=True)
    console.print(made.file, soft_wrap=True, markup=False)
    console.print(f"to load it: docker load -i {made.file}", soft_wrap=True, markup=False)

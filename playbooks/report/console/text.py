"""What `lab topology` prints: the file itself."""

from rich.console import Console

from egovnet.playbooks.results.lab import TopologyFile


def print_result(console: Console, shown: TopologyFile) -> None:
    """Print the text as it is."""
    console.file.write(shown.text)

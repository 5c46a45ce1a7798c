"""What `lab exec` prints: what the command printed, each on the stream that it was printed on."""

import sys

from rich.console import Console

from egovnet.playbooks.results.lab import Executed


def print_result(console: Console, ran: Executed) -> None:
    """Print the texts as they are."""
    sys.stderr.write(ran.stderr)
    console.file.write(ran.text)

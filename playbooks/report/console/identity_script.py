"""What `identity script` prints: for whom; the files are named beneath."""

from rich.console import Console

from egovnet.playbooks.results.identity import ScriptsWritten
from egovnet.playbooks.results.verdict import counted


def print_result(console: Console, scripts: ScriptsWritten) -> None:
    """Print how many."""
    console.print(
        f"scripts for {counted(len(scripts.routers), 'router')}; root runs each on its router"
    )

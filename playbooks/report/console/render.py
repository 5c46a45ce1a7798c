"""What `render` prints: each file and its lines."""

from rich.console import Console

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.written_files import RenderedFiles


def print_result(console: Console, rendered: RenderedFiles) -> None:
    """Print the table of files."""
    print_table(
        console,
        ["device", "lines", "file"],
        ((entry.device, entry.lines, entry.file) for entry in rendered.files),
    )

"""What `export` prints: where the files are."""

from rich.console import Console

from egovnet.playbooks.results.verdict import counted
from egovnet.playbooks.results.written_files import ExportedInventory


def print_result(console: Console, exported: ExportedInventory) -> None:
    """Print where."""
    files = ", ".join(exported.files)
    if exported.format in ("codeowners", "approvals"):
        count = len(exported.files)
        console.print(f"wrote {count} file{'s' * (count != 1)} to {exported.directory}")
        return
    console.print(f"wrote {counted(exported.routers, 'router')} to {exported.directory}: {files}")

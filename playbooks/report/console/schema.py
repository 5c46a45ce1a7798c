"""What `schema` prints: where the schemas are, and which files lead editors to them."""

from rich.console import Console

from egovnet.playbooks.results.written_files import WrittenSchemas


def print_result(console: Console, written: WrittenSchemas) -> None:
    """Print where, and which files are without such a line."""
    console.print(f"wrote {len(written.schemas)} schemas to {written.directory}")
    if written.lined:
        console.print(f"gave {', '.join(written.lined)} a first line that names its schema")
    if written.unlined:
        console.print(f"no line that names a schema in: {', '.join(written.unlined)}")

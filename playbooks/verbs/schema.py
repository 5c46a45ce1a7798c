"""`schema`: JSON Schemas of an inventory's files, and the lines by which editors find them."""

from pathlib import Path

from egovnet.inventory.authoring.file_kinds import file_kinds
from egovnet.inventory.authoring.schemas import DIRECTORY, kind_of, schema_text, with_first_line
from egovnet.inventory.errors import missing_directory
from egovnet.inventory.source.regular_file import read_regular_text
from egovnet.inventory.source.replace_file import replace_text
from egovnet.playbooks.core.output_file import (
    PUBLIC,
    PUBLIC_DIRECTORY,
    make_directory,
    write_outputs,
)
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.playbooks.results.next_command import NextCommand
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.results.written_files import WrittenSchemas
from egovnet.playbooks.verbs.own_inventory import require_own
from egovnet.templates.registry import names


def schema(workspace: Workspace, output: Path | None, *, lines: bool) -> Outcome[WrittenSchemas]:
    """Write a schema for each kind of file to `output`, or into the inventory.

    With `lines`, files of the inventory that name no schema are given the line that does.

    Raises:
        UsageError: a file cannot be written, or it would be one of egovnet's own.
        InventoryError: there is no such inventory, or a file of it cannot be read.
    """
    if output is None or lines:
        require_own(workspace)
        if not workspace.directory.is_dir():
            raise missing_directory(workspace.directory)
    directory = workspace.directory / DIRECTORY if output is None else output
    written = {f"{kind.name}.json": schema_text(kind, names()) for kind in file_kinds()}
    make_directory(directory, mode=PUBLIC_DIRECTORY)
    write_outputs({directory / name: text for name, text in written.items()}, mode=PUBLIC)
    lined: list[str] = []
    unlined: list[str] = []
    texts = {} if workspace.directory.resolve() == REFERENCE else _texts(workspace.directory)
    for path, old in texts.items():
        new = with_first_line(path, old)
        if new == old:
            continue
        if lines:
            replace_text(workspace.directory, path, old, new)
        (lined if lines else unlined).append(path)
    here = str(workspace.directory)
    result = WrittenSchemas(here, str(directory), tuple(written), tuple(lined), tuple(unlined))
    following = (NextCommand(("schema", "--yes"), "gives them that line"),) if unlined else ()
    return Outcome("schema", result, next=following)


def _texts(directory: Path) -> dict[str, str]:
    """Texts of the files that people write, by their paths."""
    texts = {}
    for path in sorted((*directory.glob("*.yaml"), *directory.glob("sites/*.yaml"))):
        name = path.relative_to(directory).as_posix()
        if kind_of(name) is not None:
            try:
                texts[name] = read_regular_text(path)
            except OSError as error:
                raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    return texts

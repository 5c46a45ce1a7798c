"""`completion`: install what shells and `man` read of the command line."""

from collections.abc import Mapping
from pathlib import Path

from egovnet.inventory.source.regular_file import read_regular_text
from egovnet.playbooks.core.output_file import (
    PUBLIC,
    PUBLIC_DIRECTORY,
    make_directory,
    write_outputs,
)
from egovnet.playbooks.results.installed_files import InstalledFiles
from egovnet.playbooks.results.outcome import Exit, Outcome


def install(prefix: Path, files: Mapping[str, str], *, yes: bool) -> Outcome[InstalledFiles]:
    """Write `files`, text by path below `prefix`.

    Without `yes` none is written, and the exit is 3 where one would be.

    Raises:
        UsageError: one cannot be written.
    """
    stale = tuple(path for path, text in files.items() if _text(prefix / path) != text)
    if yes:
        for folder in sorted({(prefix / path).parent for path in stale}):
            make_directory(folder, mode=PUBLIC_DIRECTORY)
        write_outputs({prefix / path: files[path] for path in stale}, mode=PUBLIC)
    result = InstalledFiles(str(prefix), tuple(files), stale, written=yes)
    return Outcome("completion", result, Exit.CHANGES if stale and not yes else Exit.DONE)


def _text(path: Path) -> str | None:
    try:
        return read_regular_text(path)
    except OSError:
        return None

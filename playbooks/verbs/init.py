"""`init`: write an inventory to start from."""

import shutil
from pathlib import Path

from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import REFERENCE
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.results.written_files import NewInventory


def init(directory: Path) -> Outcome[NewInventory]:
    """Copy the reference inventory to `directory`, which must be new or empty.

    Raises:
        UsageError: the directory holds something, or cannot be written.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(f"{directory}: is not empty; name a new directory")
    sources = sorted(path for path in REFERENCE.rglob("*.yaml"))
    try:
        for source in sources:
            target = directory / source.relative_to(REFERENCE)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    except OSError as error:
        raise UsageError(f"{directory}: cannot be written: {error.strerror}") from error
    files = tuple(str(source.relative_to(REFERENCE)) for source in sources)
    return Outcome("init", NewInventory(str(directory), "reference", files))

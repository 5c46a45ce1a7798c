"""Write the files of `--report DIR`: each is old or new, never half."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from egovnet.playbooks.core.selection import UsageError


def write_files(directory: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write `texts` (name -> text) into `directory`, which is made, and return their paths.

    All are written beside their places first, and then each takes its place at once: a reader, or
    a collector of metrics, never sees a part of one.

    Raises:
        UsageError: a file cannot be written; names the file and the reason.
    """
    _make(directory)
    # a collector reads *.prom: the name beside has another ending
    beside = {directory / name: directory / f".{name}.{os.getpid()}.partial" for name in texts}
    path = directory
    try:
        for path, partial in beside.items():
            with partial.open("w", encoding="utf-8") as file:
                file.write(texts[path.name])
                file.flush()
                os.fsync(file.fileno())
        for path, partial in beside.items():
            partial.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: the report cannot be written: {error.strerror}") from error
    finally:
        _remove(beside.values())
    return list(beside)


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        found = f"cannot be made: {error.strerror}; the report cannot be written"
        raise UsageError(f"{directory}: {found}") from error


def _remove(partials: Iterable[Path]) -> None:
    """Remove what is left where a file could not be written."""
    for partial in partials:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
